import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunkLength, chunksIn, firstPart, parseRange, withinChunk } from "./byte-range.ts";

const SIZE = 1_000;

describe("[RFC 9110 14.2] what a Range header asks for", () => {
  test.each([
    ["bytes=0-", 0, 1_000],
    ["bytes=0-1", 0, 2],
    ["bytes=0-0", 0, 1],
    ["bytes=500-", 500, 1_000],
    ["bytes=999-999", 999, 1_000],
    ["bytes=10-99999999999", 10, 1_000],
    ["bytes=-1", 999, 1_000],
    ["bytes=-5000", 0, 1_000],
    [" bytes=3-4 ", 3, 5],
  ])("%j is from %i to before %i", (header, from, to) => {
    expect(parseRange(header, SIZE)).toEqual({ from, to });
  });

  test("none is none", () => {
    expect(parseRange(null, SIZE)).toBeNull();
  });

  test.each([
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=-0",
    "bytes=1000-",
    "bytes=1000-2000",
    "bytes=5-4",
    "bytes=0-1,5-6",
    "bytes=0-,",
    "bytes= 0-1",
    "bytes=0 -1",
    "bytes=+1-2",
    "bytes=1.5-2",
    "bytes=0x1-2",
    "bytes=1e2-",
    "bytes=--1",
    "items=0-1",
    "Bytes=0-1\r\nX: y",
    `bytes=${"9".repeat(16)}-`,
    `bytes=0-${"9".repeat(400)}`,
  ])("%j cannot be satisfied", (header) => {
    expect(parseRange(header, SIZE)).toBe("unsatisfiable");
  });

  test("nothing of an empty content can be had", () => {
    for (const header of ["bytes=0-", "bytes=-1", "bytes=0-0"])
      expect(parseRange(header, 0)).toBe("unsatisfiable");
  });

  test("whatever is asked, what is given lies within the content and is not empty", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,17}-\d{0,17}$/)),
        fc.nat(2 ** 40),
        (header, sizeBytes) => {
          const span = parseRange(header, sizeBytes);
          if (span === null || span === "unsatisfiable") return span !== null;
          return span.from >= 0 && span.from < span.to && span.to <= sizeBytes;
        },
      ),
    );
  });
});

describe("spans and chunks", () => {
  test("one answer ends where a chunk does, four chunks on at most", () => {
    expect(firstPart({ from: 0, to: 95 }, 10)).toEqual({ from: 0, to: 40 });
    expect(firstPart({ from: 7, to: 95 }, 10)).toEqual({ from: 7, to: 40 });
    expect(firstPart({ from: 60, to: 95 }, 10)).toEqual({ from: 60, to: 95 });
    expect(firstPart({ from: 3, to: 5 }, 10)).toEqual({ from: 3, to: 5 });
  });

  test("a span is exactly what its chunks give of themselves, in order", () => {
    const content = Array.from({ length: 95 }, (_, i) => i);
    fc.assert(
      fc.property(fc.nat(94), fc.nat(94), fc.integer({ min: 1, max: 100 }), (a, b, chunkBytes) => {
        const span = { from: Math.min(a, b), to: Math.max(a, b) + 1 };
        const { first, last } = chunksIn(span, chunkBytes);
        const given: number[] = [];
        for (let index = first; index <= last; index++) {
          const start = index * chunkBytes;
          const chunk = content.slice(start, start + chunkBytes);
          expect(chunk.length).toBe(chunkLength(content.length, chunkBytes, index));
          const { from, to } = withinChunk(span, chunkBytes, index);
          given.push(...chunk.slice(from, to));
        }
        expect(given).toEqual(content.slice(span.from, span.to));
      }),
    );
  });
});
