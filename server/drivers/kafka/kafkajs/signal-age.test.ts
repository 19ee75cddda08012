import { expect, test } from "vitest";
import { utf8 } from "../../../../shared/bytes.ts";
import type { Clock } from "../../../../shared/clock.ts";
import { createAger, createStamper } from "./signal-age.ts";

function clockAt(startMs: number) {
  const state = { ms: startMs };
  const clock: Clock = {
    now: () => state.ms,
    wall: () => 0,
    after: () => () => undefined,
    soon: () => undefined,
  };
  return { clock, pass: (ms: number) => (state.ms += ms) };
}

test("how late a signal is shows whatever the clocks say: compared with the sender's quickest", () => {
  const alice = clockAt(5);
  const bob = clockAt(7_000_000_000_000);
  const stamp = createStamper(alice.clock);
  const age = createAger(bob.clock);
  const pass = (ms: number) => [alice.pass(ms), bob.pass(ms)];

  const first = stamp(utf8("a"));
  pass(40);
  expect(age(first)).toEqual({ ageMs: 0, bytes: utf8("a") });
  const quicker = stamp(utf8("b"));
  pass(1);
  expect(age(quicker)?.ageMs).toBe(0);
  const stuck = stamp(utf8("c"));
  pass(20_001);
  expect(age(stuck)?.ageMs).toBe(20_000);
  // Another relay's clock is another.
  const carol = createStamper(clockAt(123).clock);
  expect(age(carol(utf8("d")))?.ageMs).toBe(0);
});

test("a clock that stepped is believed again within ten minutes", () => {
  const alice = clockAt(100_000);
  const bob = clockAt(1_000_000);
  const stamp = createStamper(alice.clock);
  const age = createAger(bob.clock);
  expect(age(stamp(utf8("a")))?.ageMs).toBe(0);
  bob.pass(3_600_000);
  expect(age(stamp(utf8("b")))?.ageMs).toBe(0);
  alice.pass(-10_000);
  expect(age(stamp(utf8("c")))?.ageMs).toBe(10_000);
  for (let minute = 0; minute < 10; minute++) {
    alice.pass(60_000);
    bob.pass(60_000);
    age(stamp(utf8("d")));
  }
  expect(age(stamp(utf8("e")))?.ageMs).toBe(0);
});

test("what is too short to be stamped is nothing; an empty signal is one", () => {
  const { clock } = clockAt(2 ** 40);
  const age = createAger(clock);
  expect(age(new Uint8Array(13))).toBeNull();
  expect(age(createStamper(clock)(new Uint8Array(0)))).toEqual({
    ageMs: 0,
    bytes: new Uint8Array(0),
  });
});
