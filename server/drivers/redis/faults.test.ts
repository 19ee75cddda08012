/** Real Redis, real time, and what may happen to both. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Bytes } from "../../../shared/bytes.ts";
import { INCARNATION_BYTES, incarnationOf } from "../../../shared/ids.ts";
import type { Candidate } from "../../ports/log.ts";
import {
  ALICE,
  BOB,
  commit,
  leave,
  open,
  post,
  ROUTE,
  routeOf,
  serve,
} from "../../ports/test-room.ts";
import { judge } from "../../room/judge.ts";
import { createSystemClock } from "../system-clock.ts";
import { callAppend } from "./append-call.ts";
import { judgeAhead } from "./judged.ts";
import { namesOf } from "./keys.ts";
import { createRedisLog, type RedisLog } from "./redis-log.ts";
import type { RedisPlace } from "./servers.ts";
import { startCluster, startRedis, type TestRedis } from "./test-redis.ts";

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const clock = createSystemClock();
const dense = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const soon = { timeout: 3_000, interval: 20 };
const inTime = { timeout: 15_000, interval: 50 };

let redis: TestRedis;
const logs: RedisLog[] = [];
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
  await redis.stop();
});

async function openLog(place: RedisPlace = redis.place): Promise<RedisLog> {
  const log = createRedisLog({ place, clock, random, judge });
  logs.push(log);
  await vi.waitFor(() => expect(log.isReady()).toBe(true), inTime);
  return log;
}

/** Every subscription's connection breaks; each relay connects again. */
async function killSubscriptions(): Promise<void> {
  await redis.client.call("CLIENT", "KILL", "TYPE", "pubsub");
}

test("[O2] subscriptions that break in mid-stream lose nothing, repeat nothing, change no order", async () => {
  const here = await serve(await openLog());
  const there = await serve(await openLog());
  await here.room.append([open(), commit(BOB, 1)]);
  for (let counter = 1; counter <= 400; counter++) {
    await here.room.append([post(ALICE, counter, 2)]);
    if (counter % 40 === 0) await killSubscriptions();
  }
  await vi.waitFor(() => expect(there.heard).toHaveLength(402), soon);
  expect(here.numbers()).toEqual(dense(402));
  expect(there.heard).toEqual(here.heard);
  expect([here.losses(), there.losses()]).toEqual([0, 0]);
});

test("a quiet room: the record whose copy the broken subscription lost is found all the same", async () => {
  const here = await serve(await openLog());
  const there = await serve(await openLog());
  await here.room.append([open()]);
  await vi.waitFor(() => expect(there.numbers()).toEqual([1]), soon);
  await killSubscriptions();
  await here.room.append([post(ALICE, 1)]);
  await vi.waitFor(() => expect(there.numbers()).toEqual([1, 2]), soon);
});

test("a lost tail shows no hole: comparing heads finds it within seconds, connections untouched", async () => {
  const log = await openLog();
  const here = await serve(log);
  await here.room.append([open()]);
  const standing = here.room.standing();
  if (standing === null) throw new Error("no room");
  // Stands in Redis; published where nobody listens.
  const candidate = post(ALICE, 1);
  const [judged] = judgeAhead(judge, standing.state, [candidate]);
  if (judged?.kind !== "try") throw new Error("refused");
  const { incarnation, policy } = standing;
  await callAppend(
    log.link,
    { ...namesOf(ROUTE), channel: namesOf(routeOf(9)).channel },
    { candidate, judged, life: { incarnation, policy: () => policy }, next: incarnation },
  );
  await vi.waitFor(() => expect(here.numbers()).toEqual([1, 2]), soon);
});

test("Redis restarted empty: every relay says that the order was lost; the next founding is another life", async () => {
  const log = await openLog();
  const here = await serve(log);
  const there = await serve(await openLog());
  await here.room.append([open(), post(ALICE, 1)]);
  const before = here.room.standing()?.incarnation;
  await redis.restart();
  await vi.waitFor(() => expect([here.losses(), there.losses()]).toEqual([1, 1]), inTime);
  expect(here.room.standing()).toBeNull();
  await expect(here.room.append([post(ALICE, 2)])).rejects.toThrow("served");
  await vi.waitFor(() => expect(log.isReady()).toBe(true), inTime);
  const again = await serve(log);
  expect(again.room.standing()).toBeNull();
  await again.room.append([open()]);
  expect(again.room.standing()?.incarnation).not.toBe(before);
  expect(again.numbers()).toEqual([1]);
  expect([here.losses(), here.endings()]).toEqual([1, 0]);
});

test("[O1] a stopped Redis accepts nothing: an append fails within seconds, the relay is unready, and all is well by itself afterwards", async () => {
  const log = await openLog();
  const here = await serve(log);
  await here.room.append([open(), post(ALICE, 1)]);
  redis.freeze();
  await expect(here.room.append([post(ALICE, 2)])).rejects.toThrow("away");
  await vi.waitFor(() => expect(log.isReady()).toBe(false), inTime);
  await vi.waitFor(() => expect(here.losses()).toBe(1), inTime);
  await expect(log.serve(routeOf(2), silent)).rejects.toThrow("away");
  redis.thaw();
  await vi.waitFor(() => expect(log.isReady()).toBe(true), inTime);
  const again = await serve(log);
  // Whether the unanswered one was carried out is unknown; offered again it is in the order once.
  const [second] = await again.room.append([post(ALICE, 2)]);
  expect(second).toEqual(
    again.heard.length > 0
      ? { kind: "accepted", number: 3 }
      : { kind: "refused", reason: "duplicate", detail: 3 },
  );
  expect((await again.room.since(0)).map(({ number }) => number)).toEqual([1, 2, 3]);
});

test("what a stalled Redis was asked is not asked of the one that starts after it", async () => {
  const log = await openLog();
  const here = await serve(log);
  await here.room.append([open()]);
  redis.freeze();
  const stalled = [post(ALICE, 1), post(ALICE, 2)].map((candidate) =>
    here.room.append([candidate]).then(
      () => "accepted",
      () => "failed",
    ),
  );
  const founding = openStalled(log);
  await redis.restart();
  expect(await Promise.all(stalled)).toEqual(["failed", "failed"]);
  expect(await founding).toBe("failed");
  await vi.waitFor(() => log.link.ping(), inTime);
  await vi.waitFor(() => expect(here.losses()).toBe(1), inTime);
  expect(await redis.client.keys("*")).toEqual([]);
});

const silent = {
  records: () => undefined,
  ended: () => undefined,
  lost: () => undefined,
  noted: () => undefined,
};

/** A founding that is under way when Redis stops: as a plain call, since no room can be served then. */
function openStalled(log: RedisLog): Promise<string> {
  const candidate: Candidate = open();
  const [judged] = judgeAhead(judge, null, [candidate]);
  if (judged?.kind !== "try") throw new Error("refused");
  const call = { candidate, judged, life: null, next: incarnationOf(random(INCARNATION_BYTES)) };
  return callAppend(log.link, namesOf(routeOf(3)), call).then(
    () => "accepted",
    () => "failed",
  );
}

test("a replica that took over without the tail: the order was lost, nothing is reordered or numbered twice", async () => {
  const replica = await startRedis("--replicaof", "127.0.0.1", String(redis.port));
  const road = await createRoad(redis.port);
  try {
    const log = await openLog({ kind: "server", url: `redis://127.0.0.1:${road.port}` });
    const here = await serve(log);
    await vi.waitFor(
      async () => expect(await replica.client.info("replication")).toContain("link_status:up"),
      inTime,
    );
    await here.room.append([open(), post(ALICE, 1)]);
    const headThere = () => replica.client.hget(namesOf(ROUTE).state, "@head");
    await vi.waitFor(async () => expect(await headThere()).toBe("2"), inTime);
    await replica.client.call("REPLICAOF", "NO", "ONE");
    await here.room.append([post(ALICE, 2)]);
    expect(here.numbers()).toEqual([1, 2, 3]);
    expect(await headThere()).toBe("2");
    road.leadTo(replica.port);
    await vi.waitFor(() => expect(here.losses()).toBe(1), inTime);
    await vi.waitFor(() => expect(log.isReady()).toBe(true), inTime);
    const again = await serve(log);
    expect(again.room.standing()).toBeNull();
    expect(await replica.client.keys("*")).toEqual([]);
    expect(await again.room.append([open()])).toEqual([{ kind: "accepted", number: 1 }]);
    expect(here.numbers()).toEqual([1, 2, 3]);
  } finally {
    road.close();
    await replica.stop();
  }
});

test("a cluster's replica that takes over: no redirection leads into the life that it half has", async () => {
  const cluster = await startCluster();
  const replica = await cluster.addReplica(namesOf(ROUTE).state);
  try {
    const log = await openLog(cluster.place);
    const here = await serve(log);
    const there = await serve(await openLog(cluster.place));
    await here.room.append([open(), post(ALICE, 1)]);
    await vi.waitFor(() => expect(there.numbers()).toEqual([1, 2]), soon);
    await replica.client.call("CLUSTER", "FAILOVER", "TAKEOVER");
    await vi.waitFor(() => expect([here.losses(), there.losses()]).toEqual([1, 1]), inTime);
    const again = await vi.waitFor(() => serve(log), inTime);
    expect(again.room.standing()).toBeNull();
    expect(await again.room.append([open()])).toEqual([{ kind: "accepted", number: 1 }]);
  } finally {
    await replica.stop();
    await cluster.stop();
  }
});

test("a relay that cannot reach Redis hears of it; one that can goes on", async () => {
  const road = await createRoad(redis.port);
  const cutOff = await openLog({ kind: "server", url: `redis://127.0.0.1:${road.port}` });
  const here = await serve(cutOff);
  const there = await serve(await openLog());
  await there.room.append([open()]);
  await vi.waitFor(() => expect(here.numbers()).toEqual([1]), soon);
  road.close();
  await expect(here.room.append([post(ALICE, 1)])).rejects.toThrow("away");
  await vi.waitFor(() => expect([cutOff.isReady(), here.losses()]).toEqual([false, 1]), inTime);
  expect(await there.room.append([post(ALICE, 1)])).toEqual([{ kind: "accepted", number: 2 }]);
  expect(there.losses()).toBe(0);
});

test("a relay that is held up for seconds itself does not take Redis for lost", async () => {
  const log = await openLog();
  const here = await serve(log);
  await here.room.append([open()]);
  for (const endMs = clock.now() + 5_500; clock.now() < endMs;);
  await vi.waitFor(() => expect(log.isReady()).toBe(true), inTime);
  await vi.waitFor(
    async () =>
      expect(await here.room.append([post(ALICE, 1)])).toEqual([{ kind: "accepted", number: 2 }]),
    inTime,
  );
  expect(here.losses()).toBe(0);
});

test("a Redis whose memory is full takes no record, loses none, lets people leave, and goes on when there is room", async () => {
  const log = await openLog();
  const here = await serve(log);
  await here.room.append([open(), commit(BOB, 1), post(ALICE, 1, 2)]);
  await redis.client.config("SET", "maxmemory", "1");
  await expect(here.room.append([post(ALICE, 2, 2)])).rejects.toThrow("OOM");
  expect((await here.room.since(0)).map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(await here.room.append([leave(BOB, 2)])).toEqual([{ kind: "accepted", number: 4 }]);
  await redis.client.config("SET", "maxmemory", "0");
  expect(await here.room.append([post(ALICE, 2, 2)])).toEqual([{ kind: "accepted", number: 5 }]);
  await redis.client.config("SET", "maxmemory", "1");
  await here.room.append([leave(ALICE, 1)]);
  expect(here.numbers()).toEqual(dense(6));
  expect(await redis.client.keys("*")).toEqual([]);
  expect([here.endings(), here.losses(), log.isReady()]).toEqual([1, 0, true]);
});

/** A way to a port that can be led elsewhere: who is on it has to connect again. */
async function createRoad(target: number) {
  let to = target;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const other = connect(to, "127.0.0.1");
    for (const end of [socket, other]) {
      sockets.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        socket.destroy();
        other.destroy();
        sockets.delete(end);
      });
    }
    socket.pipe(other).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port: number) {
      to = port;
      cut();
    },
    close() {
      server.close();
      cut();
    },
  };
}
