/**
 * One partition that is followed: hands its records over one batch at a time, each following on the last, and
 * begins anew, asking where, whenever what comes could be of another log or another place.
 */
import type { Clock } from "../../../../shared/clock.ts";
import type { LoggedRecord, Marks, PartitionReader } from "../order-topic.ts";

export interface FollowingParts {
  readonly clock: Clock;
  /** The next fetch reads from here, and what a fetch that is under way brings is dropped. */
  readonly seek: (offset: number) => void;
  /** While held, nothing of the partition is fetched. */
  readonly hold: (isHeld: boolean) => void;
  /** @throws where the broker cannot be reached. */
  readonly marks: () => Promise<Marks>;
}

export interface Following {
  /** A connection or a reading began: everything fetched and not handed over yet is of no worth. */
  renew(): void;
  /** Takes what was fetched; true: the next fetch is to go on behind it. */
  take(records: readonly LoggedRecord[]): boolean;
  /** Resolves when nothing is being handed over and nothing will be. */
  stop(): Promise<void>;
}

/** So much may wait here for a slow reader; what would be above it is fetched again later. */
const QUEUE_BYTES = 4 * 1024 * 1024;
/** Before beginning again where the reader rejected or the broker did not answer. */
const PAUSE_MS = 250;

interface Queue {
  readonly records: LoggedRecord[];
  bytes: number;
}

/** Where reading stands since it last began. */
interface Run {
  /** Offset that was asked for. */
  readonly asked: number;
  /** Offset that the next record must have; null before the first. */
  next: number | null;
  isHandedOver: boolean;
  readonly queue: Queue;
}

/** Begins at once. */
export function startFollowing(reader: PartitionReader, parts: FollowingParts): Following {
  const { clock, seek, hold, marks } = parts;
  /** Null: a beginning is due, and until then what comes is dropped. */
  let run: Run | null = null;
  let isBusy = false;
  let isStopped = false;
  let idle: () => void = () => undefined;

  function renew(): void {
    if (isStopped) return;
    run = null;
    // Not while records are being handed over: the reader's place changes meanwhile.
    if (isBusy) hold(true);
    else begin();
  }

  function begin(): void {
    const asked = Math.max(0, reader.beginAt());
    run = { asked, next: null, isHandedOver: false, queue: { records: [], bytes: 0 } };
    seek(asked);
    hold(false);
  }

  function take(records: readonly LoggedRecord[]): boolean {
    const [first] = records;
    if (run === null || isStopped || first === undefined) return false;
    if ((run.next !== null && first.offset !== run.next) || !areDense(records)) {
      renew();
      return false;
    }
    const bytes = records.reduce((sum, record) => sum + record.bytes.length, run.queue.bytes);
    if (bytes > QUEUE_BYTES && run.queue.records.length > 0) {
      renew();
      return false;
    }
    run.queue.records.push(...records);
    run.queue.bytes = bytes;
    run.next = first.offset + records.length;
    if (!isBusy) void handOver();
    return true;
  }

  async function handOver(): Promise<void> {
    isBusy = true;
    for (let own = run; own !== null && own.queue.records.length > 0; own = current(own)) {
      if (!(await handOverOne(own))) {
        if (run === own) renew();
        await new Promise<void>((resolve) => void clock.after(PAUSE_MS, resolve));
      }
    }
    isBusy = false;
    if (isStopped) idle();
    else if (run === null) begin();
  }

  /** The run that goes on; null where it ended meanwhile. */
  function current(own: Run): Run | null {
    return run === own && !isStopped ? own : null;
  }

  /** False where reading must begin anew after a pause. */
  async function handOverOne(own: Run): Promise<boolean> {
    const isBeginning = !own.isHandedOver;
    try {
      const first = own.queue.records[0]?.offset;
      if (isBeginning && first !== own.asked && !(await isElsewhere(own.asked))) return false;
      if (current(own) === null) return true;
      const records = own.queue.records.splice(0);
      own.queue.bytes = 0;
      own.isHandedOver = true;
      await reader.records(records, isBeginning);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether the log does not hold the offset asked for; else what came is a leftover of an older place. */
  async function isElsewhere(asked: number): Promise<boolean> {
    const { low, high } = await marks();
    return asked < low || asked > high;
  }

  begin();
  return {
    renew,
    take,
    stop() {
      isStopped = true;
      return isBusy ? new Promise((resolve) => (idle = resolve)) : Promise.resolve();
    },
  };
}

function areDense(records: readonly LoggedRecord[]): boolean {
  const first = records[0]?.offset ?? 0;
  return records.every(({ offset }, i) => offset === first + i);
}
