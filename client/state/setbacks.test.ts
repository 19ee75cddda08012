import { expect, it } from "vitest";
import { createSetbacks } from "./setbacks.ts";

it("pauses longer after each setback, up to 22 s, and begins anew when one was in step", () => {
  const setbacks = createSetbacks(() => 0.999_999);
  const pauses = Array.from({ length: 9 }, () => Math.round(setbacks.nextPauseMs()));
  expect(pauses).toEqual([400, 750, 1_450, 2_850, 5_650, 11_250, 22_450, 22_450, 22_450]);
  setbacks.over();
  expect(Math.round(setbacks.nextPauseMs())).toBe(400);
});

it("never comes back without any pause", () => {
  expect(createSetbacks(() => 0).nextPauseMs()).toBe(50);
});
