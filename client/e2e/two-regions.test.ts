/** Two regions, each with its own Redis, a Kafka between them: windows in either are in the same room. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { startKafka, type TestKafka } from "../../server/drivers/kafka/test-kafka.ts";
import { startRedis, type TestRedis } from "../../server/drivers/redis/test-redis.ts";
import { startRelay, type Relay } from "./relay.ts";
import { tellOfTwoDoors } from "./two-doors.ts";
import { HURRY, openWorld, type World } from "./world.ts";

let kafka: TestKafka;
let servers: TestRedis[];
let north: Relay;
let south: Relay;
let world: World;

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
});

afterEach(async () => {
  const complaints = [...world.complaints(), ...south.falls()];
  await world.close();
  await south.end("SIGKILL");
  await Promise.all([kafka.stop(), ...servers.map((server) => server.stop())]);
  expect(complaints).toEqual([]);
});

test("members in two regions see one room, and one goes over to the other region", async () => {
  await tellOfTwoDoors({ world, first: north, second: south });
  const rooms = async () =>
    (await servers[0]?.client.keys("*"))?.filter((key) => !/:(place|owner.*)$/.test(key));
  await expect.poll(rooms, { timeout: 10_000 }).toEqual([]);
});
