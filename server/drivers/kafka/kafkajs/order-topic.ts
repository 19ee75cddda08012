/** The ordering topic over kafkajs: one consumer for all partitions, of which only the followed ones are fetched. */
import type { EachBatchPayload, KafkaMessage } from "kafkajs";
import type { LoggedRecord, OrderTopic } from "../order-topic.ts";
import { startConsuming } from "./consuming.ts";
import { type Following, startFollowing } from "./following.ts";
import type { KafkaLink } from "./link.ts";
import { createMarksReader } from "./marks.ts";
import { createProducing } from "./producing.ts";

export interface OrderTopicParts {
  readonly link: KafkaLink;
  readonly name: string;
  /** As `openTopics` found them. */
  readonly partitions: number;
}

/** How long a fetch waits for data: what a partition followed from now on waits at most, against idle work. */
const MAX_WAIT_MS = 20;
/** With the last request's 2.5 s, all of a record is over 5 s after `produce`. */
const TRY_FOR_MS = 2_500;

interface Followed {
  readonly following: Following;
  isHeld: boolean;
}

/** Connects in the background, and again for good: no broker need be there. */
export function createOrderTopic({ link, name, partitions }: OrderTopicParts): OrderTopic {
  const followed = new Map<number, Followed>();
  const marksReader = createMarksReader(link, name);
  const producing = createProducing({ link, topic: name, acks: -1, tryForMs: TRY_FOR_MS });

  const consuming = startConsuming({
    link,
    topic: name,
    fromBeginning: true,
    maxWaitMs: MAX_WAIT_MS,
    connecting: renewAll,
    joined() {
      fetchFollowed();
      renewAll();
    },
    batch,
  });

  function renewAll(): void {
    for (const { following } of followed.values()) following.renew();
  }

  function fetchFollowed(): void {
    const fetched = [...followed].filter(([, { isHeld }]) => !isHeld);
    consuming.fetchOnly(new Set(fetched.map(([partition]) => partition)), partitions);
  }

  function batch(payload: EachBatchPayload): void {
    const { partition, messages } = payload.batch;
    const following = followed.get(partition)?.following;
    if (following === undefined || payload.isStale()) return;
    const last = messages.at(-1)?.offset;
    if (following.take(messages.map(recordOf)) && last !== undefined) payload.resolveOffset(last);
  }

  return {
    partitions,
    produce: (partition, records) => producing.produce(partition, records),
    marks: (partition) => marksReader.marks(partition),
    follow(partition, reader) {
      if (followed.has(partition)) throw new Error(`partition ${partition} is followed already`);
      if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
        throw new RangeError(`the topic has no partition ${partition}`);
      }
      const hold = (isHeld: boolean): void => {
        const own = followed.get(partition);
        if (own === undefined || own.isHeld === isHeld) return;
        own.isHeld = isHeld;
        fetchFollowed();
      };
      const following = startFollowing(reader, {
        clock: link.clock,
        seek: (offset) => consuming.seek(partition, offset),
        hold,
        marks: () => marksReader.marks(partition),
      });
      followed.set(partition, { following, isHeld: false });
      fetchFollowed();
    },
    async unfollow(partition) {
      const own = followed.get(partition);
      if (own === undefined) return;
      followed.delete(partition);
      fetchFollowed();
      await own.following.stop();
    },
    isReachable: () => consuming.isReachable(),
    async close() {
      const all = [...followed.values()];
      followed.clear();
      await Promise.all([
        ...all.map(({ following }) => following.stop()),
        consuming.close(),
        producing.close(),
        marksReader.close(),
      ]);
    },
  };
}

function recordOf({ offset, timestamp, value }: KafkaMessage): LoggedRecord {
  return {
    offset: Number(offset),
    appendedAtMs: Number(timestamp),
    // Copied: what the library hands out is a window on the whole answer.
    bytes: new Uint8Array(value ?? []),
  };
}
