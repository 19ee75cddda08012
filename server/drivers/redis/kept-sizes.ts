/** How many bytes a room keeps, as a sum over entries that expire; a bare counter would drift (DESIGN §2). */
export interface KeptSizes {
  /** It expires no earlier than those added before it. */
  add(bytes: number, expiresAtMs: number): void;
  bytes(nowMs: number): number;
}

interface Entry {
  readonly bytes: number;
  readonly expiresAtMs: number;
}

/** What a record weighs beside its sealed bytes, about. */
const OVERHEAD_BYTES = 256;

/** Nothing kept. */
export function createKeptSizes(): KeptSizes {
  let entries: Entry[] = [];
  let first = 0;
  let total = 0;
  return {
    add(bytes, expiresAtMs) {
      entries.push({ bytes: bytes + OVERHEAD_BYTES, expiresAtMs });
      total += bytes + OVERHEAD_BYTES;
    },
    bytes(nowMs) {
      for (let entry = entries[first]; entry !== undefined && entry.expiresAtMs <= nowMs;) {
        total -= entry.bytes;
        first += 1;
        entry = entries[first];
      }
      if (first > 1_024) {
        entries = entries.slice(first);
        first = 0;
      }
      return total;
    },
  };
}
