/**
 * What a region does that lacks a partition: it asks the others for a copy, watches what is said in the
 * log, and where nobody has the partition begins a new life of it, in order (DESIGN §2).
 */
import type { Clock } from "../../../shared/clock.ts";
import type { LoggedRecord, OrderTopic, PartitionReader } from "./order-topic.ts";
import {
  decodePartitionRecord,
  encodePartitionRecord,
  type RecordId,
  type RegionName,
  type Reset,
} from "./partition-records.ts";
import type { Pausing } from "./pausing.ts";
import type { Place } from "./place.ts";

/** Without a heartbeat of a region that has it for so long, nobody has it. */
const NOBODY_MS = 5_000;
/** The others are asked this often. */
const ASK_MS = 500;

export interface LackingParts {
  readonly topic: OrderTopic;
  readonly clock: Clock;
  readonly region: RegionName;
  readonly partition: number;
  readonly freshId: () => RecordId;
  /** Asks another region for a copy and installs it; true once it is installed. */
  readonly copy: () => Promise<boolean>;
  /** Begins at a reset: true where the region has the partition then. @throws where Redis is away. */
  readonly adopt: (place: Place) => Promise<boolean>;
  readonly pausing: Pausing;
  readonly isOver: () => boolean;
}

/** Resolves once the region has the partition, or this relay has not to see to it any more. */
export async function obtainPartition(parts: LackingParts): Promise<void> {
  const { topic, clock, partition } = parts;
  const marks = await topic.marks(partition);
  // A log that still begins at its beginning is read whole: so any reset in it may be begun at.
  const scan = createScan(marks.low === 0 ? 0 : marks.high, parts);
  let lastResetMs = Number.NEGATIVE_INFINITY;
  topic.follow(partition, scan.reader);
  try {
    while (!scan.hasPartition() && !parts.isOver()) {
      if (await Promise.race([parts.copy(), parts.pausing.over])) return;
      const { high } = await topic.marks(partition);
      const isFirst = scan.hasSeenAll(high) && !scan.hasSeenReset();
      const isAlone = clock.now() - scan.heardMs() > NOBODY_MS;
      if ((isFirst || isAlone) && clock.now() - lastResetMs > NOBODY_MS) {
        lastResetMs = clock.now();
        const { region, freshId } = parts;
        const reset: Reset = {
          kind: "reset",
          id: freshId(),
          region,
          readUpTo: scan.position() - 1,
        };
        topic.produce(partition, [encodePartitionRecord(reset)]);
      }
      if (!scan.hasPartition()) await Promise.race([parts.pausing.pause(ASK_MS), scan.obtained]);
    }
  } finally {
    await topic.unfollow(partition);
  }
}

function createScan(from: number, { clock, region, adopt }: LackingParts) {
  /** Offset of the first record that was read without a break up to `at`. */
  let first = from;
  let at = from;
  let resets: number[] = [];
  let heardMs = clock.now();
  let hasPartition = false;
  let tellObtained: () => void = () => undefined;
  const obtained = new Promise<void>((resolve) => (tellObtained = resolve));

  function isValid({ readUpTo }: Reset, offset: number): boolean {
    return readUpTo < offset && !resets.some((other) => other > readUpTo);
  }

  async function read({ offset, appendedAtMs, bytes }: LoggedRecord): Promise<boolean> {
    at = offset + 1;
    const record = decodePartitionRecord(bytes);
    if (record?.kind === "heartbeat" && record.has && record.region !== region) {
      heardMs = clock.now();
    }
    if (record?.kind !== "reset") return false;
    const canAdopt = record.readUpTo + 1 >= first && isValid(record, offset);
    resets.push(offset);
    if (!canAdopt) return false;
    return adopt({
      life: record.id,
      applied: offset,
      appliedId: record.id,
      resetAt: offset,
      timeMs: appendedAtMs,
      heartbeats: new Map(),
      step: 0,
      silent: new Map(),
    });
  }

  const reader: PartitionReader = {
    beginAt: () => at,
    async records(records, isBeginning) {
      for (const [i, record] of records.entries()) {
        if (hasPartition) return;
        if (record.offset !== at || (isBeginning && i === 0)) {
          // Something was missed, or this may be another log by now: read without a break from here on.
          first = record.offset;
          resets = [];
        }
        hasPartition = await read(record);
        if (hasPartition) tellObtained();
      }
    },
  };

  return {
    position: () => at,
    heardMs: () => heardMs,
    hasSeenReset: () => resets.length > 0,
    /** True where everything that the log ever held, up to its high mark, was read. */
    hasSeenAll: (high: number) => first === 0 && at >= high,
    hasPartition: () => hasPartition,
    /** Resolves once it has. */
    obtained,
    reader,
  };
}
