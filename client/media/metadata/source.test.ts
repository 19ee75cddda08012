import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { payload } from "../specimens/parts.ts";
import { bytesOf, createSource } from "./source.ts";

describe("a file read in pieces", () => {
  test("shows the bytes it has, wherever one looks", async () => {
    const bytes = payload(200_000, 1);
    const source = createSource(new Blob([bytes]));
    await fc.assert(
      fc.asyncProperty(fc.nat(199_999), fc.nat(100_000), async (from, length) => {
        const to = Math.min(from + length, bytes.length);
        const piece = bytesOf(await source.view(from, to - from));
        expect(Buffer.from(piece).equals(bytes.subarray(from, to))).toBe(true);
      }),
    );
  });

  test("has no bytes before its beginning and behind its end", async () => {
    const source = createSource(new Blob(["abc"]));
    for (const [from, length] of [
      [-1, 1],
      [0, 4],
      [3, 1],
      [0, -1],
      [Number.NaN, 1],
      [0, Number.NaN],
    ] as const) {
      await expect(source.view(from, length)).rejects.toThrow(RangeError);
    }
    expect(await source.text(1, 3)).toBe("bc");
    expect((await source.upTo(0, 3, 2)).byteLength).toBe(2);
  });

  test("that becomes shorter while it is read is not as it should be", async () => {
    const file = new Blob(["abc"]);
    file.slice = () => new Blob(["a"]);
    await expect(createSource(file).view(0, 3)).rejects.toThrow(RangeError);
  });
});
