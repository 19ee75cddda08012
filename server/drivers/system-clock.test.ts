import { expect, test } from "vitest";
import { createSystemClock } from "./system-clock.ts";

test("a timer fires not before its time, a stopped one never, soon before any timer", async () => {
  const clock = createSystemClock();
  const fired: string[] = [];
  const startMs = clock.now();
  const stop = clock.after(1, () => fired.push("stopped"));
  stop();
  const late = new Promise<number>((resolve) => clock.after(20, () => resolve(clock.now())));
  await new Promise<void>((resolve) => clock.soon(resolve));
  fired.push("soon");
  expect((await late) - startMs).toBeGreaterThanOrEqual(19);
  expect(fired).toEqual(["soon"]);
});

test("wall is the time since 1970, now never steps back", () => {
  const clock = createSystemClock();
  expect(Math.abs(clock.wall() - Date.now())).toBeLessThan(1_000);
  const times = Array.from({ length: 100 }, () => clock.now());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
