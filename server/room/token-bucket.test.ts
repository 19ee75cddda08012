import fc from "fast-check";
import { expect, test } from "vitest";
import { createTokenBucket } from "./token-bucket.ts";

test("alice may burst, then only as fast as tokens flow in", () => {
  const bucket = createTokenBucket({ perSecond: 2, burst: 3 }, 1_000);
  expect([1, 2, 3, 4].map(() => bucket.take(1_000))).toEqual([true, true, true, false]);
  expect(bucket.take(1_499)).toBe(false);
  expect(bucket.take(1_500)).toBe(true);
  expect(bucket.take(1_500)).toBe(false);
});

test("several are taken all or none", () => {
  const bucket = createTokenBucket({ perSecond: 1, burst: 5 }, 0);
  expect(bucket.take(0, 6)).toBe(false);
  expect(bucket.take(0, 5)).toBe(true);
  expect(bucket.take(3_000, 4)).toBe(false);
  expect(bucket.take(3_000, 3)).toBe(true);
});

test("a pause fills it to its burst and no further", () => {
  const bucket = createTokenBucket({ perSecond: 10, burst: 2 }, 0);
  expect(bucket.take(0, 2)).toBe(true);
  expect(bucket.isFull(100)).toBe(false);
  expect(bucket.isFull(1_000_000)).toBe(true);
  expect(bucket.take(1_000_000, 3)).toBe(false);
});

test("time that seems to step back adds nothing", () => {
  const bucket = createTokenBucket({ perSecond: 1, burst: 1 }, 5_000);
  expect(bucket.take(5_000)).toBe(true);
  expect(bucket.take(0)).toBe(false);
  expect(bucket.take(5_999)).toBe(false);
  expect(bucket.take(6_000)).toBe(true);
});

test("no schedule of takes gets more than the burst and what flowed in", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ waitMs: fc.nat(5_000), count: fc.integer({ min: 1, max: 8 }) })),
      (takes) => {
        const bucket = createTokenBucket({ perSecond: 3, burst: 7 }, 0);
        let nowMs = 0;
        let taken = 0;
        for (const { waitMs, count } of takes) {
          nowMs += waitMs;
          if (bucket.take(nowMs, count)) taken += count;
        }
        expect(taken).toBeLessThanOrEqual(7 + (nowMs * 3) / 1_000 + 1e-6);
      },
    ),
  );
});
