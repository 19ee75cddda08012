/** The log of the relays that share one Redis: every second it looks whether anything was missed. */
import { randomBytes } from "node:crypto";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { RouteId } from "../../../shared/ids.ts";
import type { Judge, Log, LogListener, RoomLog } from "../../ports/log.ts";
import { decodeBusItem } from "./bus.ts";
import { namesOf, type RoomNames } from "./keys.ts";
import { lookUp } from "./look-up.ts";
import { createRedisLink, type RedisLink } from "./link.ts";
import { createRedisRoom, type RedisRoom } from "./redis-room.ts";
import type { RedisPlace } from "./servers.ts";

/** Pub/sub loses by nature, its tail invisibly: heads are compared this often. */
const LOOK_MS = 1_000;
const RENEW_MS = 10_000;
/** Without an answer for so long whoever is served is sent away, to come again when it is back. */
const AWAY_MS = 4_000;
/** One look may fail because this process was held up itself: its timers run before it reads the answer. */
const LEAST_FAILURES = 2;
const RELAY_ID_BYTES = 8;

export interface RedisLogParts {
  readonly place: RedisPlace;
  readonly clock: Clock;
  readonly random: (length: number) => Bytes;
  readonly judge: Judge;
}

interface Served {
  readonly names: RoomNames;
  readonly room: RedisRoom;
  /** When a look at it was answered last, and how many were not since. */
  answeredMs: number;
  failures: number;
}

export interface RedisLog extends Log {
  /** For checks, and for tests that look behind it. */
  readonly link: RedisLink;
}

/** Connects; `isReady` says whether it is. */
export function createRedisLog({ place, clock, random, judge }: RedisLogParts): RedisLog {
  const relayId = randomBytes(RELAY_ID_BYTES).toString("hex");
  const byChannel = new Map<string, Served>();
  let answeredMs = Number.NEGATIVE_INFINITY;
  let isOpen = true;
  let stopLook: Stop = () => undefined;
  let stopRenew: Stop = () => undefined;

  const link = createRedisLink(place, {
    item(channel, bytes) {
      const item = decodeBusItem(bytes);
      if (item !== null) byChannel.get(channel)?.room.item(item);
    },
    back: () => void look(),
  });

  /** The heads of all rooms and a sign of life of every server, asked in one write (DESIGN §2). */
  async function look(): Promise<void> {
    const answered = link.ping().then(() => (answeredMs = clock.now()));
    const looks = Array.from(byChannel.values(), (served) => lookAt(served));
    await Promise.all([answered.catch(() => undefined), ...looks]);
  }

  async function lookAt(served: Served): Promise<void> {
    try {
      const seen = await lookUp(link, served.names);
      served.answeredMs = clock.now();
      served.failures = 0;
      served.room.compare(seen);
    } catch {
      served.failures += 1;
      const isAway = clock.now() - served.answeredMs >= AWAY_MS;
      if (isAway && served.failures >= LEAST_FAILURES) served.room.lose();
    }
  }

  function isReady(): boolean {
    return isOpen && clock.now() - answeredMs < AWAY_MS;
  }

  function lookAgain(): void {
    stopLook = clock.after(LOOK_MS, () => void look().finally(() => isOpen && lookAgain()));
  }

  function renewAgain(): void {
    stopRenew = clock.after(RENEW_MS, () => {
      for (const { room } of byChannel.values()) room.renew().catch(() => undefined);
      if (isOpen) renewAgain();
    });
  }

  async function serve(routeId: RouteId, listener: LogListener): Promise<RoomLog> {
    const names = namesOf(routeId);
    if (byChannel.has(names.channel)) throw new Error("this room is served already");
    const closed = (): void => {
      if (byChannel.get(names.channel) !== served) return;
      byChannel.delete(names.channel);
      link.unsubscribe(names.channel).catch(() => undefined);
    };
    const deps = { link, names, relayId, clock, random, judge, listener, closed };
    const served: Served = {
      names,
      room: createRedisRoom(deps),
      answeredMs: clock.now(),
      failures: 0,
    };
    byChannel.set(names.channel, served);
    try {
      await link.subscribe(names.channel);
      await served.room.load();
      return served.room;
    } catch (error) {
      closed();
      throw error;
    }
  }

  void look();
  lookAgain();
  renewAgain();
  return {
    link,
    serve,
    isReady,
    close() {
      isOpen = false;
      stopLook();
      stopRenew();
      link.close();
      return Promise.resolve();
    },
  };
}
