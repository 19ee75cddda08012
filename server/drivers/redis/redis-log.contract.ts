/** Logs over a real Redis, by a clock that a test turns by hand: keys expire as it is turned. */
import { randomBytes } from "node:crypto";
import { expect, vi } from "vitest";
import type { Bytes } from "../../../shared/bytes.ts";
import type { LogUnderTest } from "../../ports/log.contract.ts";
import { judge } from "../../room/judge.ts";
import { createHandClock } from "../../stories/hand-clock.ts";
import { createRedisLog, type RedisLog } from "./redis-log.ts";
import type { RedisPlace } from "./servers.ts";
import { letPass, type TestRedis } from "./test-redis.ts";

const STEP_MS = 2_000;
/** A look, what it leads to, and what that leads to. */
const ROUND_TRIPS = 3;
export const random = (length: number): Bytes => new Uint8Array(randomBytes(length));

export interface Store {
  readonly place: RedisPlace;
  readonly nodes: readonly TestRedis[];
}

export interface RedisUnderTest extends LogUnderTest {
  readonly log: RedisLog;
  readonly another: () => Promise<RedisLog>;
}

/** A fresh log over an emptied store, and more of them over the same one. */
export async function createUnder({ place, nodes }: Store): Promise<RedisUnderTest> {
  const clock = createHandClock();
  const logs: RedisLog[] = [];
  for (const { client } of nodes) await client.flushall();

  async function openLog(): Promise<RedisLog> {
    const log = createRedisLog({ place, clock, random, judge });
    logs.push(log);
    await log.link.connected();
    await vi.waitFor(() => expect(log.isReady()).toBe(true));
    return log;
  }

  async function settle(): Promise<void> {
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      await Promise.all(logs.map(({ link }) => link.ping().catch(() => undefined)));
      await clock.settle();
    }
  }

  return {
    log: await openLog(),
    another: openLog,
    settle,
    async passes(ms) {
      for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
        const stepMs = Math.min(STEP_MS, leftMs);
        for (const node of nodes) await letPass(node, stepMs);
        await clock.advance(stepMs);
        await settle();
      }
    },
    async isEmpty() {
      const counts = await Promise.all(nodes.map(({ client }) => client.dbsize()));
      return counts.every((count) => count === 0);
    },
    async close() {
      for (const log of logs) await log.close();
    },
  };
}
