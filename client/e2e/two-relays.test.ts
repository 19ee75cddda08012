/** Two relays behind one address, one Redis between them: windows on either are in the same room. */
import { afterEach, beforeEach, expect, test } from "vitest";
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

let redis: TestRedis;
let first: Relay;
let second: Relay;
let world: World;
let alice: Window;
let bob: Window;
let carol: Window;

beforeEach(async () => {
  redis = await startRedis();
  const env = { ...HURRY, MAYFLY_MODE: "redis", REDIS_URL: `redis://127.0.0.1:${redis.port}` };
  first = await startRelay(env);
  second = await startRelay({ ...env, PUBLIC_ORIGIN: first.origin });
  world = await openWorld(first);
  alice = await world.open("Alice");
  bob = await world.open("Bob");
  carol = await world.open("Carol");
  bob.wire.leadTo(second.address);
});

afterEach(async () => {
  const complaints = [...world.complaints(), ...second.falls()];
  await world.close();
  await second.end("SIGKILL");
  await redis.stop();
  expect(complaints).toEqual([]);
});

test("members on two relays see one room, and go on when one of the relays is killed", async () => {
  await makeRoom(alice);
  const link = await linkOf(alice);
  await join(bob, link);
  await join(carol, link);
  for (const who of [alice, bob, carol]) await peopleAre(who, "Alice", "Bob", "Carol");
  await say(alice, "said at the first relay");
  await say(bob, "said at the second relay");
  for (const who of [alice, bob, carol]) {
    await sees(who, "said at the first relay");
    await sees(who, "said at the second relay");
    await isEncrypted(who);
  }
  expect(await messagesOf(bob)).toEqual(await messagesOf(carol));
  expect(await safetyCodeOf(bob)).toBe(await safetyCodeOf(alice));

  // The balancer notices that a relay is gone; the windows need not be told.
  world.expectOutage();
  await second.end("SIGKILL");
  await say(carol, "bob was elsewhere");
  bob.wire.leadTo(first.address);
  await sees(bob, "bob was elsewhere");
  await say(bob, "and is here again");
  await sees(alice, "and is here again");
  await allSent(bob);
  await peopleAre(alice, "Alice", "Bob", "Carol");

  for (const who of [bob, carol, alice]) await leave(who);
  await expect.poll(() => redis.client.keys("*"), { timeout: 10_000 }).toEqual([]);
});
