/** HOSTILE §7, items 13 and 24: what one address may hold, whatever it says of itself. */
import { once } from "node:events";
import { expect, test } from "vitest";
import type { Environment } from "../config.ts";
import { createHandClock } from "../stories/hand-clock.ts";
import { startTestRelay, testConfig, type TestRelay } from "./test-relay.ts";

const rooms = {
  enter: () => ({ receive: () => undefined, closed: () => undefined }),
  drain: () => Promise.resolve(),
};

async function start(environment: Environment) {
  const clock = createHandClock();
  const relay = await startTestRelay(
    { clock, rooms, isReady: () => true },
    testConfig(environment),
  );
  return { clock, relay };
}

/** An open socket, or the status that it was refused with. */
async function dial(relay: TestRelay, forwardedFor?: string) {
  const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
  const ws = relay.dial({ headers });
  try {
    await once(ws, "message");
    return { ws, status: 101 };
  } catch (error) {
    return { ws, status: Number(/\d{3}$/.exec(String(error))?.[0]) };
  }
}

test("[item 24] one socket too many of an address: 429, until one of them ends", async () => {
  const { relay } = await start({ LIMIT_SOCKETS_PER_ADDRESS: "3" });
  const open = await Promise.all([dial(relay), dial(relay), dial(relay)]);
  expect(open.map(({ status }) => status)).toEqual([101, 101, 101]);
  expect((await dial(relay)).status).toBe(429);
  open[0]?.ws.close();
  while (relay.relay.sockets() === 3) await new Promise((settle) => setImmediate(settle));
  expect((await dial(relay)).status).toBe(101);
  expect((await dial(relay)).status).toBe(429);
  await relay.relay.stop();
});

test("[item 24] sockets opened too fast by an address: 429, until time has passed", async () => {
  const { relay, clock } = await start({ LIMIT_CONNECTS_PER_MINUTE: "2" });
  expect((await dial(relay)).status).toBe(101);
  expect((await dial(relay)).status).toBe(101);
  expect((await dial(relay)).status).toBe(429);
  await clock.advance(30_000);
  expect((await dial(relay)).status).toBe(101);
  expect((await dial(relay)).status).toBe(429);
  await relay.relay.stop();
});

test("more sockets than the relay holds: 503", async () => {
  const { relay } = await start({ LIMIT_CONNECTIONS: "2" });
  expect((await dial(relay)).status).toBe(101);
  expect((await dial(relay)).status).toBe(101);
  expect((await dial(relay)).status).toBe(503);
  await relay.relay.stop();
});

test.each([
  "203.0.113.%d",
  "2001:db8:%d::1",
  "fe80::%d%eth0",
  "unknown",
  "%d",
  "",
  "::ffff:10.0.0.%d",
])(
  "[item 13] without a trusted proxy 50 X-Forwarded-For like %j are one address",
  async (pattern) => {
    const { relay } = await start({ LIMIT_SOCKETS_PER_ADDRESS: "3" });
    const statuses: number[] = [];
    for (let i = 0; i < 50; i++) {
      statuses.push((await dial(relay, pattern.replace("%d", String(i)))).status);
    }
    expect(statuses.filter((status) => status === 101)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(47);
    await relay.relay.stop();
  },
);

test("[item 13] behind one proxy only its own entry counts: others are others, a forged one changes nothing", async () => {
  const { relay } = await start({ LIMIT_SOCKETS_PER_ADDRESS: "1", TRUSTED_PROXY_HOPS: "1" });
  expect((await dial(relay, "203.0.113.1")).status).toBe(101);
  expect((await dial(relay, "203.0.113.2")).status).toBe(101);
  expect((await dial(relay, "203.0.113.1")).status).toBe(429);
  expect((await dial(relay, "198.51.100.9, 203.0.113.1")).status).toBe(429);
  expect((await dial(relay, "203.0.113.77,unknown , 203.0.113.2")).status).toBe(429);
  await relay.relay.stop();
});
