import { expect, test } from "vitest";
import { formatLeft, formatSize } from "./size.ts";

test("sizes are told in steps of a thousand, with one digit where it says something", () => {
  const sizes = [0, 999, 1_000, 1_540, 123_456, 3_140_000, 256_000_000, 4_300_000_000];
  expect(sizes.map((bytes) => formatSize(bytes, "en"))).toEqual([
    "0 bytes",
    "999 bytes",
    "1 kB",
    "1.5 kB",
    "123 kB",
    "3.1 MB",
    "256 MB",
    "4.3 GB",
  ]);
  expect(formatSize(3_140_000, "de")).toBe("3,1 MB");
});

test("what is left is never told as over", () => {
  expect([1, 999, 1_001, 59_900, 61_000].map((ms) => formatLeft(ms, "en"))).toEqual([
    "1 sec",
    "1 sec",
    "2 sec",
    "1 min",
    "2 min",
  ]);
});
