/** Records that are kept until they expire: found by number, dropped oldest first. */
import type { Record } from "../../shared/protocol.ts";

interface Kept {
  readonly record: Record;
  readonly expiresAtMs: number;
}

export interface KeptRecords {
  /** Keeps one more; its number is above all before, and it expires no earlier than others of its lane. */
  add(record: Record, expiresAtMs: number): void;
  get(number: number): Record | null;
  /** Those above `number`, in order. */
  since(number: number): Record[];
  /** Drops what expires at `nowMs` or before. */
  expire(nowMs: number): void;
  /** When the next one expires, or null where none is kept. */
  nextExpiryMs(): number | null;
  count(): number;
  bytes(): number;
}

/** What a record weighs beside its sealed bytes, about. */
const RECORD_OVERHEAD_BYTES = 256;

function bytesOf(record: Record): number {
  return RECORD_OVERHEAD_BYTES + ("sealed" in record ? record.sealed.length : 0);
}

/** An empty keep. Commits outlive the rest, so they queue in a lane of their own: each lane expires in order. */
export function createKeptRecords(): KeptRecords {
  const lanes = { commits: new Map<number, Kept>(), others: new Map<number, Kept>() };
  let totalBytes = 0;
  let newest = 0;

  const oldestOf = (lane: Map<number, Kept>): Kept | undefined => lane.values().next().value;
  const keptLanes = () => [lanes.commits, lanes.others];

  return {
    add(record, expiresAtMs) {
      const isCommit = record.kind === "open" || record.kind === "commit";
      (isCommit ? lanes.commits : lanes.others).set(record.number, { record, expiresAtMs });
      newest = record.number;
      totalBytes += bytesOf(record);
    },
    get: (number) => (lanes.others.get(number) ?? lanes.commits.get(number))?.record ?? null,
    since(number) {
      const oldest = keptLanes().map((lane) => oldestOf(lane)?.record.number ?? newest + 1);
      const records: Record[] = [];
      for (let at = Math.max(number + 1, Math.min(...oldest)); at <= newest; at++) {
        const kept = lanes.others.get(at) ?? lanes.commits.get(at);
        if (kept !== undefined) records.push(kept.record);
      }
      return records;
    },
    expire(nowMs) {
      for (const lane of keptLanes()) {
        for (const [number, kept] of lane) {
          if (kept.expiresAtMs > nowMs) break;
          lane.delete(number);
          totalBytes -= bytesOf(kept.record);
        }
      }
    },
    nextExpiryMs() {
      const times = keptLanes().flatMap((lane) => oldestOf(lane)?.expiresAtMs ?? []);
      return times.length === 0 ? null : Math.min(...times);
    },
    count: () => lanes.commits.size + lanes.others.size,
    bytes: () => totalBytes,
  };
}
