/** Two relays behind one address, one Redis between them: windows on either are in the same room. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { startRedis, type TestRedis } from "../../server/drivers/redis/test-redis.ts";
import { startRelay, type Relay } from "./relay.ts";
import { tellOfTwoDoors } from "./two-doors.ts";
import { HURRY, openWorld, type World } from "./world.ts";

let redis: TestRedis;
let first: Relay;
let second: Relay;
let world: World;

beforeEach(async () => {
  redis = await startRedis();
  const env = { ...HURRY, MAYFLY_MODE: "redis", REDIS_URL: `redis://127.0.0.1:${redis.port}` };
  first = await startRelay(env);
  second = await startRelay({ ...env, PUBLIC_ORIGIN: first.origin });
  world = await openWorld(first);
});

afterEach(async () => {
  const complaints = [...world.complaints(), ...second.falls()];
  await world.close();
  await second.end("SIGKILL");
  await redis.stop();
  expect(complaints).toEqual([]);
});

test("members on two relays see one room, and go on when one of the relays is killed", async () => {
  await tellOfTwoDoors({ world, first, second });
  // What is of no room stays for a while: the relays' secret for grants, and how much space is taken.
  const ofRooms = async () =>
    (await redis.client.keys("*")).filter((key) => !key.startsWith("mayfly:{media}:"));
  await expect.poll(ofRooms, { timeout: 10_000 }).toEqual([]);
});
