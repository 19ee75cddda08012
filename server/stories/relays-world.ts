/** A world of several relays that share one real Redis: people with the real client, fake sockets, real time. */
import { createHash, randomBytes } from "node:crypto";
import type { Bytes } from "../../shared/bytes.ts";
import type { Policy } from "../../shared/policy.ts";
import { createRedisLog, type RedisLog } from "../drivers/redis/redis-log.ts";
import { startRedis, type TestRedis } from "../drivers/redis/test-redis.ts";
import { createSystemClock } from "../drivers/system-clock.ts";
import { judge } from "../room/judge.ts";
import { DEFAULT_ROOM_LIMITS } from "../room/limits.ts";
import { createRooms, type Rooms } from "../room/rooms.ts";
import type { RoomEvent } from "../room/site.ts";
import { attachTo } from "./attach.ts";
import { createNetwork } from "./wire.ts";
import { createPerson, POLICY, type Person, type World } from "./world.ts";

/** Somebody whom the load balancer sends to one relay, or to the next one that is up. */
export interface Guest extends Person {
  /** From the next connection on. */
  sendTo(relay: number): void;
  /** The relay of the newest connection. */
  relay(): number;
}

export interface RelaysWorld extends Pick<World, "run" | "faults"> {
  /** Looks until it holds. @throws when it does not within `withinMs`. */
  until(what: string, holds: () => boolean | Promise<boolean>, withinMs?: number): Promise<void>;
  /** How many relays. */
  readonly count: number;
  readonly redis: TestRedis;
  /** Every key in Redis. */
  keys(): Promise<string[]>;
  /** What relays told their operator, in order. */
  readonly events: RoomEvent[];
  rooms(relay: number): Rooms;
  /** The order and the notes as a relay of its own sees them. */
  observer(): RedisLog;
  person(name: string, relay: number): Guest;
  founder(name: string, relay: number, policy?: Partial<Policy>): Promise<Guest>;
  joiner(name: string, link: string, relay: number): Promise<Guest>;
  /** Ends without a word: its sockets break, its connections to Redis too. */
  kill(relay: number): void;
  /** Ends in good order, as at a deploy. */
  drain(relay: number): Promise<void>;
  /** Starts one that knows nothing, in place of one that ended. */
  start(relay: number): Promise<void>;
  close(): Promise<void>;
}

interface Relay {
  readonly log: RedisLog;
  readonly rooms: Rooms;
  isUp: boolean;
}

const LATENCY_MS = 3;
const LOOK_MS = 20;
const PATIENCE_MS = 50_000;

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const sha256 = (bytes: Bytes): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest());

export async function createRelaysWorld(count: number): Promise<RelaysWorld> {
  const clock = createSystemClock();
  const redis = await startRedis();
  const faults: unknown[] = [];
  const events: RoomEvent[] = [];
  const guests: Guest[] = [];
  const observers: RedisLog[] = [];
  let isClosed = false;
  const failed = (fault: unknown): void => void (isClosed || faults.push(fault));

  function openLog(): RedisLog {
    return createRedisLog({ place: redis.place, clock, random, judge });
  }

  async function startRelay(): Promise<Relay> {
    const log = openLog();
    await until("a relay reaches Redis", () => log.isReady());
    const limits = { ...DEFAULT_ROOM_LIMITS, retrySpreadMs: 500 };
    const report = (event: RoomEvent): void => void events.push(event);
    const rooms = createRooms({ log, clock, random, sha256, limits, media: null, report });
    return { log, rooms, isUp: true };
  }

  const run = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  async function until(
    what: string,
    holds: () => boolean | Promise<boolean>,
    withinMs = PATIENCE_MS,
  ): Promise<void> {
    for (const startMs = clock.now(); !(await holds()); await run(LOOK_MS)) {
      if (clock.now() - startMs < withinMs) continue;
      throw new Error(`never: ${what}${faults.length > 0 ? `; fault: ${String(faults[0])}` : ""}`);
    }
  }

  const relays = await Promise.all(Array.from({ length: count }, startRelay));

  function relayNo(index: number): Relay {
    const relay = relays[index];
    if (relay === undefined) throw new Error(`no relay ${index}`);
    return relay;
  }

  function person(name: string, relay: number): Guest {
    let wanted = relay;
    let served = relay;
    const network = createNetwork({
      clock,
      latencyMs: () => LATENCY_MS,
      attach(socket) {
        const choices = relays.map((_, i) => (wanted + i) % count);
        const chosen = choices.find((i) => relayNo(i).isUp);
        if (chosen === undefined) return false;
        served = chosen;
        const relayThen = relayNo(chosen);
        const isUp = (): boolean => relayThen.isUp;
        attachTo({ clock, rooms: relayThen.rooms, isUp, name, failed }, socket);
        return true;
      },
    });
    const guest: Guest = {
      ...createPerson(name, network, { clock, random: Math.random, failed }),
      sendTo: (index) => void (wanted = index),
      relay: () => served,
    };
    guests.push(guest);
    return guest;
  }

  const isIn = (who: Person) => (): boolean => who.client.phase.value.kind === "room";

  return {
    count,
    redis,
    keys: async () => (await redis.client.keys("*")).toSorted(),
    events,
    faults,
    run,
    until,
    person,
    rooms: (index) => relayNo(index).rooms,
    observer() {
      const log = openLog();
      observers.push(log);
      return log;
    },
    async founder(name, relay, policy = {}) {
      const who = person(name, relay);
      who.client.make({ nickname: name, policy: { ...POLICY, ...policy }, passphrase: "" });
      await until(`${name} makes a room`, isIn(who));
      return who;
    },
    async joiner(name, link, relay) {
      const who = person(name, relay);
      who.client.openLink(link);
      who.client.enter(name, "");
      await until(`${name} is in the room`, isIn(who));
      return who;
    },
    kill(index) {
      const relay = relayNo(index);
      relay.isUp = false;
      void relay.log.close();
      for (const guest of guests) if (guest.relay() === index) guest.network.breakAll();
    },
    async drain(index) {
      const relay = relayNo(index);
      await relay.rooms.drain();
      relay.isUp = false;
      await relay.log.close();
    },
    async start(index) {
      relays[index] = await startRelay();
    },
    async close() {
      isClosed = true;
      for (const { network } of guests) network.cut();
      for (const { log } of relays) await log.close();
      for (const log of observers) await log.close();
      await redis.stop();
    },
  };
}

/** Each says something; all read all of it, in one order, and whoever said it is shown that it was sent. */
export async function talk(
  world: Pick<RelaysWorld, "until">,
  people: readonly Person[],
  about: string,
): Promise<void> {
  const lines = people.map(({ name }) => `${name}: ${about}`);
  for (const who of people) who.room().send(about);
  const heard = (who: Person): readonly string[] =>
    who.read().filter((line) => lines.includes(line));
  await world.until(`all read about ${about}`, () =>
    people.every(
      (who) => heard(who).length === lines.length && who.mine(about)?.delivery === "sent",
    ),
  );
  const [order, ...others] = people.map((who) => heard(who).join());
  for (const other of others) if (other !== order) throw new Error(`two orders about ${about}`);
}

/** Whom a person sees present, by nickname. */
export function presentTo(who: Person): readonly string[] {
  return who
    .room()
    .roster.value.filter(({ presence }) => presence === "present")
    .map(({ nickname }) => nickname);
}
