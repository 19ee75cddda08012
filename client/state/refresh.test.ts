import { expect, it } from "vitest";
import { createRefresh } from "./refresh.ts";

const MINUTE_MS = 60_000;

it("[U6] fresh keys are due after 30 minutes in which something was said, however much", () => {
  const refresh = createRefresh();
  for (let minute = 0; minute < 29; minute++) {
    for (let i = 0; i < 50; i++) refresh.active(minute * MINUTE_MS + i);
  }
  expect(refresh.dueSinceMs()).toBeNull();
  refresh.active(100 * MINUTE_MS + 7);
  expect(refresh.dueSinceMs()).toBe(100 * MINUTE_MS + 7);
  refresh.active(101 * MINUTE_MS);
  expect(refresh.dueSinceMs()).toBe(100 * MINUTE_MS + 7);
});

it("[U6] a commit that was applied begins the count anew", () => {
  const refresh = createRefresh();
  for (let minute = 0; minute < 30; minute++) refresh.active(minute * MINUTE_MS);
  refresh.done();
  expect(refresh.dueSinceMs()).toBeNull();
  for (let minute = 40; minute < 69; minute++) refresh.active(minute * MINUTE_MS);
  expect(refresh.dueSinceMs()).toBeNull();
  refresh.active(69 * MINUTE_MS);
  expect(refresh.dueSinceMs()).toBe(69 * MINUTE_MS);
});
