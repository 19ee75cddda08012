/** An insider jams the commits; joins, posts and removals go on (model: voidLowest, turnRestart…, badGi, war, tagNames). */
import { expect, it } from "vitest";
import { decodeClientFrame } from "../../shared/codec/client-frames.ts";
import { DUTY_TURN_MS } from "../../shared/limits.ts";
import type { Record } from "../../shared/protocol.ts";
import { confirmInPhantom, createInsider, foundingInsider, jam, phantomOf } from "./insider.ts";
import type { RoomLimits } from "../room/limits.ts";
import { createOrderWatch, type OrderWatch } from "./order-watch.ts";
import {
  confirmed,
  die,
  enters,
  expectOneRoom,
  expectTalk,
  isIn,
  isSealed,
  SCHEDULE,
} from "./promises.ts";
import { createWorld, type Person, type World } from "./world.ts";

type Commit = Record & { readonly kind: "commit" };
const commits = (watch: OrderWatch): Commit[] =>
  watch.now().filter((record) => record.kind === "commit");

/** Mallory made the room, so he has the lowest leaf and the first turn at every duty, which he lets pass. */
async function hisRoom(limits: Partial<RoomLimits> = {}) {
  const watch = createOrderWatch();
  const world = createWorld({ ...SCHEDULE, limits, wrapLog: watch.wrap });
  const { insider, founder: mallory } = await foundingInsider(world, "mallory");
  const bob = await world.joiner("bob", insider.link);
  const alice = await world.joiner("alice", insider.link);
  await world.run(200);
  mallory.confirm();
  await confirmed(world, [alice, bob]);
  return { watch, world, mallory, bob, alice, link: insider.link };
}

it("[U2][U3] garbage from the lowest leaf: the next in turn repairs, carol gets in (schedule voidLowest)", async () => {
  const { watch, world, mallory, bob, alice, link } = await hisRoom();
  await mallory.commit({ kind: "garbage" });
  const carol = enters(world, "carol", link);
  await confirmed(world, [carol]);
  const [first, second, garbage, repair, join] = commits(watch);
  expect([first, second].map((commit) => commit?.removes)).toEqual([[], []]);
  const of = (who: Person): string | undefined =>
    who.room().roster.value.find(({ isYou }) => isYou)?.session;
  expect(garbage?.session).toBe(mallory.who.identity.session);
  expect(repair?.session).toBe(of(bob));
  expect(join?.session).toBe(of(carol));
  // Mallory's turn comes first and passes.
  expect(repair && garbage && repair.acceptedAtMs - garbage.acceptedAtMs).toBeGreaterThanOrEqual(
    DUTY_TURN_MS,
  );
  await world.run(2_000);
  // Who let a turn pass goes last: the second time bob does not wait for him.
  await mallory.commit({ kind: "garbage" });
  await world.run(900);
  const [again, repairAgain] = commits(watch).slice(-2);
  expect(again?.session).toBe(mallory.who.identity.session);
  expect(repairAgain?.session).toBe(of(bob));
  await expectOneRoom(world, [alice, bob, carol], ["mallory", "bob", "alice", "carol"]);
  await expectTalk(world, [alice, bob, carol], "voids");
});

it("[U2] garbage once a second restarts nobody's turn: carol joins, alice is removed, all talk (schedule turnRestart)", async () => {
  const { watch, world, mallory, bob, alice, link } = await hisRoom();
  const begunMs = world.clock.now();
  const stop = jam(world, mallory, () => ({ kind: "garbage" }));
  await world.run(1_000);
  const carol = enters(world, "carol", link);
  await world.run(1_000);
  alice.room().leave();
  await confirmed(world, [bob, carol]);
  await world.until(
    "alice is removed",
    () => [bob, carol].every((who) => !who.people().includes("alice")),
    20_000,
  );
  await expectTalk(world, [bob, carol], "while he jams");
  const dave = enters(world, "dave", link);
  await confirmed(world, [dave]);
  const his = commits(watch).filter(({ session }) => session === mallory.who.identity.session);
  expect(his.length).toBeGreaterThan((world.clock.now() - begunMs) / 1_500);
  stop();
  await world.run(3_000);
  await expectOneRoom(world, [bob, carol, dave], ["mallory", "bob", ...rest(bob)]);
  expect(rest(bob).toSorted()).toEqual(["carol", "dave"]);
});

/** Members above the first two: joiners take the first blank leaf, whichever joins first after a removal. */
const rest = (who: Person): readonly string[] => who.people().slice(2);

it("[U2] valid commits once a second starve no removal: alice is removed (schedule turnRestartValid)", async () => {
  const { watch, world, mallory, bob, alice, link } = await hisRoom();
  const stop = jam(world, mallory, () => ({ kind: "valid" }));
  await world.run(2_000);
  alice.room().leave();
  await world.until("alice is removed", () => bob.people().join() === "mallory,bob", 10_000);
  const removal = commits(watch).find(({ removes }) => removes.length > 0);
  expect(removal?.session).toBe(bob.room().roster.value.find(({ isYou }) => isYou)?.session);
  const carol = enters(world, "carol", link);
  await world.until("carol is in", () => isIn(carol));
  await world.until("bob confirms carol", () => isSealed(carol), 30_000);
  await expectTalk(world, [bob, carol], "while keys change");
  stop();
  await world.run(2_000);
  await expectOneRoom(world, [bob, carol], ["mallory", "bob", "carol"]);
});

it("[V2][I3] a valid commit with a GroupInfo that nobody can use is void and repaired: bob joins (schedule badGi)", async () => {
  const watch = createOrderWatch();
  const world = createWorld({ ...SCHEDULE, wrapLog: watch.wrap });
  const alice = await world.founder("alice");
  const { link } = alice.room();
  const insider = await createInsider(world, link);
  const mallory = await insider.join("mallory");
  await world.run(3_000);
  const code = alice.room().safetyCode.value;
  await mallory.commit({ kind: "bad-group-info" });
  await world.until("it stands", () => commits(watch).length === 2);
  const bob = enters(world, "bob", link);
  await confirmed(world, [bob]);
  expect(alice.room().safetyCode.value).not.toBe(code);
  await expectOneRoom(world, [alice, bob], ["alice", "mallory", "bob"]);
  await expectTalk(world, [alice, bob], "GroupInfo");
});

/** Garbage with the GroupInfo of mallory's own fork beside it; who joins by that is captured, and confirmed there. */
async function capture(world: World, given: Awaited<ReturnType<typeof hisRoom>>) {
  const { mallory, link } = given;
  const phantom = await phantomOf(mallory);
  confirmInPhantom(mallory, phantom);
  await mallory.commit({ kind: "phantom", ...phantom });
  const carol = enters(world, "carol", link);
  await world.until("carol is captured", () => isSealed(carol), 5_000);
  expect(carol.people()).toEqual(["mallory", "bob", "alice", "carol"]);
  return carol;
}

/** Commits of honest members in the busiest 10 s. */
function busiest(watch: OrderWatch, hostile: readonly string[]): number {
  const times = commits(watch)
    .filter(({ session }) => !hostile.includes(session))
    .map(({ acceptedAtMs }) => acceptedAtMs);
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 10_000).length),
  );
}

it("[U4][Y2] a captured newcomer and the members repair in turn without a storm; posts go on, all see the split (schedule war)", async () => {
  // The relay would slow them down too; here only their own restraint does.
  const given = await hisRoom({ commits: { count: 100, windowMs: 1_000 } });
  const { watch, world, mallory, alice, bob } = given;
  const carol = await capture(world, given);
  await world.run(8_000);
  for (const who of [alice, bob, carol]) who.room().send(`I am ${who.name}`);
  await world.until(
    "what was said stands in the order",
    () => [alice, bob, carol].every((who) => who.mine(`I am ${who.name}`)?.delivery === "sent"),
    15_000,
  );
  await world.until("alice and bob read each other", () =>
    [alice, bob].every((who) =>
      ["alice", "bob"].every((n) => who.read().includes(`${n}: I am ${n}`)),
    ),
  );
  const isSplit = (who: Person): boolean => who.room().encryption.value.kind === "split";
  await world.until("all see the split", () => [alice, bob, carol].every(isSplit));
  expect(alice.read()).not.toContain("carol: I am carol");
  expect(carol.read()).not.toContain("alice: I am alice");
  await world.run(20_000);
  expect(busiest(watch, [mallory.who.identity.session])).toBeGreaterThan(5);
  expect(busiest(watch, [mallory.who.identity.session])).toBeLessThanOrEqual(60);
  // The offer that the split comes with heals it.
  carol.room().rejoin();
  await world.until("carol is back, in the members' room", () => isSealed(carol), 60_000);
  await world.until(
    "one room",
    () => new Set([alice, bob, carol].map((who) => who.room().safetyCode.value)).size === 1,
    20_000,
  );
  await expectTalk(world, [alice, bob, carol], "being one again");
  expect(world.faults).toEqual([]);
});

it("[Y1] a tag is compared at the record that a post names: dave, who came later, sees carol's split (schedule tagNames)", async () => {
  const given = await hisRoom();
  const { watch, world, alice, bob, link } = given;
  const carol = await capture(world, given);
  // From now on carol's repairs get lost on the way, so the members' one is the last.
  carol.network.tamperUp = (bytes) => {
    const frame = decodeClientFrame(bytes);
    const isCommit =
      frame?.kind === "propose" && frame.offers.some(({ kind }) => kind === "commit");
    return isCommit ? [] : [bytes];
  };
  await world.run(6_000);
  const dave = enters(world, "dave", link);
  await confirmed(world, [dave]);
  expect(dave.people()).toEqual(["mallory", "bob", "alice", "dave"]);
  await world.run(6_000);
  die(alice);
  die(bob);
  await world.run(2_000);
  const daves = commits(watch).at(-1);
  expect(daves?.session).toBe(dave.room().roster.value.find(({ isYou }) => isYou)?.session);
  carol.room().send("hello?");
  await world.until("it stands", () => carol.mine("hello?")?.delivery === "sent");
  const post = watch.now().findLast(({ kind }) => kind === "post");
  expect(post).toMatchObject({ kind: "post", names: daves?.number });
  await world.until("dave sees it", () => dave.room().encryption.value.kind === "split");
  expect(dave.read()).toEqual([]);
  expect(world.faults).toEqual([]);
});
