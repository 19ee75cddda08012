/** One room, several relays, one Redis: what people do when nothing breaks. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { confirmed, expectOneRoom, isSealed } from "./promises.ts";
import { createRelaysWorld, presentTo, talk, type RelaysWorld } from "./relays-world.ts";

let world: RelaysWorld;
beforeEach(async () => {
  world = await createRelaysWorld(3);
});
afterEach(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

it("[O1][S1][K3] alice, bob and carol are each at another relay: they join, are confirmed, talk and leave as at one", async () => {
  const alice = await world.founder("alice", 0);
  const { link } = alice.room();
  const bob = await world.joiner("bob", link, 1);
  const carol = await world.joiner("carol", link, 2);
  const all = [alice, bob, carol];
  expect(all.map((who) => who.relay())).toEqual([0, 1, 2]);
  await confirmed(world, all);
  await expectOneRoom(world, all, ["alice", "bob", "carol"]);
  await talk(world, all, "first");
  await talk(world, all, "second");
  for (const who of all) expect(presentTo(who)).toEqual(["alice", "bob", "carol"]);

  bob.room().leave();
  await expectOneRoom(world, [alice, carol], ["alice", "carol"]);
  expect(bob.client.phase.value).toEqual({ kind: "over", why: "left" });
  await talk(world, [alice, carol], "bob is gone");
});

it("[O6][L4] when the last one has left, no key of the room is left, whoever served it", async () => {
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await confirmed(world, [alice, bob]);
  await talk(world, [alice, bob], "soon gone");
  expect(await world.keys()).not.toEqual([]);
  alice.room().leave();
  await world.until("alice is gone", () => bob.people().join() === "bob");
  bob.room().leave();
  const isEmpty = async (): Promise<boolean> => (await world.keys()).length === 0;
  await world.until("no key is left", isEmpty, 5_000);
  for (const relay of [0, 1]) expect(world.rooms(relay).count().rooms).toBe(0);
});

it("[A2][E10][S1] bob connects again at another relay: the same seat, nothing lost, and nobody sees him go", async () => {
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await confirmed(world, [alice, bob]);
  await talk(world, [alice, bob], "before");
  let wasAway = false;
  const stop = alice.room().roster.subscribe((roster) => {
    wasAway ||= roster.some(({ presence }) => presence === "away");
  });
  bob.sendTo(2);
  // Half-open: the old relay learns of the new connection by the order alone.
  bob.network.abandon();
  alice.room().send("while bob is off");
  expect(world.rooms(1).count().lines).toBe(1);
  await world.until("bob reads it at relay 2", () =>
    bob.read().includes("alice: while bob is off"),
  );
  expect(bob.relay()).toBe(2);
  // It has nobody left to serve, away or present.
  await world.until("the old relay has let go", () => world.rooms(1).count().rooms === 0);
  await talk(world, [alice, bob], "after");
  expect(wasAway).toBe(false);
  expect(bob.notices()).not.toContain("rejoined");
  stop();
});

it("[T1][K4] twenty people at three relays come at once: all are in and confirmed, and hold one epoch", async () => {
  const alice = await world.founder("alice", 0);
  const { link } = alice.room();
  const others = Array.from({ length: 20 }, (_, i) => world.person(`guest ${i}`, i % 3));
  for (const who of others) {
    who.client.openLink(link);
    who.client.enter(who.name, "");
  }
  await world.until("all are in and confirmed", () => others.every(isSealed));
  const all = [alice, ...others];
  const codes = (): Set<string> => new Set(all.map((who) => who.room().safetyCode.value));
  await world.until("all hold one epoch", () => codes().size === 1);
  for (const who of all) expect(who.people()).toHaveLength(21);
  await talk(world, all, "we are many");
  for (const who of others) expect(who.notices()).not.toContain("rejoined");
});
