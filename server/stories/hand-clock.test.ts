import { expect, test } from "vitest";
import { createHandClock } from "./hand-clock.ts";

test("timers fire in time order, those of one moment in the order they were set", async () => {
  const clock = createHandClock();
  const fired: string[] = [];
  clock.after(20, () => fired.push(`late at ${clock.now()}`));
  clock.after(10, () => fired.push(`first at ${clock.now()}`));
  clock.after(10, () => fired.push(`second at ${clock.now()}`));
  await clock.advance(9);
  expect(fired).toEqual([]);
  await clock.advance(11);
  expect(fired).toEqual(["first at 10", "second at 10", "late at 20"]);
  expect(clock.now()).toBe(20);
});

test("a timer that a timer sets fires within the same advance if it is due", async () => {
  const clock = createHandClock();
  const fired: number[] = [];
  const tick = () => {
    fired.push(clock.now());
    clock.after(30, tick);
  };
  clock.after(30, tick);
  await clock.advance(100);
  expect(fired).toEqual([30, 60, 90]);
  expect(clock.waiting()).toBe(1);
});

test("a stopped timer never fires, and stopping twice is harmless", async () => {
  const clock = createHandClock();
  const stop = clock.after(5, () => expect.unreachable());
  stop();
  stop();
  await clock.advance(10);
  expect(clock.waiting()).toBe(0);
});

test("promises and soon callbacks settle between any two timers", async () => {
  const clock = createHandClock();
  const seen: string[] = [];
  const work = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
    clock.soon(() => clock.soon(() => seen.push("worked")));
  };
  clock.after(10, () => void work());
  clock.after(11, () => seen.push("next timer"));
  await clock.advance(20);
  expect(seen).toEqual(["worked", "next timer"]);
});

test("what was under way before an advance settles before its first timer", async () => {
  const clock = createHandClock();
  const seen: string[] = [];
  clock.soon(() => seen.push("soon"));
  clock.after(0, () => seen.push("timer"));
  await clock.advance(0);
  expect(seen).toEqual(["soon", "timer"]);
});

test("a step of the wall clock moves no timer", async () => {
  const clock = createHandClock(1_000);
  let fired = false;
  clock.after(100, () => (fired = true));
  clock.stepWall(-3_600_000);
  await clock.advance(99);
  expect(fired).toBe(false);
  await clock.advance(1);
  expect(fired).toBe(true);
  expect(clock.wall()).toBe(1_000 - 3_600_000 + 100);
});
