import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { sessionIdOf } from "../../shared/ids.ts";
import { createComparing } from "./comparing.ts";
import type { RosterEntry } from "./view.ts";

const member = (nickname: string, key: number, isYou = false): RosterEntry => ({
  session: sessionIdOf(new Uint8Array(16).fill(key)),
  nickname,
  suffix: "abcd",
  isYou,
  presence: "present",
});
const alice = member("alice", 1, true);
const bob = member("bob", 2);
const carol = member("carol", 3);

function setUp() {
  const roster = signal<readonly RosterEntry[]>([alice, bob]);
  return { roster, ...createComparing(roster) };
}

it("nothing counts as compared before the person said so", () => {
  expect(setUp().comparison.value).toEqual({ kind: "not-yet" });
});

it("what alice compared with bob holds while both stay, whatever keys follow", () => {
  const { roster, comparison, found } = setUp();
  found("matches", 1_000);
  roster.value = [alice, { ...bob, presence: "away" }];
  expect(comparison.value).toEqual({ kind: "compared", atMs: 1_000, joinedSince: [] });
});

it("carol, who joined since, is named; gone again, she is not", () => {
  const { roster, comparison, found } = setUp();
  found("matches", 1_000);
  roster.value = [alice, bob, carol];
  expect(comparison.value).toMatchObject({ kind: "compared", joinedSince: ["carol"] });
  roster.value = [alice, bob];
  expect(comparison.value).toMatchObject({ kind: "compared", joinedSince: [] });
});

it("somebody who takes bob's name is another key, and named", () => {
  const { roster, comparison, found } = setUp();
  found("matches", 1_000);
  roster.value = [alice, member("bob", 9)];
  expect(comparison.value).toMatchObject({ joinedSince: ["bob"] });
});

it("a code that differs stays told until it is compared again", () => {
  const { roster, comparison, found } = setUp();
  found("differs", 1_000);
  roster.value = [alice];
  expect(comparison.value).toEqual({ kind: "differs", atMs: 1_000 });
  found("matches", 2_000);
  expect(comparison.value).toMatchObject({ kind: "compared", atMs: 2_000 });
});

it("with another seat of one's own, nothing is compared any more", () => {
  const { roster, comparison, found, forget } = setUp();
  found("matches", 1_000);
  roster.value = [member("alice", 7, true), bob];
  expect(comparison.value).toEqual({ kind: "not-yet" });
  found("differs", 2_000);
  forget();
  expect(comparison.value).toEqual({ kind: "not-yet" });
});
