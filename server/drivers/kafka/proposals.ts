/**
 * What this relay has produced and waits for: each proposal is answered by the partition's owner once it
 * is applied, and by nothing else, since a produce result means nothing (DESIGN §2 "kafka").
 */
import type { Clock, Stop } from "../../../shared/clock.ts";
import { decodeAnswer, type Outcome } from "./answers.ts";
import type { OrderTopic } from "./order-topic.ts";
import { encodePartitionRecord, type Proposed, type Purge } from "./partition-records.ts";

/** Without an answer for so long it is produced again, the same. */
const AGAIN_MS = 3_000;
/** Without an answer for so long nothing is known of it. */
const UNKNOWN_MS = 5_000;

export interface ProposalAnswer {
  /** Null: no answer came. */
  readonly outcome: Outcome | null;
  /** It may stand in the log more than once. */
  readonly wasRepeated: boolean;
}

export interface Proposals {
  /** Produces records in this order, and resolves with their answers. @throws once it is closed. */
  propose(
    partition: number,
    records: readonly (Proposed | Purge)[],
  ): Promise<readonly ProposalAnswer[]>;
  /** Something came on this relay's channel of answers. */
  answered(bytes: Uint8Array): void;
  /** Nothing is waited for any more. */
  close(): void;
}

interface Waiting {
  readonly settle: (outcome: Outcome | null) => void;
}

/** Nothing is under way. */
export function createProposals(topic: OrderTopic, clock: Clock): Proposals {
  const waiting = new Map<string, Waiting>();
  let isClosed = false;

  function wait(partition: number, record: Proposed | Purge): Promise<ProposalAnswer> {
    return new Promise((resolve) => {
      let wasRepeated = false;
      const stops: Stop[] = [];
      const settle = (outcome: Outcome | null): void => {
        waiting.delete(record.id);
        for (const stop of stops) stop();
        resolve({ outcome, wasRepeated });
      };
      const again = (): void => {
        wasRepeated = true;
        topic.produce(partition, [encodePartitionRecord(record)]);
      };
      stops.push(
        clock.after(AGAIN_MS, again),
        clock.after(UNKNOWN_MS, () => settle(null)),
      );
      waiting.set(record.id, { settle });
    });
  }

  return {
    async propose(partition, records) {
      if (isClosed) throw new Error("the log is closed");
      const answers = records.map((record) => wait(partition, record));
      topic.produce(partition, records.map(encodePartitionRecord));
      return Promise.all(answers);
    },
    answered(bytes) {
      const answer = decodeAnswer(bytes);
      if (answer !== null) waiting.get(answer.id)?.settle(answer.outcome);
    },
    close() {
      isClosed = true;
      for (const { settle } of waiting.values()) settle(null);
    },
  };
}
