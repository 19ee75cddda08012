import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCleaning } from "./cleaning.ts";

const cut = fc.record({
  from: fc.nat(300),
  length: fc.nat(80),
  put: fc.constantFrom("drop", "blank", "put"),
});

describe("what leaves of a file", () => {
  test("is the file but for its cuts; of two at one byte the one that begins first, or was made first, holds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 300, maxLength: 300 }),
        fc.array(cut, { maxLength: 8 }),
        async (bytes, cuts) => {
          const { cleaning, compose } = createCleaning(new Blob([Uint8Array.from(bytes)]));
          const expected: (number | null)[] = [...bytes];
          const isTaken = bytes.map(() => 0);
          for (const { from, length, put } of cuts) {
            const to = Math.min(from + length, bytes.length);
            if (put === "drop") cleaning.drop(from, to);
            else if (put === "blank") cleaning.blank(from, to);
            else if (from < to) cleaning.put(from, to, new Uint8Array(to - from).fill(7));
          }
          for (const { from, length, put } of cuts.toSorted((a, b) => a.from - b.from)) {
            for (let at = from; at < Math.min(from + length, bytes.length); at++) {
              if (isTaken[at] === 1) continue;
              isTaken[at] = 1;
              expected[at] = put === "drop" ? null : put === "blank" ? 0 : 7;
            }
          }
          const left = new Uint8Array(await compose("image/png").arrayBuffer());
          expect([...left]).toEqual(expected.filter((byte) => byte !== null));
        },
      ),
    );
  });

  test("may have more put in than was there", async () => {
    const { cleaning, compose } = createCleaning(new Blob(["abcdef"]));
    cleaning.drop(1, 2);
    cleaning.put(2, 2, Uint8Array.of(0x2b, 0x2b, 0x2b));
    cleaning.put(4, 5, Uint8Array.of(0x2d, 0x2d));
    expect(await compose("text/plain").text()).toBe("a+++cd--f");
  });

  test("is of the type it is said to be, whatever it was", () => {
    const { compose } = createCleaning(new Blob(["<svg/>"], { type: "image/svg+xml" }));
    expect(compose("application/octet-stream").type).toBe("application/octet-stream");
  });

  test("with a gigabyte of zeros takes no gigabyte", () => {
    const huge = { size: 2 ** 30, slice: () => new Blob() };
    const { cleaning, compose } = createCleaning(huge as unknown as Blob);
    const before = process.memoryUsage().arrayBuffers;
    cleaning.blank(0, 2 ** 30);
    expect(compose("").size).toBe(2 ** 30);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });
});

describe("what is told of a file", () => {
  test("is told once, in a line without anything unseen, and cut", () => {
    const { cleaning, removed, kept } = createCleaning(new Blob());
    cleaning.found("author", "  alice\n\u202E\0 b ");
    cleaning.found("author", "alice b");
    cleaning.found("comment", "x".repeat(5_000));
    cleaning.found("comment", `${"y".repeat(119)}😀`);
    cleaning.stays("dates", "now");
    expect(removed.map(({ value }) => value)).toEqual([
      "alice b",
      "x".repeat(120),
      "y".repeat(119),
    ]);
    expect(kept).toEqual([{ what: "dates", value: "now" }]);
  });

  test("is no more than can be read", () => {
    const { cleaning, removed } = createCleaning(new Blob());
    for (let index = 0; index < 1_000; index++) cleaning.found("comment", String(index));
    expect(removed.length).toBe(60);
  });
});
