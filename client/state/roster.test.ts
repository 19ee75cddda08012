import { beforeAll, expect, it } from "vitest";
import { ready } from "../crypto/sodium.ts";
import { rosterOf, suffixOf } from "./roster.ts";
import { seatWorldOf } from "./seat-world.ts";

beforeAll(ready);

it("[§1.3] is the group's own list of leaves, in leaf order, with what is known of each", async () => {
  const world = await seatWorldOf("alice", "bob", "carol", "dave");
  const seat = world.seatOf("bob");
  const [alice, carol, dave] = ["alice", "carol", "dave"].map((name) => world.seatOf(name).me);
  if (alice === undefined || carol === undefined || dave === undefined) throw new Error("nobody");
  const shown = (isConfirmed = true) =>
    rosterOf(seat, isConfirmed).map(({ nickname, presence, isYou }) => [nickname, presence, isYou]);
  // Carol and dave joined after bob; nobody has confirmed them yet. Of alice the relay told nothing.
  expect(shown(false)).toEqual([
    ["alice", "away", false],
    ["bob", "joining", true],
    ["carol", "joining", false],
    ["dave", "joining", false],
  ]);
  seat.attendance.confirmed(seat.group.epoch);
  seat.attendance.seated([{ session: alice, presence: "present" }]);
  seat.attendance.presence({ session: carol, presence: "away" });
  seat.attendance.left(dave, 0);
  expect(shown()).toEqual([
    ["alice", "present", false],
    ["bob", "present", true],
    ["carol", "away", false],
    ["dave", "leaving", false],
  ]);
});

it("a suffix is four letters of the key, none of which look alike", async () => {
  const world = await seatWorldOf("alice", "alice");
  const suffixes = world.members.map(({ seat }) => suffixOf(seat.me));
  for (const suffix of suffixes) expect(suffix).toMatch(/^[a-hj-km-np-z2-9]{4}$/);
  expect(new Set(suffixes).size).toBe(2);
});
