/**
 * A world of several regions: people with the real client, two relays and a real Redis in each, one log
 * between them that can be made to misbehave, and a clock turned by hand.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Bytes } from "../../shared/bytes.ts";
import type { Policy } from "../../shared/policy.ts";
import { createKafkaLog, type KafkaLog } from "../drivers/kafka/kafka-log.ts";
import { parseRegionName, type RegionName } from "../drivers/kafka/partition-records.ts";
import type { OrderTopic } from "../drivers/kafka/order-topic.ts";
import { createTestLog, type TestLog } from "../drivers/kafka/test-topic.ts";
import { letPass, type TestRedis } from "../drivers/redis/test-redis.ts";
import { judge } from "../room/judge.ts";
import { DEFAULT_ROOM_LIMITS } from "../room/limits.ts";
import { createRooms, type Rooms } from "../room/rooms.ts";
import { attachTo } from "./attach.ts";
import { createHandClock, type HandClock } from "./hand-clock.ts";
import { createNetwork } from "./wire.ts";
import { createPerson, POLICY, type Person } from "./world.ts";

export interface Traveller extends Person {
  /** From the next connection on. */
  sendTo(region: number): void;
}

export interface RegionRelay {
  readonly log: KafkaLog;
  readonly topic: OrderTopic;
  readonly rooms: Rooms;
  isUp: boolean;
}

export interface RegionsWorld {
  readonly clock: HandClock;
  readonly log: TestLog;
  readonly servers: readonly TestRedis[];
  readonly names: readonly RegionName[];
  readonly faults: unknown[];
  readonly events: string[];
  /** Relays of a region. */
  relays(region: number): readonly RegionRelay[];
  run(ms: number): Promise<void>;
  until(what: string, holds: () => boolean | Promise<boolean>, withinMs?: number): Promise<void>;
  person(name: string, region: number): Traveller;
  founder(name: string, region: number, policy?: Partial<Policy>): Promise<Traveller>;
  joiner(name: string, link: string, region: number): Promise<Traveller>;
  /** A region's Redis loses everything. */
  wipe(region: number): Promise<void>;
  /** A relay's process ends without a word, and another begins after so long. */
  crash(relay: RegionRelay, downMs: number): void;
  /** A region ends for good. */
  die(region: number): void;
  /** Copies take so long, or, until then, are not given. */
  readonly copies: { latencyMs: number; notBeforeMs: number };
  close(): Promise<void>;
}

const STEP_MS = 50;
const LATENCY_MS = 20;
const PATIENCE_MS = 60_000;
const RELAYS = 2;
const EXPIRE_MS = 500;

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const sha256 = (bytes: Bytes): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest());

/** As many regions as servers, whose keys go; all have the order when this resolves. */
export async function createRegionsWorld(servers: readonly TestRedis[]): Promise<RegionsWorld> {
  const clock = createHandClock(Date.now());
  const log = createTestLog(clock, 1);
  const faults: unknown[] = [];
  const events: string[] = [];
  const travellers: { readonly who: Traveller; at: () => RegionRelay | null }[] = [];
  const copies = { latencyMs: 100, notBeforeMs: 0 };
  const limits = { ...DEFAULT_ROOM_LIMITS, retrySpreadMs: 500 };
  const dead = new Set<number>();
  let expiredMs = 0;
  let isClosed = false;
  const failed = (fault: unknown): void => void (isClosed || faults.push(fault));
  for (const { client } of servers) await client.flushall();
  const names = servers.map((_, i) => {
    const name = parseRegionName(`region-${i}`);
    if (name === null) throw new Error("no name");
    return name;
  });

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.after(ms, resolve));

  async function askCopy(from: number, partition: number): Promise<Bytes | null> {
    await pause(copies.latencyMs / 2);
    for (const [region, relays] of regions.entries()) {
      if (region === from || clock.now() < copies.notBeforeMs) continue;
      for (const relay of relays) {
        const copy = relay.isUp ? await relay.log.copyOf(partition).catch(() => null) : null;
        if (copy === null) continue;
        await pause(copies.latencyMs / 2);
        return copy;
      }
    }
    return null;
  }

  function startRelay(region: number): RegionRelay {
    const [redis, name] = [servers[region], names[region]];
    if (redis === undefined || name === undefined) throw new Error("no such region");
    const topic = log.connect(name);
    const kafkaLog = createKafkaLog({
      place: redis.place,
      topic,
      openSignals: (read) => log.signals(name, read),
      region: name,
      clock,
      judge,
      askCopy: (partition) => askCopy(region, partition),
      report: (event) => events.push(`${name} ${event}`),
    });
    const report = (event: string): void => void events.push(`${name} ${event}`);
    const parts = { log: kafkaLog, clock, random, sha256, limits, media: null, report };
    return { log: kafkaLog, topic, rooms: createRooms(parts), isUp: true };
  }

  const regions: RegionRelay[][] = servers.map((_, region) =>
    Array.from({ length: RELAYS }, () => startRelay(region)),
  );
  const all = (): RegionRelay[] => regions.flat();

  /** Lets Redis answer what was asked of it, and what that leads to. */
  async function settle(): Promise<void> {
    for (let trip = 0; trip < 2; trip++) {
      const up = all().filter(({ isUp }) => isUp);
      await Promise.all(up.map((relay) => relay.log.link.ping().catch(() => undefined)));
      await clock.settle();
    }
  }

  async function run(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await clock.advance(Math.min(left, STEP_MS));
      await settle();
      if (clock.now() - expiredMs < EXPIRE_MS) continue;
      // What Redis keeps for a time goes as the hand turns.
      for (const server of servers) await letPass(server, clock.now() - expiredMs);
      expiredMs = clock.now();
    }
  }

  async function until(
    what: string,
    holds: () => boolean | Promise<boolean>,
    withinMs = PATIENCE_MS,
  ): Promise<void> {
    for (const startMs = clock.now(); !(await holds()); await run(STEP_MS)) {
      if (clock.now() - startMs < withinMs) continue;
      throw new Error(`never: ${what}${faults.length > 0 ? `; fault: ${String(faults[0])}` : ""}`);
    }
  }

  function person(name: string, region: number): Traveller {
    let wanted = region;
    let served: RegionRelay | null = null;
    const network = createNetwork({
      clock,
      latencyMs: () => LATENCY_MS,
      attach(socket) {
        // A dead region is known to the name service; another one takes its people.
        const choices = dead.has(wanted) ? regions.flat() : (regions[wanted] ?? []);
        const relay = choices.find(({ isUp, log: of }) => isUp && of.isReady());
        if (relay === undefined) return false;
        served = relay;
        const isUp = (): boolean => relay.isUp;
        attachTo({ clock, rooms: relay.rooms, isUp, name, failed }, socket);
        return true;
      },
    });
    const who: Traveller = {
      ...createPerson(name, network, { clock, random: () => 0.5, failed }),
      sendTo: (index) => void (wanted = index),
    };
    travellers.push({ who, at: () => served });
    return who;
  }

  const isIn = (who: Person) => (): boolean => who.client.phase.value.kind === "room";

  function end(relay: RegionRelay): void {
    relay.isUp = false;
    relay.log.link.close();
    void relay.topic.close();
    for (const { who, at } of travellers) if (at() === relay) who.network.breakAll();
    relay.log.close().catch(() => undefined);
  }

  await until("every region has the order", () => all().every(({ log: of }) => of.isReady()));
  await run(3_000);
  return {
    clock,
    log,
    servers,
    names,
    faults,
    events,
    copies,
    relays: (region) => regions[region] ?? [],
    run,
    until,
    person,
    async founder(name, region, policy = {}) {
      const who = person(name, region);
      who.client.make({ nickname: name, policy: { ...POLICY, ...policy }, passphrase: "" });
      await until(`${name} makes a room`, isIn(who));
      return who;
    },
    async joiner(name, link, region) {
      const who = person(name, region);
      who.client.openLink(link);
      who.client.enter(name, "");
      await until(`${name} is in the room`, isIn(who));
      return who;
    },
    async wipe(region) {
      await servers[region]?.client.flushall();
    },
    crash(relay, downMs) {
      end(relay);
      const region = regions.findIndex((relays) => relays.includes(relay));
      clock.after(downMs, () => {
        const relays = regions[region];
        if (relays !== undefined && !isClosed) relays[relays.indexOf(relay)] = startRelay(region);
      });
    },
    die(region) {
      dead.add(region);
      for (const relay of regions[region] ?? []) end(relay);
    },
    async close() {
      isClosed = true;
      for (const { who } of travellers) who.network.cut();
      const up = all().filter(({ isUp }) => isUp);
      await Promise.all(up.map((relay) => relay.log.close()));
    },
  };
}

/** What each region's Redis holds of rooms: everything but its place in the order and who owns that. */
export async function roomKeys({ servers }: Pick<RegionsWorld, "servers">): Promise<string[][]> {
  const all = await Promise.all(servers.map(({ client }) => client.keys("*")));
  return all.map((keys) => keys.filter((key) => !/:(place|owner|owner:rival)$/.test(key)));
}
