/**
 * The rooms that this relay follows in its region's Redis, whoever orders their records: every second it
 * looks whether anything was missed.
 */
import type { Clock, Stop } from "../../../shared/clock.ts";
import { decodeBusItem } from "./bus.ts";
import type { RoomNames } from "./keys.ts";
import type { RedisLink } from "./link.ts";
import { lookUp } from "./look-up.ts";
import type { RedisRoom } from "./redis-room.ts";

/** Pub/sub loses by nature, its tail invisibly: heads are compared this often. */
const LOOK_MS = 1_000;
const RENEW_MS = 10_000;
/** Without an answer for so long whoever is served is sent away, to come again when it is back. */
const AWAY_MS = 4_000;
/** One look may fail because this process was held up itself: its timers run before it reads the answer. */
const LEAST_FAILURES = 2;

interface Served {
  readonly names: RoomNames;
  readonly room: RedisRoom;
  /** When a look at it was answered last, and how many were not since. */
  answeredMs: number;
  failures: number;
}

export interface ServedRooms {
  /** Serves a room by what `create` makes; it is told where nobody follows it any more. @throws */
  serve(names: RoomNames, create: (closed: () => void) => RedisRoom): Promise<RedisRoom>;
  /** The room of a channel, if it is served. */
  of(channel: string): RedisRoom | undefined;
  /** Something came on a channel. */
  item(channel: string, bytes: Uint8Array): void;
  /** Looks at once; a connection came back. */
  look(): void;
  /** Gives up following where this says so. */
  loseWhere(isLost: (names: RoomNames) => boolean): void;
  /** True while every server answers. */
  isReady(): boolean;
  close(): void;
}

export interface ServedRoomsParts {
  /** The link as rooms use it, known only once it is made. */
  readonly link: () => RedisLink;
  readonly clock: Clock;
}

/** No room yet. */
export function createServedRooms({ link, clock }: ServedRoomsParts): ServedRooms {
  const byChannel = new Map<string, Served>();
  let answeredMs = Number.NEGATIVE_INFINITY;
  let isOpen = true;
  let stopLook: Stop = () => undefined;
  let stopRenew: Stop = () => undefined;

  /** The heads of all rooms and a sign of life of every server, asked in one write (DESIGN §2). */
  async function look(): Promise<void> {
    const answered = link()
      .ping()
      .then(() => (answeredMs = clock.now()));
    const looks = Array.from(byChannel.values(), (served) => lookAt(served));
    await Promise.all([answered.catch(() => undefined), ...looks]);
  }

  async function lookAt(served: Served): Promise<void> {
    try {
      const seen = await lookUp(link(), served.names);
      served.answeredMs = clock.now();
      served.failures = 0;
      served.room.compare(seen);
    } catch {
      served.failures += 1;
      const isAway = clock.now() - served.answeredMs >= AWAY_MS;
      if (isAway && served.failures >= LEAST_FAILURES) served.room.lose();
    }
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

  lookAgain();
  renewAgain();
  return {
    async serve(names, create) {
      if (byChannel.has(names.channel)) throw new Error("this room is served already");
      const closed = (): void => {
        if (byChannel.get(names.channel) !== served) return;
        byChannel.delete(names.channel);
        link()
          .unsubscribe(names.channel)
          .catch(() => undefined);
      };
      const served: Served = {
        names,
        room: create(closed),
        answeredMs: clock.now(),
        failures: 0,
      };
      byChannel.set(names.channel, served);
      try {
        await link().subscribe(names.channel);
        await served.room.load();
        return served.room;
      } catch (error) {
        closed();
        throw error;
      }
    },
    of: (channel) => byChannel.get(channel)?.room,
    item(channel, bytes) {
      const item = decodeBusItem(bytes);
      if (item !== null) byChannel.get(channel)?.room.item(item);
    },
    look: () => void look(),
    loseWhere(isLost) {
      for (const { names, room } of byChannel.values()) if (isLost(names)) room.lose();
    },
    isReady: () => isOpen && clock.now() - answeredMs < AWAY_MS,
    close() {
      isOpen = false;
      stopLook();
      stopRenew();
    },
  };
}
