import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

test("how long the rest takes is told once it can be, by the last seconds", () => {
  const pace = createPace();
  pace.sent(0, 0);
  expect(pace.leftMs(10_000)).toBeNull();
  pace.sent(1_000, 1_000);
  expect(pace.leftMs(10_000)).toBeNull();
  pace.sent(2_000, 2_000);
  expect(pace.bytesPerS()).toBe(1_000);
  expect(pace.leftMs(10_000)).toBe(8_000);
  // A line that became ten times as fast is told as such soon.
  for (let s = 3; s <= 12; s++) pace.sent(2_000 + (s - 2) * 10_000, s * 1_000);
  expect(pace.bytesPerS()).toBe(10_000);
});

test("where nothing goes no time is told", () => {
  const pace = createPace();
  pace.sent(5, 0);
  pace.sent(5, 5_000);
  expect(pace.leftMs(10)).toBeNull();
});
