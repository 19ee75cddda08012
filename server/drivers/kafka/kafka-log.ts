/**
 * The log of relays in several regions: Kafka orders, each region applies that to its own Redis, and
 * relays follow their rooms there as they do where Redis orders (DESIGN §2).
 */
import { randomBytes } from "node:crypto";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import type { Judge, Log } from "../../ports/log.ts";
import { namesOf, partitionOf } from "../redis/keys.ts";
import { createRedisLink, type RedisLink } from "../redis/link.ts";
import { createRedisRoom } from "../redis/redis-room.ts";
import { createServedRooms } from "../redis/served-rooms.ts";
import type { RedisPlace } from "../redis/servers.ts";
import { startApplier } from "./applier.ts";
import { partitionNames } from "./keys.ts";
import { decodeFarNote, encodeFarNote } from "./notes.ts";
import type { OrderTopic, SignalReader, SignalTopic } from "./order-topic.ts";
import type { OwnerEvent } from "./owner.ts";
import type { RegionName } from "./partition-records.ts";
import { watchPlaces } from "./places.ts";
import { createProposals } from "./proposals.ts";
import { createWayIn } from "./way-in.ts";

const RELAY_ID_BYTES = 8;

export interface KafkaLogParts {
  /** This region's Redis. */
  readonly place: RedisPlace;
  readonly topic: OrderTopic;
  /** Opens the second topic; what comes there is handed to the reader. */
  readonly openSignals: (read: SignalReader) => SignalTopic;
  readonly region: RegionName;
  readonly clock: Clock;
  readonly judge: Judge;
  /** Asks other regions' relays for a copy of a partition; null where none gives it. */
  readonly askCopy: (partition: number) => Promise<Bytes | null>;
  readonly report: (event: OwnerEvent) => void;
}

export interface KafkaLog extends Log {
  /** For checks, and for tests that look behind it. */
  readonly link: RedisLink;
  /** A partition for another region's relay; null where this one does not apply it. */
  copyOf(partition: number): Promise<Bytes | null>;
}

/** Connects; `isReady` says whether it is. */
export function createKafkaLog(parts: KafkaLogParts): KafkaLog {
  const { place, topic, region, clock, judge } = parts;
  const { partitions } = topic;
  const relay = randomBytes(RELAY_ID_BYTES).toString("hex");
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const proposals = createProposals(topic, clock);
  const answerChannels = new Set(
    all.map((partition) => partitionNames(partition).answersOf(relay)),
  );

  const base = createRedisLink(place, {
    item(channel, bytes) {
      if (answerChannels.has(channel)) proposals.answered(bytes);
      else served.item(channel, bytes);
    },
    back: () => served.look(),
  });
  const served = createServedRooms({ link: () => link, clock });
  const places = watchPlaces({
    link: base,
    clock,
    partitions,
    gone: (partitionsGone) =>
      served.loseWhere(({ state }) =>
        Array.from(partitionsGone, (partition) => partitionNames(partition).prefix).some((prefix) =>
          state.startsWith(prefix),
        ),
      ),
  });
  const link = linkOfLives(base, (key) => places.lifeOf(partitionOfKey(key)));
  const signals = parts.openSignals((_, bytes) => {
    const far = decodeFarNote(bytes);
    if (far === null || far.region === region) return;
    const { channel } = namesOf(far.routeId, partitions);
    served.of(channel)?.item({ kind: "note", from: far.relay, note: far.note });
  });
  const applier = startApplier({ ...parts, link: base, relay });

  served.look();
  return {
    link: base,
    copyOf: (partition) => applier.copyOf(partition),
    async serve(routeId, listener) {
      const names = namesOf(routeId, partitions);
      const partition = partitionOf(routeId, partitions);
      await Promise.all([
        base.subscribe(partitionNames(partition).answersOf(relay)),
        places.refresh(partition),
      ]);
      const noteFarther = (note: Bytes): void =>
        signals.send(partition, encodeFarNote({ region, relay, routeId, note }));
      const way = { link, names, routeId, partition, region, relay, places, proposals };
      const deps = { link, names, relayId: relay, clock, judge, listener };
      return served.serve(names, (closed) =>
        createRedisRoom({
          ...deps,
          closed,
          wayIn: (follower) => createWayIn({ ...way, noteFarther }, follower),
        }),
      );
    },
    isReady: () =>
      served.isReady() &&
      topic.isReachable() &&
      all.some((partition) => places.lifeOf(partition) !== null),
    async close() {
      served.close();
      proposals.close();
      await applier.close();
      places.close();
      await Promise.all([signals.close(), topic.close()]);
      base.close();
    },
  };
}

/**
 * The link as rooms use it: where Redis orders, a room counts only if the run of Redis wrote it that still
 * stands; here, if it is of the life of its partition that the region has.
 */
function linkOfLives(base: RedisLink, lifeOf: (key: string) => string | null): RedisLink {
  return {
    ...base,
    runIdOf: lifeOf,
    async scriptOfRun(lua, key, args) {
      const life = lifeOf(key);
      if (life === null) throw new Error("this region lacks the order");
      return base.script(lua, key, [life, ...args]);
    },
  };
}

function partitionOfKey(key: string): number {
  return Number(/\{p(\d+)\}/.exec(key)?.[1]);
}
