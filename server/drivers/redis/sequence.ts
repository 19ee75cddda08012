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

export function createSequence({ head, read, take, gone }: SequenceParts): Sequence {
  /** Records that came before those that precede them. */
  const ahead = new Map<number, Arrived>();
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
    if (ahead.size > 0) fillTo(Math.min(...ahead.keys()) - 1);
  }

  function fillTo(number: number): void {
    if (isReading || isClosed || number <= head()) return;
    isReading = true;
    void fill(number);
  }

  async function fill(until: number): Promise<void> {
    try {
      for (const arrived of await read(head() + 1, until)) {
        if (arrived.record.number > head()) ahead.set(arrived.record.number, arrived);
      }
    } catch {
      return;
    } finally {
      isReading = false;
    }
    if (isClosed) return;
    if (head() < until && !ahead.has(head() + 1)) gone();
    else advance();
  }

  return {
    add(arrived) {
      if (isClosed || arrived.record.number <= head()) return;
      ahead.set(arrived.record.number, arrived);
      advance();
    },
    fillTo,
    close() {
      isClosed = true;
      ahead.clear();
    },
  };
}
