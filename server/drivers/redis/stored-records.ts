/** The records of one life, as Redis keeps them: one key each, read and deleted many at a time. */
import type { Bytes } from "../../../shared/bytes.ts";
import { decodeRecord } from "../../../shared/codec/records.ts";
import type { Incarnation } from "../../../shared/ids.ts";
import type { Record } from "../../../shared/protocol.ts";
import { groupInfoKey, recordKey, type RoomNames } from "./keys.ts";
import type { RedisLink } from "./link.ts";
import { SIZES } from "./scripts.ts";

/** Keys in one command. */
const CHUNK = 512;

export interface KeptSize {
  readonly bytes: number;
  readonly leftMs: number;
}

export interface StoredRecords {
  /** Those of `from` to `until` that are still there, in order. @throws where Redis is away. */
  read(from: number, until: number): Promise<Record[]>;
  /** The sealed GroupInfo of the newest commit; null while that is the `open`. */
  groupInfo(): Promise<Bytes | null>;
  /** Size and time left of what is kept up to `head`, newest first, as far back as records are dense. */
  sizes(head: number): Promise<KeptSize[]>;
  /** Deletes 1 to `head`; what is not reached goes by its own TTL. */
  drop(head: number): Promise<void>;
  /** Has what a joiner needs live for `keepMs` at least. */
  renew(last: number, keepMs: number): Promise<void>;
}

/** What is stored of that life. */
export function storedRecords(
  link: RedisLink,
  names: RoomNames,
  incarnation: Incarnation,
): StoredRecords {
  const keysOf = (from: number, until: number): string[] =>
    Array.from({ length: until - from + 1 }, (_, i) => recordKey(names, incarnation, from + i));

  async function readChunk(from: number, until: number): Promise<Record[]> {
    const [first = "", ...rest] = keysOf(from, until);
    const values = await link.command("MGET", first, ...rest);
    if (!Array.isArray(values)) return [];
    return (values as unknown[]).flatMap((value, i) => {
      const record = value instanceof Uint8Array ? decodeRecord(value) : null;
      return record?.number === from + i ? record : [];
    });
  }

  return {
    async read(from, until) {
      const records: Record[] = [];
      for (let at = from; at <= until; at += CHUNK) {
        records.push(...(await readChunk(at, Math.min(at + CHUNK - 1, until))));
      }
      return records;
    },
    async groupInfo() {
      const info = await link.command("GET", groupInfoKey(names, incarnation));
      return info instanceof Uint8Array ? new Uint8Array(info) : null;
    },
    async sizes(head) {
      const kept: KeptSize[] = [];
      const prefix = recordKey(names, incarnation, "");
      for (let until = head; until > 0; until -= CHUNK) {
        const from = Math.max(until - CHUNK + 1, 1);
        const found = parseSizes(await link.scriptOfRun(SIZES, names.state, [prefix, from, until]));
        kept.push(...found);
        if (found.length === 0) break;
      }
      return kept;
    },
    async drop(head) {
      for (let until = head; until > 0; until -= CHUNK) {
        const [first = "", ...rest] = keysOf(Math.max(until - CHUNK + 1, 1), until);
        await link.command("UNLINK", first, ...rest).catch(() => undefined);
      }
    },
    async renew(last, keepMs) {
      await Promise.all([
        link.command("PEXPIRE", names.state, keepMs),
        link.command("PEXPIRE", groupInfoKey(names, incarnation), keepMs),
        // It may have longer to live as a record.
        link.command("PEXPIRE", recordKey(names, incarnation, last), keepMs, "GT"),
      ]);
    },
  };
}

function parseSizes(reply: unknown): KeptSize[] {
  const numbers = Array.isArray(reply) ? (reply as unknown[]).map(Number) : [];
  const kept: KeptSize[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const [bytes = 0, leftMs = 0] = numbers.slice(i, i + 2);
    if (bytes > 0 && leftMs > 0) kept.push({ bytes, leftMs });
  }
  return kept;
}
