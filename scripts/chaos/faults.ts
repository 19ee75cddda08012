/** The faults by name: each happens while people write, and is over when its promise resolves. */
import { setTimeout as pause } from "node:timers/promises";
import type { Policy } from "../../shared/policy.ts";
import type { KafkaWishes } from "./kafka-side.ts";
import type { Person } from "./person.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

/** What came of it, besides what people saw. */
export interface Happened {
  /** Before these moments (`performance.now`) these people could not resume, whatever they did. */
  readonly reachableMs?: ReadonlyMap<Person, number>;
  readonly note?: string;
}

export interface Fault {
  /** Of the rooms; what is not named is as usual. */
  readonly policy?: Partial<Policy>;
  /** Of the brokers, where Kafka orders. */
  readonly kafka?: KafkaWishes;
  /** Nobody writes in the first room but the fault itself. */
  readonly hasQuietRoom?: boolean;
  happen(stage: Stage): Promise<Happened>;
}

const SECOND_MS = 1_000;
/** A last word that nobody saw for so long is lost. */
const TAIL_MS = 15_000;
/** From one person's coming back online to the next one's. */
const RETURN_EVERY_MS = 3_000;

export const everybody = (stage: Stage): Person[] => stage.rooms.flatMap(({ members }) => members);
/** One of each room, not its founder. */
export const victims = (stage: Stage): Person[] =>
  stage.rooms.flatMap(({ members }) => members.slice(1, 2));
/** Nobody could come back before now. */
export const reachable = (who: readonly Person[]): Happened => ({
  reachableMs: new Map(who.map((person) => [person, performance.now()])),
});

/** The browser knows that it has no network: what is open goes silent, what is tried fails at once. */
function offline(forMs: number): (stage: Stage) => Promise<Happened> {
  return async (stage) => {
    const who = victims(stage);
    for (const { line } of who) {
      line.halfOpen();
      line.set({ isRefusing: true });
    }
    for (const person of who) person.setOnline(false);
    await pause(forMs);
    const reachableMs = new Map<Person, number>();
    for (const person of who) {
      person.line.set({ isRefusing: false });
      reachableMs.set(person, performance.now());
      person.setOnline(true);
      // All are in one process here, and one's catching up must not be measured as another's.
      await pause(RETURN_EVERY_MS);
    }
    return { reachableMs };
  };
}

const shows = (person: Person, text: string): boolean =>
  person.room()?.timeline.value.some((item) => item.kind === "message" && item.text === text) ??
  false;

/** A last word while no relay is subscribed: no later record shows the hole, so only comparing heads can find it. */
async function killPubSub(stage: Stage): Promise<Happened> {
  const quiet = stage.rooms[0]?.members ?? [];
  const rounds = 8;
  let holes = 0;
  let slowestMs = 0;
  for (let i = 0; i < rounds; i++) {
    // Longer than relays take to compare heads.
    await pause(1.5 * SECOND_MS);
    const text = stage.text();
    const client = stage.redis.client();
    await client.call("CLIENT", "KILL", "TYPE", "pubsub");
    const channels = await client.call("PUBSUB", "SHARDCHANNELS");
    quiet[i % quiet.length]?.say(text);
    if (Array.isArray(channels) && channels.length === 0) holes += 1;
    const startMs = performance.now();
    const isSeen = (): boolean => quiet.every((person) => shows(person, text));
    await until("everybody sees a quiet room's last word", isSeen, TAIL_MS);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  return {
    note: `${holes} of ${rounds} last words while no relay was subscribed, seen by all within ${slowestMs.toFixed(0)} ms`,
  };
}

export const FAULTS: { readonly [name: string]: Fault } = {
  none: { happen: () => pause(5 * SECOND_MS, {}) },
  "relay-kill": {
    async happen({ relays: [relay] }) {
      await relay?.end("SIGKILL");
      await pause(3 * SECOND_MS);
      await relay?.start();
      return {};
    },
  },
  "relay-rolling-restart": {
    async happen({ relays }) {
      for (const relay of relays) {
        await relay.end("SIGTERM");
        await relay.start();
        await pause(SECOND_MS);
      }
      return {};
    },
  },
  "relay-freeze-30s": {
    async happen({ relays: [relay] }) {
      relay?.freeze();
      await pause(30 * SECOND_MS);
      relay?.thaw();
      return {};
    },
  },
  "redis-restart-empty": {
    async happen(stage) {
      await stage.redis.server().restart();
      return reachable(everybody(stage));
    },
  },
  "redis-freeze-20s": {
    async happen(stage) {
      stage.redis.server().freeze();
      await pause(20 * SECOND_MS);
      stage.redis.server().thaw();
      return reachable(everybody(stage));
    },
  },
  "redis-failover-lost-tail": {
    async happen(stage) {
      await stage.redis.addReplica();
      await pause(SECOND_MS);
      stage.redis.partReplica();
      await pause(3 * SECOND_MS);
      await stage.redis.failOver();
      return reachable(everybody(stage));
    },
  },
  "redis-partition-one-relay": {
    async happen({ redis }) {
      redis.lines[0]?.set({ isParted: true });
      await pause(10 * SECOND_MS);
      redis.lines[0]?.set({ isParted: false });
      return {};
    },
  },
  "pubsub-kill-quiet-room": { hasQuietRoom: true, happen: killPubSub },
  "client-offline-10s": { happen: offline(10 * SECOND_MS) },
  "client-offline-60s": { happen: offline(60 * SECOND_MS) },
  "client-offline-beyond-ttl": {
    policy: { messageTtlMs: 60 * SECOND_MS },
    happen: offline(75 * SECOND_MS),
  },
  "client-half-open": {
    async happen(stage) {
      for (const { line } of victims(stage)) line.halfOpen();
      await pause(25 * SECOND_MS);
      return {};
    },
  },
  "client-slow": {
    async happen(stage) {
      const who = victims(stage);
      for (const { line } of who) line.set({ isDripping: true });
      await pause(30 * SECOND_MS);
      for (const { line } of who) line.set({ isDripping: false });
      return reachable(who);
    },
  },
};
