import { expect, test } from "vitest";
import { createHandClock } from "../stories/hand-clock.ts";
import { createSlots } from "./slots.ts";

test("as many at once as allowed, for each key; a slot given back twice is one slot", () => {
  const slots = createSlots({ clock: createHandClock(), perKey: 2, rate: null });
  const [first, second] = [slots.take("alice"), slots.take("alice")];
  expect(slots.take("alice")).toBeNull();
  expect(slots.take("bob")).not.toBeNull();
  first?.();
  first?.();
  expect(slots.take("alice")).not.toBeNull();
  expect(slots.take("alice")).toBeNull();
  second?.();
  expect(slots.take("alice")).not.toBeNull();
});

test("no more often than the rate, however quickly they are given back", async () => {
  const clock = createHandClock();
  const slots = createSlots({ clock, perKey: 10, rate: { perSecond: 2, burst: 4 } });
  const take = () => {
    const slot = slots.take("alice");
    slot?.();
    return slot !== null;
  };
  expect(Array.from({ length: 6 }, take)).toEqual([true, true, true, true, false, false]);
  await clock.advance(1_000);
  expect(Array.from({ length: 3 }, take)).toEqual([true, true, false]);
});

test("nothing is remembered of who holds none and was not here lately", async () => {
  const clock = createHandClock();
  const slots = createSlots({ clock, perKey: 1, rate: { perSecond: 1, burst: 5 } });
  slots.take("alice")?.();
  const held = slots.take("bob");
  expect(slots.size()).toBe(2);
  await clock.advance(20_000);
  expect(slots.size()).toBe(1);
  held?.();
  await clock.advance(20_000);
  expect([slots.size(), clock.waiting()]).toEqual([0, 0]);
});
