import { expect, it } from "vitest";
import { lifeLeft } from "./life.ts";

it("[§1.7] shortens from one to nothing over the policy's time, and never beyond", () => {
  expect(lifeLeft(60_000, 60_000, 0)).toBe(1);
  expect(lifeLeft(60_000, 60_000, 45_000)).toBe(0.25);
  expect(lifeLeft(60_000, 60_000, 61_000)).toBe(0);
  expect(lifeLeft(90_000, 60_000, 0)).toBe(1);
});

it("is whole while a message waits for its answer, or nothing is known of the room's time", () => {
  expect(lifeLeft(null, 60_000, 99_000)).toBe(1);
  expect(lifeLeft(5, 0, 99_000)).toBe(1);
  expect(lifeLeft(Number.NaN, 60_000, 0)).toBe(1);
});
