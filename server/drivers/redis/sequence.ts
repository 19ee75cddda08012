/** Puts records in order: the channel may bring them late, twice or never; what is missing is read. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { Record } from "../../../shared/protocol.ts";

export interface Arrived {
  readonly record: Record;
  /** Sealed GroupInfo beside a commit. */
  readonly groupInfo: Bytes | null;
}

export interface SequenceParts {
  /** Number of the last record taken in. */
  readonly head: () => number;
  /** Reads what is kept of `from` to `until`. @throws where it cannot be reached; it will be asked again. */
  readonly read: (from: number, until: number) => Promise<readonly Arrived[]>;
  /** Takes in the records that follow the head. */
  readonly take: (arrived: readonly Arrived[]) => void;
  /** A record that comes next is not kept any more. */
  readonly gone: () => void;
}

export interface Sequence {
  add(arrived: Arrived): void;
  /** Something stands at `number`: reads what is missing up to there. */
  fillTo(number: number): void;
  /** Nothing is taken in any more. */
  close(): void;
}

/** Read at once. */
const CHUNK = 512;
/** Kept of what came too early; beyond that it is read when its turn comes. */
const MOST_AHEAD = 2_048;

/** Follows from the head on. */
export function createSequence({ head, read, take, gone }: SequenceParts): Sequence {
  /** Records that came before those that precede them. */
  const ahead = new Map<number, Arrived>();
  /** The highest number that is known to stand. */
  let wanted = 0;
  let isReading = false;
  let isClosed = false;

  function advance(): void {
    const next: Arrived[] = [];
    for (let number = head() + 1; ; number++) {
      const arrived = ahead.get(number);
      if (arrived === undefined) break;
      ahead.delete(number);
      next.push(arrived);
    }
    if (next.length > 0) take(next);
    if (wanted > head()) void fill();
  }

  async function fill(): Promise<void> {
    if (isReading || isClosed) return;
    isReading = true;
    const from = head() + 1;
    let found: readonly Arrived[];
    try {
      found = await read(from, Math.min(wanted, from + CHUNK - 1));
    } catch {
      return;
    } finally {
      isReading = false;
    }
    if (isClosed) return;
    for (const arrived of found) {
      if (arrived.record.number > head()) ahead.set(arrived.record.number, arrived);
    }
    // The channel may have brought it while it was read.
    const isMissing = head() < from && !ahead.has(from);
    if (isMissing) gone();
    else advance();
  }

  return {
    add(arrived) {
      const { number } = arrived.record;
      if (isClosed || number <= head()) return;
      wanted = Math.max(wanted, number);
      if (ahead.size < MOST_AHEAD || number === head() + 1) ahead.set(number, arrived);
      advance();
    },
    fillTo(number) {
      wanted = Math.max(wanted, number);
      if (wanted > head()) void fill();
    },
    close() {
      isClosed = true;
      ahead.clear();
    },
  };
}
