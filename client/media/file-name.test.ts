import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../shared/bytes.ts";
import { cleanName, MAX_NAME_BYTES } from "./file-name.ts";
import type { FileKind } from "./kinds.ts";

const NAMES: readonly (readonly [string, FileKind, string])[] = [
  ["holiday.jpg", "jpeg", "holiday.jpg"],
  ["holiday.JPEG", "jpeg", "holiday.JPEG"],
  ["../../x", "other", "x"],
  ["C:\\Users\\alice\\plan.pdf", "pdf", "plan.pdf"],
  ["CON", "other", "_CON"],
  ["nul.txt", "text", "_nul.txt"],
  ["a.exe\u202egpj", "other", "a.exegpj"],
  ["a.exe\u202egpj.", "jpeg", "a.exegpj.jpg"],
  ["setup.exe", "jpeg", "setup.exe.jpg"],
  ["photo", "png", "photo.png"],
  [".bashrc", "text", "bashrc"],
  ["...", "other", "file"],
  ["", "gif", "file.gif"],
  ["a\0b\nc\td.txt", "text", "abcd.txt"],
  ["what?*.mp4", "mp4", "what__.mp4"],
  ["trailing. . ", "other", "trailing"],
  ["خانه.png", "png", "خانه.png"],
  ["👩‍👩‍👧.webp", "webp", "👩👩👧.webp"],
];

describe("[HOSTILE 54] a file's name", () => {
  test.each(NAMES)("%j of a %s becomes %j", (name, kind, clean) => {
    expect(cleanName(name, kind)).toBe(clean);
  });

  test("of 5 KB is cut between characters and keeps its ending", () => {
    const clean = cleanName(`${"é".repeat(2_500)}.jpg`, "jpeg");
    expect(utf8(clean).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
    expect(clean).toMatch(/^é+\.jpg$/);
  });

  test("of anything is short, has no path and nothing unseen, and cleaned again stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
        for (const kind of ["jpeg", "other"] as const) {
          const clean = cleanName(name, kind);
          expect(clean).not.toBe("");
          expect(utf8(clean).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
          expect(clean).not.toMatch(/[/\\\p{C}]/u);
          expect(cleanName(clean, kind)).toBe(clean);
        }
      }),
    );
  });
});
