import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  concat,
  equal,
  parseBase64url,
  parseHex,
  parseUtf8,
  toBase64url,
  toHex,
  utf8,
} from "./bytes.ts";

const anyBytes = fc.uint8Array({ maxLength: 100 }).map((bytes) => Uint8Array.from(bytes));

describe("hex", () => {
  test("survives, lower-case, two digits a byte", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(parseHex(toHex(bytes))).toEqual(bytes);
      }),
    );
    expect(toHex(Uint8Array.of(0, 10, 255))).toBe("000aff");
  });
  test.each(["0", "0g", "AB", " 00", "00 ", "0x00", "é0", "00\n", "-1"])("%j is none", (text) => {
    expect(parseHex(text)).toBeNull();
  });
});

describe("base64url", () => {
  test("survives, and is what Node writes", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64url"));
        expect(parseBase64url(text)).toEqual(bytes);
      }),
    );
  });
  test("one value has one text: whatever is read is written the same", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ABab01-_+/= ".split("")), maxLength: 12 });
    fc.assert(
      fc.property(text, (drawn) => {
        const bytes = parseBase64url(drawn);
        if (bytes !== null) expect(toBase64url(bytes)).toBe(drawn);
      }),
      { numRuns: 3_000 },
    );
  });
  test.each(["A", "AAAAA", "AB", "AA=", "AA==", "A+AA", "A/AA", "A A", "Aé", "AAA\n", "AAB"])(
    "%j is none",
    (text) => {
      expect(parseBase64url(text)).toBeNull();
    },
  );
});

describe("utf8", () => {
  test("survives every well-formed text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parseUtf8(utf8(text))).toBe(text);
      }),
    );
  });
  test("a byte order mark is part of the text", () => {
    expect(parseUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\uFEFFa");
  });
  test.each<[string, number[]]>([
    ["a lone continuation", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a cut sequence", [0xe2, 0x82]],
    ["no such byte", [0xff]],
  ])("%s is none", (_, bytes) => {
    expect(parseUtf8(Uint8Array.from(bytes))).toBeNull();
  });
});

test("concat joins in order, into memory of its own", () => {
  const a = Uint8Array.of(1, 2);
  const whole = concat(a, new Uint8Array(0), Uint8Array.of(3));
  a[0] = 9;
  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
  expect(concat()).toEqual(new Uint8Array(0));
});

test("equal tells any difference, in length or in one byte", () => {
  fc.assert(
    fc.property(anyBytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, change) => {
      expect(equal(bytes, bytes.slice())).toBe(true);
      expect(equal(bytes, concat(bytes, Uint8Array.of(0)))).toBe(false);
      if (bytes.length === 0) return;
      const other = bytes.slice();
      const i = at % bytes.length;
      other[i] = (other[i] ?? 0) ^ change;
      expect(equal(bytes, other)).toBe(false);
    }),
  );
});
