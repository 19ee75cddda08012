/** What people in several regions rely on, told with the real client and a real Redis in each. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startRedis, type TestRedis } from "../drivers/redis/test-redis.ts";
import { expectOneRoom, goOffline, goOnline, isSealed } from "./promises.ts";
import { createRegionsWorld, roomKeys, type RegionsWorld } from "./regions-world.ts";
import { presentTo, talk } from "./relays-world.ts";

let servers: TestRedis[] = [];
let world: RegionsWorld;

beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));
afterEach(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

const SHORT = { graceMs: 15_000 };

test("[O2] people in two regions talk in one order", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  const carol = await world.joiner("carol", alice.room().link, 0);
  for (const about of ["the sea", "the wind", "the ships"]) {
    await talk(world, [alice, bob, carol], about);
  }
  expect(bob.read()).toEqual(carol.read().filter((line) => bob.read().includes(line)));
  await expectOneRoom(world, [alice, bob, carol], ["alice", "bob", "carol"]);
});

test("[C1] ten people who join in two regions at once are all in one room", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const people = Array.from({ length: 10 }, (_, i) => {
    const who = world.person(`p${i}`, i % 2);
    who.client.openLink(alice.room().link);
    who.client.enter(`p${i}`, "");
    return who;
  });
  await world.until("all are in and confirmed", () => people.every(isSealed), 120_000);
  await talk(world, [alice, ...people], "how many we are");
});

test("[J2] somebody joins in one region while a member of the other talks, and reads what follows", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  let said = 0;
  const say = (): void => {
    if (said >= 60) return;
    alice.room().send(`line ${++said}`);
    world.clock.after(100, say);
  };
  say();
  await world.run(1_000);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await world.until("the last line is sent", () => alice.mine("line 60")?.delivery === "sent");
  await world.until("bob reads it", () => bob.read().includes("alice: line 60"));
  const read = bob.read().filter((line) => line.startsWith("alice: line"));
  const first = Number(read[0]?.split(" ").at(-1));
  expect(read).toEqual(Array.from({ length: 61 - first }, (_, i) => `alice: line ${first + i}`));
});

test("[A1] a member of one region resumes in the other, with nothing missing", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 0);
  await talk(world, [alice, bob], "before");
  goOffline(bob);
  bob.sendTo(1);
  alice.room().send("meanwhile");
  await world.run(3_000);
  goOnline(bob);
  await world.until("bob reads what was said", () => bob.read().includes("alice: meanwhile"));
  await talk(world, [alice, bob], "after");
  expect(bob.notices()).not.toContain("gap");
  expect(bob.notices()).not.toContain("rejoined");
});

test("[A3] who goes away in one region is away to the other, and comes back", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await talk(world, [alice, bob], "presence");
  goOffline(bob);
  await world.until("alice sees bob away", () => !presentTo(alice).includes("bob"));
  goOnline(bob);
  await world.until("alice sees bob again", () => presentTo(alice).includes("bob"));
});

test("[N1] what is typed in one region is seen in the other", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  // A joiner is confirmed by a signal of an earlier member, here from the other region.
  await world.until("bob is confirmed", () => isSealed(bob));
  await talk(world, [alice, bob], "signals");
});

test("[O6] when the last one leaves, both regions have nothing of the room at once", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await talk(world, [alice, bob], "goodbye");
  expect((await roomKeys(world)).every((keys) => keys.length > 0)).toBe(true);
  alice.room().leave();
  await world.until("bob is alone", () => bob.people().length === 1);
  bob.room().leave();
  await world.until(
    "nothing is left anywhere",
    async () => (await roomKeys(world)).flat().length === 0,
    2_000,
  );
});

test("[A4] a region that dies has its people leave after 30 s and the grace, and the others go on", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0, SHORT);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await talk(world, [alice, bob], "before");
  goOffline(bob);
  world.die(1);
  await world.run(40_000);
  expect(alice.people()).toContain("bob");
  await world.until("bob has left", () => !alice.people().includes("bob"), 20_000);
  expect(alice.notices()).toContain("left");
  await talk(world, [alice], "after");
});

test("[V1] while Kafka is away nothing is accepted and all is kept; then it goes on by itself", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await talk(world, [alice, bob], "before");
  for (const name of world.names) world.log.cut(name, 20_000);
  await world.run(2_000);
  alice.room().send("into the silence");
  bob.room().send("me too");
  await world.until(
    "both are told",
    () =>
      alice.room().connection.value === "reconnecting" &&
      bob.room().connection.value === "reconnecting",
    10_000,
  );
  expect(alice.mine("into the silence")?.delivery).toBe("pending");
  expect(bob.read()).not.toContain("alice: into the silence");
  await world.until(
    "what was kept is sent",
    () =>
      alice.mine("into the silence")?.delivery === "sent" &&
      bob.mine("me too")?.delivery === "sent" &&
      bob.read().includes("alice: into the silence"),
    60_000,
  );
  await talk(world, [alice, bob], "after");
  expect(alice.notices()).not.toContain("order-lost");
});

test("[V2] a region that is cut off from Kafka makes up no order, while the other goes on", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await talk(world, [alice, bob], "before");
  world.log.cut(world.names[1] ?? "", 25_000);
  await world.run(1_000);
  bob.room().send("does anyone hear me?");
  alice.room().send("hello?");
  await world.until("alice's is sent", () => alice.mine("hello?")?.delivery === "sent");
  await world.run(10_000);
  expect(bob.mine("does anyone hear me?")?.delivery).toBe("pending");
  await world.until(
    "bob is heard",
    () =>
      alice.read().includes("bob: does anyone hear me?") && bob.read().includes("alice: hello?"),
    60_000,
  );
  expect(alice.notices()).not.toContain("order-lost");
});

test("[K1] a region that lost its Redis copies the rooms from the other, and goes on with them", async () => {
  world = await createRegionsWorld(servers);
  const alice = await world.founder("alice", 0);
  const bob = await world.joiner("bob", alice.room().link, 1);
  await talk(world, [alice, bob], "before");
  await world.wipe(1);
  await talk(world, [alice, bob], "after");
  expect(alice.notices()).not.toContain("order-lost");
  expect(bob.notices()).not.toContain("order-lost");
});
