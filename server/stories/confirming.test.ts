/** Newcomers whom nobody confirms, and turns that somebody wastes (model: heir, silent, hog). */
import { expect, it } from "vitest";
import { createInsider } from "./insider.ts";
import { createOrderWatch } from "./order-watch.ts";
import {
  confirmed,
  die,
  enters,
  expectOneRoom,
  expectTalk,
  goOffline,
  goOnline,
  isIn,
  isSealed,
  SCHEDULE,
} from "./promises.ts";
import { createWorld, type Person } from "./world.ts";

const GRACE_MS = 15_000;

it("[F2] the founder dies unseen and two join: they confirm each other and the room goes on (schedule heir)", async () => {
  const watch = createOrderWatch();
  const world = createWorld({ ...SCHEDULE, wrapLog: watch.wrap });
  const alice = await world.founder("alice", { graceMs: GRACE_MS });
  const { link } = alice.room();
  await world.run(2_000);
  die(alice);
  const bob = enters(world, "bob", link);
  await world.run(50);
  const carol = enters(world, "carol", link);
  await confirmed(world, [bob, carol]);
  await world.run(2 * GRACE_MS);
  expect(bob.people().toSorted()).toEqual(["bob", "carol"]);
  await expectOneRoom(world, [bob, carol], bob.people());
  await expectTalk(world, [bob, carol], "alice");
  // Confirmed for good: nobody left and came again in the meantime but whom bob could not confirm yet.
  const joins = watch.now().filter(({ kind, session }) => {
    const isOld = session === watch.now()[0]?.session;
    return kind === "leave" && !isOld;
  });
  expect(joins.length).toBeLessThanOrEqual(1);
});

it("[F1][U1] who joined while bob waited to be confirmed is confirmed by him as soon as he may", async () => {
  const watch = createOrderWatch();
  const world = createWorld({ ...SCHEDULE, wrapLog: watch.wrap });
  const alice = await world.founder("alice");
  const { link } = alice.room();
  await world.run(2_000);
  die(alice);
  const bob = enters(world, "bob", link);
  await world.run(2_000);
  const carol = enters(world, "carol", link);
  await world.run(1_000);
  const dave = enters(world, "dave", link);
  await confirmed(world, [bob, carol, dave]);
  await world.run(10_000);
  expect(watch.now().filter(({ kind }) => kind === "leave")).toEqual([]);
  await expectOneRoom(world, [bob, carol, dave], ["alice", "bob", "carol", "dave"]);
});

it("[F3][U3] only a silent stranger stayed: alice tries three times, stays, says so, and confirms bob (schedule silent)", async () => {
  const watch = createOrderWatch();
  const world = createWorld({ ...SCHEDULE, wrapLog: watch.wrap });
  const alice = await world.founder("alice", { graceMs: GRACE_MS });
  const { link } = alice.room();
  const bob = await world.joiner("bob", link);
  await confirmed(world, [alice, bob]);
  const insider = await createInsider(world, link);
  const silent = await insider.join("silent");
  await world.run(1_000);
  goOffline(alice);
  goOffline(bob);
  await world.run(20_000);
  goOnline(alice);
  await world.run(1_000);
  goOnline(bob);
  const is = (who: Person, kind: string): boolean =>
    isIn(who) && who.room().encryption.value.kind === kind;
  const areSettled = (): boolean => is(alice, "unconfirmed") && is(bob, "sealed");
  await world.until("alice stays and says so, and confirms bob", areSettled, 90_000);
  // Their old leaves, and those of their tries, are removed although the silent one lets every turn pass.
  await expectOneRoom(world, [alice, bob], alice.people());
  expect(alice.people().toSorted()).toEqual(["alice", "bob", "silent"]);
  expect(silent.group().members).toHaveLength(3);
  alice.room().send("held until I say so");
  await world.run(10_000);
  expect(alice.mine("held until I say so")?.delivery).toBe("pending");
  expect(bob.read()).toEqual([]);
  alice.room().releaseOutbox();
  await world.until("bob reads it", () => bob.read().includes("alice: held until I say so"));
  await expectTalk(world, [alice, bob], "strangers");
  expect(alice.room().encryption.value).toEqual({ kind: "unconfirmed", released: true });
});

it("[T3] two hogs take every turn they get and let it lapse: carol joins all the same", async () => {
  const world = createWorld(SCHEDULE);
  const alice = await world.founder("alice");
  const { link } = alice.room();
  const insider = await createInsider(world, link);
  const hogs = [insider.puppet("hog", { kind: "hog" }), insider.puppet("boar", { kind: "hog" })];
  await world.run(5_000);
  const carol = enters(world, "carol", link);
  await confirmed(world, [carol]);
  for (const hog of hogs) {
    expect(hog.frames.filter(({ kind }) => kind === "turn-over").length).toBeGreaterThan(1);
  }
  expect(isSealed(carol)).toBe(true);
  await expectOneRoom(world, [alice, carol], ["alice", "carol"]);
  await expectTalk(world, [alice, carol], "hogs");
});
