/** The log of the relays that share one Redis, which orders: one atomic script for each record (DESIGN §2). */
import { randomBytes } from "node:crypto";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import type { Judge, Log } from "../../ports/log.ts";
import { createAppending } from "./appending.ts";
import type { Follower } from "./follower.ts";
import { namesOf, type RoomNames } from "./keys.ts";
import { createRedisLink, type RedisLink } from "./link.ts";
import { createRedisRoom, type WayIn } from "./redis-room.ts";
import { PURGE } from "./scripts.ts";
import { createServedRooms } from "./served-rooms.ts";
import type { RedisPlace } from "./servers.ts";

const RELAY_ID_BYTES = 8;

export interface RedisLogParts {
  readonly place: RedisPlace;
  readonly clock: Clock;
  readonly random: (length: number) => Bytes;
  readonly judge: Judge;
}

export interface RedisLog extends Log {
  /** For checks, and for tests that look behind it. */
  readonly link: RedisLink;
}

/** Connects; `isReady` says whether it is. */
export function createRedisLog({ place, clock, random, judge }: RedisLogParts): RedisLog {
  const relayId = randomBytes(RELAY_ID_BYTES).toString("hex");
  const served = createServedRooms({ link: () => link, clock });
  const link = createRedisLink(place, {
    item: (channel, bytes) => served.item(channel, bytes),
    back: () => served.look(),
  });

  const wayIn =
    (names: RoomNames) =>
    (follower: Follower): WayIn => ({
      append: createAppending({ link, names, judge, random, follower }),
      async purge(incarnation) {
        await link.scriptOfRun(PURGE, names.state, [incarnation, names.lives, names.channel]);
        follower.ended(incarnation);
      },
      noteFarther: () => undefined,
      isAhead: () => false,
    });

  served.look();
  return {
    link,
    async serve(routeId, listener) {
      const names = namesOf(routeId);
      const deps = { link, names, relayId, clock, judge, listener, wayIn: wayIn(names) };
      return served.serve(names, (closed) => createRedisRoom({ ...deps, closed }));
    },
    isReady: () => served.isReady(),
    close() {
      served.close();
      link.close();
      return Promise.resolve();
    },
  };
}
