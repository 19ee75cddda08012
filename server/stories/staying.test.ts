import { expect, it } from "vitest";
import { createWorld, type Person, type World } from "./world.ts";

async function threeOf(world: World): Promise<readonly [Person, Person, Person]> {
  const alice = await world.founder("alice");
  const bob = await world.joiner("bob", alice.room().link);
  const carol = await world.joiner("carol", alice.room().link);
  await sealed(world, [alice, bob, carol]);
  return [alice, bob, carol];
}

async function sealed(world: World, people: readonly Person[]): Promise<void> {
  await world.until("everyone is confirmed", () =>
    people.every((who) => who.room().encryption.value.kind === "sealed"),
  );
}

it("[E4] bob is cut off for 20 s and misses nothing: same seat, same messages, same order", async () => {
  const world = createWorld();
  const [alice, bob, carol] = await threeOf(world);
  bob.network.cut();
  alice.room().send("one");
  carol.room().send("two");
  bob.room().send("said while cut off");
  await world.run(20_000);
  expect(bob.read()).not.toContain("alice: one");
  expect(bob.mine("said while cut off")?.delivery).toBe("pending");
  bob.network.mend();
  await world.until("bob has it all", () => bob.read().length === 3);
  await world.until("the others have bob's", () => alice.read().length === 3);
  expect(bob.read()).toEqual(alice.read());
  expect(carol.read()).toEqual(alice.read());
  expect(bob.notices()).not.toContain("rejoined");
  expect(bob.notices()).not.toContain("gap");
  expect(world.faults).toEqual([]);
});

it("[L2] who is silent beyond the grace has left; who wakes later rejoins by itself and is told", async () => {
  const world = createWorld();
  const [alice, bob] = await threeOf(world);
  bob.network.cut();
  await world.run(60_000);
  expect(alice.room().roster.value.find((r) => r.nickname === "bob")?.presence).toBe("away");
  await world.run(150_000);
  expect(alice.people()).toEqual(["alice", "carol"]);
  alice.room().send("without bob");
  await world.run(1_000);
  bob.network.mend();
  await world.until("bob is back as a new member", () => alice.people().includes("bob"), 60_000);
  await world.until("bob sees where he missed", () => bob.notices().includes("rejoined"));
  expect(bob.read()).not.toContain("alice: without bob");
  alice.room().send("welcome back");
  await world.until("bob reads on", () => bob.read().includes("alice: welcome back"));
  expect(world.faults).toEqual([]);
});

it("[P3] a cursor behind the TTL: what expired is a gap that is shown, never hidden", async () => {
  const world = createWorld();
  const alice = await world.founder("alice", { messageTtlMs: 60_000, graceMs: 600_000 });
  const bob = await world.joiner("bob", alice.room().link);
  await sealed(world, [alice, bob]);
  bob.network.cut();
  await world.run(1_000);
  for (const text of ["a", "b", "c"]) alice.room().send(text);
  await world.run(70_000);
  alice.room().send("fresh");
  await world.run(1_000);
  bob.network.mend();
  await world.until("bob reads what is left", () => bob.read().includes("alice: fresh"));
  expect(bob.read()).toEqual(["alice: fresh"]);
  expect(bob.notices()).toContain("gap");
  expect(bob.notices()).not.toContain("rejoined");
  bob.room().send("I missed something");
  await world.until("both talk on", () => alice.read().includes("bob: I missed something"));
  expect(alice.room().encryption.value.kind).toBe("sealed");
  expect(world.faults).toEqual([]);
});

it("[P1] a crash between send and acceptance shows no false sent, and nothing twice", async () => {
  const world = createWorld();
  const [alice, bob] = await threeOf(world);
  // Alice's posts reach nobody: the connection breaks while they are on their way.
  alice.network.tamperUp = () => [];
  alice.room().send("on its way");
  await world.run(200);
  expect(alice.mine("on its way")?.delivery).toBe("pending");
  alice.network.tamperUp = null;
  alice.network.breakAll();
  await world.until("it is sent in the end", () => alice.mine("on its way")?.delivery === "sent");
  await world.until("bob reads it", () => bob.read().includes("alice: on its way"));
  // And the other way round: accepted, but the answer is lost.
  alice.network.tamperDown = () => [];
  alice.room().send("accepted unseen");
  await world.run(200);
  expect(alice.mine("accepted unseen")?.delivery).toBe("pending");
  alice.network.tamperDown = null;
  alice.network.breakAll();
  await world.until("it is sent", () => alice.mine("accepted unseen")?.delivery === "sent");
  await world.run(10_000);
  expect(bob.read()).toEqual(["alice: on its way", "alice: accepted unseen"]);
  expect(world.faults).toEqual([]);
});

it("[R1] the relay restarts empty under them: the room goes on with the same people and keys", async () => {
  const world = createWorld();
  const [alice, bob, carol] = await threeOf(world);
  alice.room().send("before");
  await world.run(1_000);
  const code = alice.room().safetyCode.value;
  await world.restartRelay(1_000);
  bob.room().send("while it is down");
  await world.until(
    "all are back",
    () => [alice, bob, carol].every((who) => who.room().connection.value === "live"),
    60_000,
  );
  expect(alice.room().safetyCode.value).toBe(code);
  carol.room().send("after");
  await world.until("everyone has everything once", () =>
    [alice, bob, carol].every((who) => who.read().length === 3),
  );
  await world.run(10_000);
  expect(alice.read().toSorted()).toEqual([
    "alice: before",
    "bob: while it is down",
    "carol: after",
  ]);
  expect(bob.read()).toHaveLength(3);
  expect(alice.notices()).toContain("order-lost");
  const dave = await world.joiner("dave", alice.room().link);
  await sealed(world, [dave]);
  dave.room().send("new here");
  await world.until("all read dave", () => alice.read().includes("dave: new here"));
  expect(world.faults).toEqual([]);
});

it("[L4] the last leave purges: not one byte of the room is left in the log", async () => {
  const world = createWorld();
  const [alice, bob, carol] = await threeOf(world);
  alice.room().send("gone soon");
  await world.run(1_000);
  expect(world.relay().log.isEmpty()).toBe(false);
  const { link } = alice.room();
  for (const who of [alice, bob, carol]) who.room().leave();
  await world.run(5_000);
  expect(world.relay().log.isEmpty()).toBe(true);
  const late = world.person("late");
  late.client.openLink(link);
  late.client.enter("late", "");
  await world.until("there is nothing to enter", () => late.client.phase.value.kind === "over");
  expect(late.client.phase.value).toEqual({ kind: "over", why: "no-such-room" });
  expect(world.relay().log.isEmpty()).toBe(true);
});

it("[E3] a mistyped passphrase leads nowhere and founds nothing", async () => {
  const world = createWorld();
  const alice = await world.founder("alice", {}, "correct horse");
  const bob = world.person("bob");
  bob.client.openLink(alice.room().link);
  expect(bob.client.phase.value).toMatchObject({ kind: "invited", hasPassphrase: true });
  bob.client.enter("bob", "correct house");
  await world.until("bob is told", () => bob.client.phase.value.kind === "over");
  expect(bob.client.phase.value).toEqual({ kind: "over", why: "no-such-room" });
  const carol = await world.joiner("carol", alice.room().link, "correct horse");
  await sealed(world, [alice, carol]);
  expect(alice.people()).toEqual(["alice", "carol"]);
});

it("[T1] twenty join at once while alice and bob talk on without starving", async () => {
  const world = createWorld();
  const alice = await world.founder("alice");
  const bob = await world.joiner("bob", alice.room().link);
  await sealed(world, [alice, bob]);
  const guests = Array.from({ length: 20 }, (_, i) => world.person(`guest ${i}`));
  for (const guest of guests) {
    guest.client.openLink(alice.room().link);
    guest.client.enter(guest.name, "");
  }
  let said = 0;
  let slowestMs = 0;
  const isIn = (who: Person): boolean => who.client.phase.value.kind === "room";
  while (!guests.every(isIn)) {
    const text = `still talking ${++said}`;
    const begunMs = world.clock.now();
    (said % 2 === 0 ? alice : bob).room().send(text);
    const reader = said % 2 === 0 ? bob : alice;
    await world.until("it arrives", () => reader.read().some((line) => line.endsWith(text)));
    slowestMs = Math.max(slowestMs, world.clock.now() - begunMs);
    await world.run(200);
    expect(world.clock.now()).toBeLessThan(120_000);
  }
  expect(slowestMs).toBeLessThan(3_000);
  const all = [alice, bob, ...guests];
  await sealed(world, all);
  expect(alice.people()).toHaveLength(22);
  alice.room().send("everyone here?");
  await world.until("all 22 read it", () =>
    all.every((who) => who.read().includes("alice: everyone here?")),
  );
  expect(new Set(all.map((who) => who.room().safetyCode.value)).size).toBe(1);
  expect(world.faults).toEqual([]);
});

it("[Q6] a long outage uses up no ratchet: sixteen posts offered again and again still open", async () => {
  const world = createWorld();
  const [alice, bob] = await threeOf(world);
  const texts = Array.from({ length: 16 }, (_, i) => `held up ${i}`);
  alice.network.tamperUp = () => [];
  for (const text of texts) alice.room().send(text);
  // Each offer is lost, each connection breaks: what is under way is offered a dozen times.
  for (let i = 0; i < 12; i++) {
    await world.run(6_000);
    alice.network.breakAll();
  }
  alice.network.tamperUp = null;
  alice.network.breakAll();
  await world.until("bob reads them all", () => bob.read().length === texts.length, 60_000);
  expect(bob.read()).toEqual(texts.map((text) => `alice: ${text}`));
  expect(bob.notices()).not.toContain("unopened");
  expect(world.faults).toEqual([]);
});
