import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { measure } from "./dimensions.ts";
import type { FileKind } from "./kinds.ts";

const u16 = (value: number) => [value >> 8, value & 255];
const u16le = (value: number) => [value & 255, value >> 8];
const u24le = (value: number) => [value & 255, (value >> 8) & 255, value >> 16];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];
const latin1 = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

/** A frame of a GIF, with a table of colours of its own and one block of pixels. */
const frame = (left: number, top: number, width: number, height: number) => [
  0x2c,
  ...[left, top, width, height].flatMap(u16le),
  ...latin1("\x80,,,,,,\x02\x02,,\0"),
];

/** Headers of a picture of that size, in each format. */
const HEADERS: { readonly [K in FileKind]?: (width: number, height: number) => number[] } = {
  png: (w, h) => [...latin1("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ...u32(w), ...u32(h)],
  gif: (w, h) => [
    ...latin1("GIF89a"),
    ...u16le(w),
    ...u16le(h),
    ...latin1("\x80\0\0,,,,,,\x21\xf9\x04\0\0\0\0\0"),
    ...frame(0, 0, w, h),
  ],
  jpeg: (w, h) => [
    ...latin1("\xff\xd8\xff\xe1\0\x06Exif"),
    ...latin1("\xff\xff\xc2\0\x0b\x08"),
    ...u16(h),
    ...u16(w),
    ...latin1("\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0"),
  ],
  webp: (w, h) => [
    ...latin1("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"),
    ...u24le(w - 1),
    ...u24le(h - 1),
  ],
  avif: (w, h) => [
    ...latin1("\0\0\0\x14ispe\0\0\0\0"),
    ...u32(64),
    ...u32(64),
    ...latin1("\0\0\0\x14ispe\0\0\0\0"),
    ...u32(w),
    ...u32(h),
  ],
};
const KINDS = Object.keys(HEADERS) as FileKind[];
const picture = (kind: FileKind, width: number, height: number) =>
  new Blob([Uint8Array.from(HEADERS[kind]?.(width, height) ?? [])]);

describe("[HOSTILE 52] a picture's size", () => {
  test.each(KINDS)("of a %s is read from its header", async (kind) => {
    expect(await measure(picture(kind, 640, 480), kind)).toEqual({ width: 640, height: 480 });
  });

  test.each(KINDS)("of a %s that nothing here should decode is refused", async (kind) => {
    expect(await measure(picture(kind, 10_001, 1), kind)).toBe("too-many-pixels");
    expect(await measure(picture(kind, 1, 10_001), kind)).toBe("too-many-pixels");
    expect(await measure(picture(kind, 5_001, 5_000), kind)).toBe("too-many-pixels");
    expect(await measure(picture(kind, 5_000, 5_000), kind)).toEqual({
      width: 5_000,
      height: 5_000,
    });
  });

  test("of 65,535 × 65,535 in a few bytes is refused", async () => {
    expect(await measure(picture("png", 65_535, 65_535), "png")).toBe("too-many-pixels");
  });

  test("of a GIF is what its frames reach, whatever it says before them", async () => {
    const small = HEADERS.gif?.(10, 20) ?? [];
    const look = (...more: readonly number[][]) =>
      measure(new Blob([Uint8Array.from([...small, ...more.flat()])]), "gif");
    expect(await look(frame(0, 0, 65_535, 65_535))).toBe("too-many-pixels");
    expect(await look(frame(9, 0, 1, 1), frame(10_000, 0, 1, 1))).toBe("too-many-pixels");
    expect(await look(frame(5, 6, 7, 8), frame(1, 15, 3, 8))).toEqual({ width: 12, height: 23 });
  });

  test("of a GIF is not known where its first frame is too far to be looked at", async () => {
    const nothing = latin1("\x21\xf9\x04\0\0\0\0\0");
    const screen = [...latin1("GIF89a"), 1, 0, 1, 0, 0, 0, 0];
    const many = Array.from({ length: 150_000 }, () => nothing).flat();
    const bytes = Uint8Array.from([...screen, ...many, ...frame(0, 0, 1, 1)]);
    expect(await measure(new Blob([bytes]), "gif")).toBeNull();
  });

  test.each(KINDS)(
    "of a %s that is cut off or scrambled is not known, and nothing is thrown",
    async (kind) => {
      const whole = HEADERS[kind]?.(640, 480) ?? [];
      for (let length = 0; length < whole.length; length++) {
        const cut = await measure(new Blob([Uint8Array.from(whole.slice(0, length))]), kind);
        expect(cut === null || typeof cut === "object").toBe(true);
      }
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          await measure(new Blob([Uint8Array.from(bytes)]), kind);
          await measure(new Blob([Uint8Array.from([...whole.slice(0, 12), ...bytes])]), kind);
        }),
      );
    },
  );
});
