/** Turns of one relay while others have joiners too; the region's lease is in the test's hand. */
import { expect, test } from "vitest";
import { JOIN_LEASE_MS } from "../../shared/limits.ts";
import { createHandClock } from "../stories/hand-clock.ts";
import { createTurns, type Joiner } from "./turns.ts";

/** Turns whose lease answers as told: "ours", "another's", or not at all. */
function turnsWith(answer: () => "ours" | "others" | "no answer") {
  const clock = createHandClock();
  const seen: string[] = [];
  let asked = 0;
  let released = 0;
  const turns = createTurns({
    clock,
    lease() {
      asked++;
      const given = answer();
      return given === "no answer"
        ? Promise.reject(new Error("away"))
        : Promise.resolve(given === "ours");
    },
    release: () => released++,
  });
  const joiner = (name: string): Joiner => ({
    turn: () => seen.push(`${name} has it`),
    turnOver: () => seen.push(`${name} had it`),
  });
  return { clock, turns, seen, joiner, asked: () => asked, released: () => released };
}

test("[T1][K4] while another relay has the turn nobody here gets it; it is asked for every 100 ms", async () => {
  let answer: "ours" | "others" = "others";
  const { clock, turns, seen, joiner, asked } = turnsWith(() => answer);
  turns.ask(joiner("alice"));
  turns.ask(joiner("bob"));
  await clock.advance(950);
  expect(asked()).toBe(10);
  expect(seen).toEqual([]);
  expect(turns.holder()).toBeNull();
  answer = "ours";
  await clock.advance(50);
  expect(seen).toEqual(["alice has it"]);
});

test("[T4][K4] who has joined gives the turn back before the next here asks for it", async () => {
  const { clock, turns, seen, joiner, asked, released } = turnsWith(() => "ours");
  const [alice, bob] = [joiner("alice"), joiner("bob")];
  turns.ask(alice);
  turns.ask(bob);
  await clock.settle();
  expect([asked(), released()]).toEqual([1, 0]);
  turns.drop(alice);
  expect(released()).toBe(1);
  await clock.settle();
  expect(seen).toEqual(["alice has it", "bob has it"]);
  turns.drop(bob);
  await clock.advance(10_000);
  expect([asked(), released()]).toEqual([2, 2]);
});

test("[T3][K4] a turn that ran out is given back, and whoever asks again comes last", async () => {
  const { clock, turns, seen, joiner, released } = turnsWith(() => "ours");
  const [alice, bob] = [joiner("alice"), joiner("bob")];
  turns.ask(alice);
  turns.ask(bob);
  await clock.advance(JOIN_LEASE_MS);
  expect(released()).toBe(1);
  turns.ask(alice);
  await clock.advance(JOIN_LEASE_MS);
  expect(seen).toEqual([
    "alice has it",
    "alice had it",
    "bob has it",
    "bob had it",
    "alice has it",
  ]);
});

test("[K4] it is asked for at once when another relay gives it up, and at each commit record", async () => {
  let answer: "ours" | "others" = "others";
  const { clock, turns, seen, joiner, asked } = turnsWith(() => answer);
  turns.ask(joiner("alice"));
  await clock.settle();
  turns.renew();
  await clock.settle();
  expect(asked()).toBe(2);
  answer = "ours";
  turns.retry();
  await clock.settle();
  expect(seen).toEqual(["alice has it"]);
  turns.retry();
  await clock.advance(JOIN_LEASE_MS - 1);
  expect(asked()).toBe(3);
});

test("[K4] nobody waits any more when the turn is granted: it is given back", async () => {
  const { clock, turns, seen, joiner, released } = turnsWith(() => "ours");
  const alice = joiner("alice");
  turns.ask(alice);
  turns.drop(alice);
  await clock.settle();
  expect(released()).toBe(1);
  turns.ask(alice);
  turns.close();
  await clock.advance(10_000);
  expect(released()).toBe(2);
  expect(seen).toEqual([]);
  expect(clock.waiting()).toBe(0);
});

test("[K4] where no lease can be had of the store it is asked again; when it is back the turn comes", async () => {
  let answer: "ours" | "no answer" = "no answer";
  const { clock, turns, seen, joiner } = turnsWith(() => answer);
  turns.ask(joiner("alice"));
  await clock.advance(1_000);
  expect(seen).toEqual([]);
  answer = "ours";
  await clock.advance(100);
  expect(seen).toEqual(["alice has it"]);
});
