/** The records of one life, as Redis keeps them: one key each, read and deleted many at a time. */
import type { Bytes } from "../../../shared/bytes.ts";
import { decodeRecord } from "../../../shared/codec/records.ts";
import type { Incarnation } from "../../../shared/ids.ts";
import type { Record } from "../../../shared/protocol.ts";
import { groupInfoKey, recordKey, type RoomNames } from "./keys.ts";
import type { RedisLink } from "./link.ts";

/** Keys in one command. */
const CHUNK = 512;

export interface StoredRecords {
  /** Those of `from` to `until` that are still there, in order. @throws where Redis is away. */
  read(from: number, until: number): Promise<Record[]>;
  /** The sealed GroupInfo of the newest commit; null while that is the `open`. */
  groupInfo(): Promise<Bytes | null>;
  /** Deletes 1 to `head`; what is not reached goes by its own TTL. */
  drop(head: number): Promise<void>;
  /** Has what a joiner needs live for `keepMs` at least. */
  renew(last: number, keepMs: number): Promise<void>;
}

export function storedRecords(
  link: RedisLink,
  names: RoomNames,
  incarnation: Incarnation,
): StoredRecords {
  const keysOf = (from: number, until: number): string[] =>
    Array.from({ length: until - from + 1 }, (_, i) => recordKey(names, incarnation, from + i));

  return {
    async read(from, until) {
      const records: Record[] = [];
      for (let at = from; at <= until; at += CHUNK) {
        const [first = "", ...rest] = keysOf(at, Math.min(at + CHUNK - 1, until));
        const values = await link.command("MGET", first, ...rest);
        for (const value of Array.isArray(values) ? (values as unknown[]) : []) {
          const record = value instanceof Uint8Array ? decodeRecord(value) : null;
          if (record !== null) records.push(record);
        }
      }
      return records;
    },
    async groupInfo() {
      const info = await link.command("GET", groupInfoKey(names, incarnation));
      return info instanceof Uint8Array ? new Uint8Array(info) : null;
    },
    async drop(head) {
      for (let until = head; until > 0; until -= CHUNK) {
        const [first = "", ...rest] = keysOf(Math.max(until - CHUNK + 1, 1), until);
        await link.command("UNLINK", first, ...rest).catch(() => undefined);
      }
    },
    async renew(last, keepMs) {
      const keys = [
        names.state,
        groupInfoKey(names, incarnation),
        recordKey(names, incarnation, last),
      ];
      await Promise.all(keys.map((key) => link.command("PEXPIRE", key, keepMs, "GT")));
    },
  };
}
