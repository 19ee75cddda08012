import { describe, expect, test } from "vitest";
import { utf8 } from "../../../shared/bytes.ts";
import { profile } from "../specimens/metadata.ts";
import { CANARY, join, payload } from "../specimens/parts.ts";
import { blankProfile } from "./icc.ts";

const blank = (bytes: Uint8Array<ArrayBuffer>, told: string[] = []) =>
  blankProfile(bytes, (_, value) => void told.push(value));

describe("a colour profile", () => {
  test("keeps its length, its table and its colours", () => {
    const clean = Buffer.from(blank(profile()) ?? []);
    expect(clean.length).toBe(profile().length);
    expect(clean.subarray(128, 180)).toEqual(Buffer.from(profile().subarray(128, 180)));
    expect(clean.includes(Buffer.from(payload(12, 3)))).toBe(true);
    // Of others the type stays, so that the table holds.
    expect(clean.includes("mmod\0\0\0\0\0\0\0\0")).toBe(true);
  });

  test("no more says who made it, for which machine, and when", () => {
    const told: string[] = [];
    const clean = Buffer.from(blank(profile(), told) ?? []);
    expect(told).toEqual([CANARY]);
    for (const word of [...CANARY.split(" "), "canary", "CANARY", "APPL", "appl"])
      expect(clean.includes(word)).toBe(false);
  });

  test("with a description in another language's letters is read as such", () => {
    const bytes = profile();
    const text = Buffer.from("Écran", "utf16le").swap16();
    const description = join(
      "mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cfrFR",
      [0, 0, 0, text.length],
      [0, 0, 0, 28],
      text,
    );
    bytes.set(description, Buffer.from(bytes).indexOf("desc", 180));
    const told: string[] = [];
    blank(bytes, told);
    expect(told[0]).toMatch(/^Écran/);
  });

  test("that is none is not taken for one", () => {
    expect(blank(join())).toBeNull();
    expect(blank(payload(500, 1))).toBeNull();
    const many = profile();
    many[129] = 1;
    expect(blank(many)).toBeNull();
    expect(blank(Uint8Array.from(utf8(CANARY)))).toBeNull();
  });
});
