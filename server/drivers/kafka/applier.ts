/** This relay's part in applying the partitions for its region: owners, and copies given and taken. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../../shared/clock.ts";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Judge } from "../../ports/log.ts";
import type { RedisLink } from "../redis/link.ts";
import { decodeCopy, encodeCopy } from "./copies.ts";
import { installCopy, takeCopy } from "./copying.ts";
import type { OrderTopic } from "./order-topic.ts";
import { startOwner, type OwnerEvent } from "./owner.ts";
import { createOwnership } from "./ownership.ts";
import { RECORD_ID_BYTES, recordIdOf, type RegionName } from "./partition-records.ts";

export interface ApplierParts {
  readonly topic: OrderTopic;
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly region: RegionName;
  /** This relay's id. */
  readonly relay: string;
  /** Asks another region's relays for a partition as they have it; null where none gives it. */
  readonly askCopy: (partition: number) => Promise<Bytes | null>;
  readonly report: (event: OwnerEvent) => void;
}

export interface Applier {
  /** A partition for another region; null where this relay does not apply it. @throws where Redis is away. */
  copyOf(partition: number): Promise<Bytes | null>;
  /** Gives all partitions back. */
  close(): Promise<void>;
}

/** Takes its share of the partitions from now on. */
export function startApplier(parts: ApplierParts): Applier {
  const { topic, link, judge } = parts;
  const { partitions } = topic;
  const freshId = () => recordIdOf(randomBytes(RECORD_ID_BYTES));

  async function copy(partition: number): Promise<boolean> {
    const bytes = await parts.askCopy(partition).catch(() => null);
    const taken = bytes === null ? null : decodeCopy(bytes);
    if (taken === null) return false;
    // What follows it must still be in the log.
    const { low } = await topic.marks(partition);
    if (taken.place.applied + 1 < low) return false;
    const attempt = freshId();
    return installCopy({ link, judge, partition, partitions, attempt }, taken);
  }

  const ownership = createOwnership({
    ...parts,
    partitions,
    start: (partition) => startOwner({ ...parts, partition, freshId, copy: () => copy(partition) }),
  });

  return {
    async copyOf(partition) {
      const owner = ownership.ownerOf(partition);
      if (owner === null) return null;
      const taken = await owner.between((applying) => takeCopy(link, applying));
      return taken === null ? null : encodeCopy(taken);
    },
    close: () => ownership.close(),
  };
}
