/** The log of the relays that share one Redis: every second it looks whether anything was missed. */
import { randomBytes } from "node:crypto";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { RouteId } from "../../../shared/ids.ts";
import type { Judge, Log, LogListener, RoomLog } from "../../ports/log.ts";
import { decodeBusItem } from "./bus.ts";
import { namesOf, type RoomNames } from "./keys.ts";
import { lookUp } from "./look-up.ts";
import { createRedisLink, type RedisLink, type RedisPlace } from "./link.ts";
import { createRedisRoom, type RedisRoom } from "./redis-room.ts";

/** Pub/sub loses by nature, its tail invisibly: heads are compared this often. */
const LOOK_MS = 1_000;
const RENEW_MS = 10_000;
/** Without an answer for so long whoever is served is sent away, to come again when it is back. */
const AWAY_MS = 4_000;
const RELAY_ID_BYTES = 8;

export interface RedisLogParts {
  readonly place: RedisPlace;
  readonly clock: Clock;
  readonly random: (length: number) => Bytes;
  readonly judge: Judge;
}

interface Served {
  readonly names: RoomNames;
  room: RedisRoom | null;
}

export interface RedisLog extends Log {
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
      const room = byChannel.get(channel)?.room;
      const item = room === null || room === undefined ? null : decodeBusItem(bytes);
      if (item !== null) room?.item(item);
    },
    back: () => void look(),
  });

  /** One batched read of every room's head (DESIGN §2). */
  async function look(): Promise<void> {
    const served = [...byChannel.values()];
    try {
      if (served.length === 0) {
        for (const server of link.servers()) await server.ping();
      }
      await Promise.all(served.map(lookAt));
      answeredMs = clock.now();
    } catch {
      if (!isReady()) for (const { room } of served) room?.lose();
    }
  }

  async function lookAt({ names, room }: Served): Promise<void> {
    room?.compare(await lookUp(link, names));
  }

  function isReady(): boolean {
    return isOpen && clock.now() - answeredMs < AWAY_MS;
  }

  function lookAgain(): void {
    stopLook = clock.after(LOOK_MS, () => void look().finally(() => isOpen && lookAgain()));
  }

  function renewAgain(): void {
    stopRenew = clock.after(RENEW_MS, () => {
      for (const { room } of byChannel.values()) room?.renew().catch(() => undefined);
      if (isOpen) renewAgain();
    });
  }

  async function serve(routeId: RouteId, listener: LogListener): Promise<RoomLog> {
    const names = namesOf(routeId);
    if (byChannel.has(names.channel)) throw new Error("this room is served already");
    const served: Served = { names, room: null };
    byChannel.set(names.channel, served);
    const closed = (): void => {
      if (byChannel.get(names.channel) !== served) return;
      byChannel.delete(names.channel);
      link.unsubscribe(names.channel).catch(() => undefined);
    };
    try {
      const deps = { link, names, relayId, clock, random, judge, listener, closed };
      served.room = createRedisRoom(deps);
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
