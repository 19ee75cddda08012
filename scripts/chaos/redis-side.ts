/** The Redis of a chaos run: one server, each relay's own line to it, and a replica that may take over. */
import type { Redis } from "ioredis";
import { startRedis, type TestRedis } from "../../server/drivers/redis/test-redis.ts";
import { startProxy, type FaultProxy } from "./proxy.ts";
import { until } from "./until.ts";

export interface RedisSide {
  /** A client of the server that is in charge. */
  client(): Redis;
  /** The server that is in charge. */
  server(): TestRedis;
  /** One a relay, in their order. */
  readonly lines: readonly FaultProxy[];
  /** Starts a replica; resolves when it holds what the server holds. */
  addReplica(): Promise<void>;
  /** The replica hears nothing more of the server. */
  partReplica(): void;
  /** Kills the server; the replica, with what it has, is in charge, and all lines lead there. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedisSide(relays: number): Promise<RedisSide> {
  let inCharge = await startRedis();
  let replica: TestRedis | null = null;
  const replication = await startProxy(inCharge.port);
  const lines = await Promise.all(Array.from({ length: relays }, () => startProxy(inCharge.port)));

  return {
    client: () => inCharge.client,
    server: () => inCharge,
    lines,
    async addReplica() {
      const added = await startRedis();
      replica = added;
      await added.client.replicaof("127.0.0.1", replication.port);
      await until("the replica is in step", async () =>
        (await added.client.info("replication")).includes("master_link_status:up"),
      );
    },
    partReplica: () => replication.set({ isParted: true }),
    async failOver() {
      if (replica === null) throw new Error("there is no replica");
      const old = inCharge;
      await old.kill();
      await replica.client.call("REPLICAOF", "NO", "ONE");
      inCharge = replica;
      replica = null;
      for (const line of lines) {
        line.lead(inCharge.port);
        line.cut();
      }
      await old.stop();
    },
    async stop() {
      await Promise.all([...lines, replication].map((line) => line.close()));
      await Promise.all([inCharge.stop(), replica?.stop()]);
    },
  };
}
