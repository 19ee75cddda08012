/** Two regions, each with its own Redis, a Kafka between them: windows in either are in the same room. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { startKafka, type TestKafka } from "../../server/drivers/kafka/test-kafka.ts";
import { startRedis, type TestRedis } from "../../server/drivers/redis/test-redis.ts";
import {
  allSent,
  isEncrypted,
  join,
  leave,
  linkOf,
  makeRoom,
  messagesOf,
  peopleAre,
  safetyCodeOf,
  say,
  sees,
} from "./people.ts";
import { startRelay, type Relay } from "./relay.ts";
import { HURRY, openWorld, type Window, type World } from "./world.ts";

let kafka: TestKafka;
let servers: TestRedis[];
let north: Relay;
let south: Relay;
let world: World;
let alice: Window;
let bob: Window;
let carol: Window;

beforeEach(async () => {
  [kafka, ...servers] = await Promise.all([startKafka(), startRedis(), startRedis()]);
  const env = {
    ...HURRY,
    MAYFLY_MODE: "kafka",
    KAFKA_BROKERS: kafka.addresses.join(),
    KAFKA_PARTITIONS: "4",
    KAFKA_ALLOW_FEWER_REPLICAS: "yes",
  };
  const redisOf = (region: number) => `redis://127.0.0.1:${servers[region]?.port}`;
  north = await startRelay({ ...env, REGION: "north", REDIS_URL: redisOf(0) });
  south = await startRelay({
    ...env,
    REGION: "south",
    REDIS_URL: redisOf(1),
    PUBLIC_ORIGIN: north.origin,
  });
  world = await openWorld(north);
  alice = await world.open("Alice");
  bob = await world.open("Bob");
  carol = await world.open("Carol");
  bob.wire.leadTo(south.address);
});

afterEach(async () => {
  const complaints = [...world.complaints(), ...south.falls()];
  await world.close();
  await south.end("SIGKILL");
  await Promise.all([kafka.stop(), ...servers.map((server) => server.stop())]);
  expect(complaints).toEqual([]);
});

test("members in two regions see one room, and one goes over to the other region", async () => {
  await makeRoom(alice);
  const link = await linkOf(alice);
  await join(bob, link);
  await join(carol, link);
  for (const who of [alice, bob, carol]) await peopleAre(who, "Alice", "Bob", "Carol");
  await say(alice, "said in the north");
  await say(bob, "said in the south");
  for (const who of [alice, bob, carol]) {
    await sees(who, "said in the north");
    await sees(who, "said in the south");
    await isEncrypted(who);
  }
  expect(await messagesOf(bob)).toEqual(await messagesOf(carol));
  expect(await safetyCodeOf(bob)).toBe(await safetyCodeOf(alice));

  world.expectOutage();
  await south.end("SIGKILL");
  await say(carol, "bob was elsewhere");
  bob.wire.leadTo(north.address);
  await sees(bob, "bob was elsewhere");
  await say(bob, "and is in the north now");
  await sees(alice, "and is in the north now");
  await allSent(bob);
  await peopleAre(alice, "Alice", "Bob", "Carol");

  for (const who of [bob, carol, alice]) await leave(who);
  const rooms = async () =>
    (await servers[0]?.client.keys("*"))?.filter((key) => !/:(place|owner.*)$/.test(key));
  await expect.poll(rooms, { timeout: 10_000 }).toEqual([]);
});
