/** The least that ordering by Redis could cost: one script that keeps a record and publishes it. */
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Times } from "../fanout/measure.ts";

const LUA = `redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) redis.call('SPUBLISH', KEYS[2], ARGV[1]) return 1`;
const RECORD_BYTES = 512;
const TTL_MS = 60_000;
/** As many as the relays have under way at saturation: 20 senders with 16 posts each. */
const UNDER_WAY = 320;
const CONNECTIONS = 2;

/** Calls a second, over as many connections as there are relays, one subscriber listening. */
export async function bareScript(port: number, times: Times): Promise<number> {
  const clients = Array.from({ length: CONNECTIONS }, () => new Redis({ port }));
  const subscriber = new Redis({ port });
  const record = Buffer.alloc(RECORD_BYTES, 7);
  const channel = "bench:{bare}:channel";
  await subscriber.ssubscribe(channel);
  const sha = String(await clients[0]?.script("LOAD", LUA));
  let done = 0;
  let isOver = false;

  async function callAgain(client: Redis, worker: number): Promise<void> {
    for (let i = 0; !stopped(); i++) {
      await client.evalsha(sha, 2, `bench:{bare}:${worker}:${i}`, channel, record, TTL_MS);
      done += 1;
    }
  }
  const stopped = (): boolean => isOver;

  const workers = clients.flatMap((client, c) =>
    Array.from({ length: UNDER_WAY / CONNECTIONS }, (_, i) => callAgain(client, c * UNDER_WAY + i)),
  );
  await pause(times.warmUpMs);
  const [before, startMs] = [done, performance.now()];
  await pause(times.measureMs);
  const perSecond = ((done - before) * 1000) / (performance.now() - startMs);
  isOver = true;
  await Promise.all(workers);
  await clients[0]?.flushall();
  for (const client of [...clients, subscriber]) client.disconnect();
  return perSecond;
}
