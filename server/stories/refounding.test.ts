/** The order is lost, and somebody makes the most of it (model: hijack…, ghosts, zombie, verbatim, steal, numbers). */
import { expect, it } from "vitest";
import { randomBytes } from "node:crypto";
import { decodeClientFrame } from "../../shared/codec/client-frames.ts";
import { parseHex } from "../../shared/bytes.ts";
import { MIN_LIFETIME_MS, REOFFER_WINDOW_MS } from "../../shared/limits.ts";
import { createInsider, hostileRefound, phantomOf } from "./insider.ts";
import { createOrderWatch, type OrderWatch } from "./order-watch.ts";
import {
  confirmed,
  deliveries,
  enters,
  expectOnceInOrder,
  expectOneRoom,
  expectTalk,
  goOffline,
  goOnline,
  isIn,
  SCHEDULE,
} from "./promises.ts";
import type { Puppet } from "./puppet.ts";
import { createWorld, POLICY, type Person, type World } from "./world.ts";

const GRACE_MS = 15_000;
const HUGE = 1_000_000_000;

interface Room {
  readonly world: World;
  readonly watch: OrderWatch;
  readonly people: readonly Person[];
  readonly link: string;
}

/** A room of these, all confirmed. */
async function roomOf(names: readonly string[]): Promise<Room> {
  const watch = createOrderWatch();
  const world = createWorld({ ...SCHEDULE, wrapLog: watch.wrap });
  const [first = "alice", ...others] = names;
  const founder = await world.founder(first, { graceMs: GRACE_MS });
  const { link } = founder.room();
  const people = [founder];
  for (const name of others) people.push(await world.joiner(name, link));
  await confirmed(world, people);
  return { world, watch, people, link };
}

async function restart(world: World, downMs = 500): Promise<void> {
  await world.restartRelay(downMs);
}

const isLive = (who: Person): boolean =>
  isIn(who) && who.room().connection.value === "live" && who.notices().includes("order-lost");

/** Nobody needed a new key: all went on in the epoch that they held. */
async function expectWentOn({ world, people }: Room): Promise<void> {
  await world.until("all are back in the room", () => people.every(isLive), 60_000);
  for (const who of people) expect(who.notices()).not.toContain("rejoined");
}

/** Says the same thing on every connection that finds no room. */
function comesBackSaying(puppet: Puppet, say: () => ReturnType<typeof hostileRefound>): void {
  puppet.onNoRoom = say;
  puppet.connect();
}

it("[R3] a huge number and a GroupInfo of noise outvote nobody: the members' epoch goes on (schedule hijack)", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const { world, watch, people, link } = room;
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  await restart(world);
  comesBackSaying(mallory, () =>
    hostileRefound(mallory, {
      epochName: Uint8Array.from(randomBytes(16)),
      epoch: BigInt(HUGE),
      reached: HUGE,
      sessions: [mallory.who.identity.session],
      sealed: Uint8Array.from(randomBytes(1024)),
    }),
  );
  await expectWentOn(room);
  expect(watch.lives).toHaveLength(2);
  expect(watch.now()[0]?.session).not.toBe(mallory.who.identity.session);
  const dave = enters(world, "dave", link);
  await confirmed(world, [dave]);
  await expectTalk(world, [...people, dave], "a hijack");
});

it("[R3][G2] a huge number and the GroupInfo of a phantom room outvote nobody (schedule hijackPhantom)", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const { world, watch, people, link } = room;
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  const phantom = await phantomOf(mallory);
  await restart(world);
  comesBackSaying(mallory, () =>
    hostileRefound(
      mallory,
      { epochName: Uint8Array.from(randomBytes(16)), reached: HUGE },
      phantom.groupInfo,
    ),
  );
  await expectWentOn(room);
  expect(watch.now()[0]?.session).not.toBe(mallory.who.identity.session);
  const dave = enters(world, "dave", link);
  await confirmed(world, [dave]);
  await expectTalk(world, [...people, dave], "phantoms");
});

it("[R3][G2] noise under the members' own epoch name is picked, yet they go on and repair it", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const { world, watch, people, link } = room;
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  await restart(world);
  comesBackSaying(mallory, () =>
    hostileRefound(mallory, { reached: HUGE, sealed: Uint8Array.from(randomBytes(1024)) }),
  );
  await expectWentOn(room);
  expect(watch.now()[0]?.session).toBe(mallory.who.identity.session);
  const dave = enters(world, "dave", link);
  await confirmed(world, [dave]);
  await expectTalk(world, [...people, dave], "noise");
});

it("[R3] a shorter lifetime under the members' own epoch name is outvoted: the room outlives it", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const { world, watch, people, link } = room;
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  const policy = { ...POLICY, graceMs: GRACE_MS, memberCap: 2, lifetimeMs: MIN_LIFETIME_MS };
  await restart(world);
  comesBackSaying(mallory, () => hostileRefound(mallory, { reached: HUGE, policy }));
  await expectWentOn(room);
  await world.run(2 * MIN_LIFETIME_MS);
  expect(watch.now()[0]).toMatchObject({ kind: "open", policy: people[0]?.room().policy.value });
  const dave = enters(world, "dave", link);
  await confirmed(world, [dave]);
  await expectTalk(world, [...people, dave], "lifetimes");
});

it("[R4] mallory re-founds the right epoch and lists only himself: the union seats all (schedule ghosts)", async () => {
  const room = await roomOf(["alice", "bob"]);
  const { world, watch, people, link } = room;
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  await restart(world);
  comesBackSaying(mallory, () =>
    hostileRefound(mallory, { reached: HUGE, sessions: [mallory.who.identity.session] }),
  );
  await expectWentOn(room);
  expect(watch.now()[0]?.session).toBe(mallory.who.identity.session);
  await expectOneRoom(world, people, ["alice", "bob", "mallory"]);
  await expectTalk(world, people, "ghosts");
});

it("[C2][U7] alone at the re-founding he lists only himself: the others rejoin, their old leaves are removed (schedule ghosts)", async () => {
  const room = await roomOf(["alice", "bob"]);
  const { world, watch, people, link } = room;
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  for (const who of people) goOffline(who);
  await restart(world);
  comesBackSaying(mallory, () =>
    hostileRefound(mallory, { sessions: [mallory.who.identity.session] }),
  );
  await world.until("he has the room to himself", () => watch.lives.length === 2, 10_000);
  for (const who of people) goOnline(who);
  await world.until(
    "both are back as new members",
    () => people.every((who) => isIn(who) && who.notices().includes("rejoined")),
    60_000,
  );
  await world.until(
    "no ghost is left",
    () => people.every((who) => who.people().toSorted().join() === "alice,bob,mallory"),
    60_000,
  );
  expect(watch.lives).toHaveLength(2);
});

it("[G1] the room has ended while bob slept: he brings nothing back (schedule zombie)", async () => {
  const room = await roomOf(["alice", "bob"]);
  const { world, watch, people } = room;
  const [alice, bob] = people as readonly [Person, Person];
  goOffline(bob);
  await world.run(25_000);
  expect(alice.people()).toEqual(["alice"]);
  alice.room().leave();
  await world.run(15_000);
  expect(world.relay().log.isEmpty()).toBe(true);
  goOnline(bob);
  await world.until("bob is told", () => bob.client.phase.value.kind === "over", 60_000);
  expect(bob.client.phase.value).toEqual({ kind: "over", why: "ended" });
  expect(watch.lives).toHaveLength(1);
  expect(world.relay().log.isEmpty()).toBe(true);
  expect(world.faults).toEqual([]);
});

/** Posts that this person proposes get lost on their way, until this is called. */
function losesPosts(who: Person): () => void {
  who.network.tamperUp = (bytes) => {
    const frame = decodeClientFrame(bytes);
    const isPost = frame?.kind === "propose" && frame.offers.some(({ kind }) => kind === "post");
    return isPost ? [] : [bytes];
  };
  return () => {
    who.network.tamperUp = null;
  };
}

it("[G4] what was pending since before a Remove is sealed anew after the break: bob can open it (schedule verbatim)", async () => {
  const room = await roomOf(["bob", "alice", "carol"]);
  const { world, people } = room;
  const [bob, alice, carol] = people as readonly [Person, Person, Person];
  alice.room().send("acknowledged before");
  await world.until("bob has it", () => bob.read().length === 1);
  const findsAgain = losesPosts(alice);
  alice.room().send("sealed while carol was here");
  await world.run(100);
  carol.room().leave();
  await world.until("carol is removed for both", () =>
    [alice, bob].every((who) => who.people().join() === "bob,alice"),
  );
  bob.room().send("acknowledged after");
  await world.until("alice has it", () => alice.read().includes("bob: acknowledged after"));
  expect(alice.mine("sealed while carol was here")?.delivery).toBe("pending");
  await restart(world);
  findsAgain();
  await expectWentOn({ ...room, people: [alice, bob] });
  await world.until(
    "it is sent",
    () => alice.mine("sealed while carol was here")?.delivery === "sent",
  );
  await world.run(8_000);
  expectOnceInOrder(bob, ["alice: acknowledged before", "alice: sealed while carol was here"]);
  expectOnceInOrder(alice, ["bob: acknowledged after"]);
  await expectOneRoom(world, [alice, bob], ["bob", "alice"]);
  await expectTalk(world, [alice, bob], "carol");
});

it("[Q9] mallory posts first under the id of alice's message: bob reads alice's all the same (schedule steal)", async () => {
  const room = await roomOf(["alice", "bob"]);
  const { world, people, link } = room;
  const [alice, bob] = people as readonly [Person, Person];
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  goOffline(bob);
  alice.room().send("mine");
  await world.until("mallory has read it", () => mallory.heard.length === 1);
  const [, id = ""] = mallory.heard[0]?.id.split("/") ?? [];
  const messageId = parseHex(id);
  if (messageId === null) throw new Error("no message id");
  // His post is in the new order before alice's is offered again.
  const findsAgain = losesPosts(alice);
  await restart(world);
  goOnline(bob);
  comesBackSaying(mallory, () => hostileRefound(mallory, {}));
  await expectWentOn(room);
  await world.until("mallory is seated", () => mallory.frames.at(-1)?.kind !== "founded");
  await mallory.post({ text: "stolen", messageId });
  await world.until("bob reads his", () => bob.read().includes("mallory: stolen"));
  findsAgain();
  await world.until("bob reads hers", () => bob.read().includes("alice: mine"), 15_000);
  expectOnceInOrder(bob, ["alice: mine"]);
  expect(deliveries(alice).get("mine")).toBe("sent");
  await expectTalk(world, people, "ids");
});

it("[R3] numbers of two lives are not compared: votes decide, and who was away rejoins (schedule numbers)", async () => {
  const room = await roomOf(["alice", "bob", "carol", "xenia"]);
  const { world, watch, people, link } = room;
  const [alice, bob, carol, xenia] = people as readonly [Person, Person, Person, Person];
  for (let i = 1; i <= 16; i++) alice.room().send(`before ${i}`);
  await world.until("bob has seen high numbers", () => bob.read().length === 16, 10_000);
  // Too long ago to be offered again, so that the next life is shorter.
  await world.run(REOFFER_WINDOW_MS);
  goOffline(bob);
  await restart(world, 300);
  await expectWentOn({ ...room, people: [alice, carol, xenia] });
  xenia.room().leave();
  await world.until("xenia is removed", () => alice.people().join() === "alice,bob,carol");
  alice.room().send("without xenia");
  await world.until("carol reads it", () => carol.read().includes("alice: without xenia"));
  const secondLife = watch.now().length;
  expect(watch.lives[0]?.length).toBeGreaterThan(secondLife);
  // Down again; bob has the network back in time to propose his old epoch with his higher number.
  await restart(world, 300);
  goOnline(bob);
  await world.until(
    "the room stands a third time",
    () => watch.lives.length === 3 && [alice, carol].every(isLive),
    30_000,
  );
  await world.until("bob is back", () => isIn(bob) && bob.notices().includes("rejoined"), 60_000);
  for (const who of [alice, carol]) expect(who.notices()).not.toContain("rejoined");
  await confirmed(world, [alice, bob, carol]);
  // Bob's old leaf goes when its grace is over, xenia's is long gone: he has her place.
  await expectOneRoom(world, [alice, bob, carol], ["alice", "carol", "bob"]);
  await expectTalk(world, [alice, bob, carol], "lives");
  const dave = enters(world, "dave", link);
  await confirmed(world, [dave]);
});
