import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import { join, payload } from "../specimens/parts.ts";
import { riff, riffChunk, webp } from "../specimens/pictures.ts";
import { wav } from "../specimens/sounds.ts";

async function clean(bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const result = await examine(new Blob([bytes]), "x");
  if (typeof result === "string") throw new Error(result);
  return Buffer.from(await result.cleaned.arrayBuffer());
}

function namesOf(bytes: Buffer): string[] {
  const names: string[] = [];
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32LE(at + 4);
    names.push(bytes.toString("latin1", at, at + 4));
    at += 8 + size + (size % 2);
  }
  return names;
}

describe("[HOSTILE 53] a RIFF file", () => {
  test("says how long it is without what is left out", async () => {
    for (const { bytes } of [webp(), wav()]) {
      const left = await clean(bytes);
      expect(left.readUInt32LE(4)).toBe(left.length - 8);
    }
  });

  test("has chunks of picture or sound only, and no longer says there are others", async () => {
    const left = await clean(webp().bytes);
    expect(namesOf(left)).toEqual(["VP8X", "ICCP", "ANIM", "ANMF"]);
    expect(left[20]).toBe(0x2e & ~0x0c);
    expect(namesOf(await clean(wav().bytes))).toEqual(["fmt ", "data"]);
  });

  test("of a recorder that never came to an end keeps its sound, and its sizes as they are", async () => {
    const sound = payload(999, 1);
    for (const size of [0, 0xff]) {
      const sizes = [size, size, size, size];
      const bytes = join(
        "RIFF",
        sizes,
        "WAVE",
        riffChunk("fmt ", payload(16, 2)),
        "data",
        sizes,
        sound,
      );
      expect(await clean(bytes)).toEqual(Buffer.from(bytes));
    }
  });

  test("with no picture in it is broken", async () => {
    expect(await examine(new Blob([riff("WEBP", riffChunk("EXIF", payload(9, 1)))]), "x")).toBe(
      "broken",
    );
  });
});
