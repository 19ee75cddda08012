/** Two regions, each with its own Redis, a Kafka between them: windows in either are in the same room. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startKafka, type TestKafka } from "../../server/drivers/kafka/test-kafka.ts";
import { freePort, startRedis, type TestRedis } from "../../server/drivers/redis/test-redis.ts";
import { startRelay, type Relay } from "./relay.ts";
import { tellOfTwoDoors } from "./two-doors.ts";
import { HURRY, openWorld, type World } from "./world.ts";

let kafka: TestKafka;
let servers: TestRedis[];
let north: Relay;
let south: Relay;
let world: World;
let folder: string;

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
  folder = await mkdtemp(join(tmpdir(), "mayfly-regions-"));
  const secret = join(folder, "secret");
  await writeFile(secret, randomBytes(32).toString("hex"), { mode: 0o600 });
  const [northern, southern] = [await freePort(), await freePort()];
  const border = (own: number, other: number) => ({
    REGION_PORT: String(own),
    REGION_PEERS: `http://127.0.0.1:${other}`,
    REGION_SECRET_FILE: secret,
  });
  north = await startRelay({
    ...env,
    ...border(northern, southern),
    REGION: "north",
    REDIS_URL: redisOf(0),
  });
  south = await startRelay({
    ...env,
    ...border(southern, northern),
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
  await rm(folder, { recursive: true });
  await Promise.all([kafka.stop(), ...servers.map((server) => server.stop())]);
  expect(complaints).toEqual([]);
});

test("members in two regions see one room, and one goes over to the other region", async () => {
  await tellOfTwoDoors({ world, first: north, second: south });
  // Of the region whose only relay was killed nobody deletes anything: there TTLs do.
  const rooms = async () =>
    (await servers[0]?.client.keys("*"))?.filter(
      (key) => !/:(place.*|owner.*)$|\{media\}/.test(key),
    );
  await expect.poll(rooms, { timeout: 10_000 }).toEqual([]);
});
