/** What relays tell each other on a room's channel; read as strictly as a stranger's bytes. */
import { concat, parseHex, parseUtf8, utf8, type Bytes } from "../../../shared/bytes.ts";
import { decodeRecord } from "../../../shared/codec/records.ts";
import { INCARNATION_BYTES, type Incarnation, incarnationOf } from "../../../shared/ids.ts";
import { MAX_FRAME_BYTES, MAX_GROUP_INFO_BYTES } from "../../../shared/limits.ts";
import type { Record } from "../../../shared/protocol.ts";
import { decodeWhole, Malformed, type Reader } from "../../../shared/wire.ts";

export type BusItem =
  | {
      readonly kind: "record";
      readonly incarnation: Incarnation;
      readonly record: Record;
      /** Sealed GroupInfo beside a commit. */
      readonly groupInfo: Bytes | null;
    }
  | { readonly kind: "ended"; readonly incarnation: Incarnation }
  /** That life was lost, with the order that it was of (`kafka` only). */
  | { readonly kind: "lost"; readonly incarnation: Incarnation }
  | { readonly kind: "note"; readonly from: string; readonly note: Bytes };

const RECORD = 0x52; // R
const ENDED = 0x45; // E
const LOST = 0x4c; // L
const NOTE = 0x4e; // N
const RELAY_ID_CHARS = 16;
const INCARNATION_CHARS = 2 * INCARNATION_BYTES;

/** Null for what none of our scripts wrote. */
export function decodeBusItem(bytes: Uint8Array): BusItem | null {
  return decodeWhole(bytes, (reader) => {
    switch (reader.u8()) {
      case RECORD:
        return readRecordItem(reader, bytes.length);
      case ENDED:
        return { kind: "ended", incarnation: readIncarnation(reader) };
      case LOST:
        return { kind: "lost", incarnation: readIncarnation(reader) };
      case NOTE: {
        const from = readText(reader, RELAY_ID_CHARS);
        return { kind: "note", from, note: reader.fixed(bytes.length - 1 - RELAY_ID_CHARS) };
      }
      default:
        throw new Malformed("an item of unknown kind");
    }
  });
}

/** `from`: the relay's own id of 16 characters, by which it knows its own notes again. */
export function encodeNote(from: string, note: Bytes): Bytes {
  return concat(Uint8Array.of(NOTE), utf8(from), note);
}

/** A record as the scripts publish it; `groupInfo` beside a commit. */
export function encodeRecordItem(
  incarnation: Incarnation,
  record: Bytes,
  groupInfo: Bytes | null,
): Bytes {
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, record.length);
  return concat(
    Uint8Array.of(RECORD),
    utf8(incarnation),
    new Uint8Array(length.buffer),
    record,
    groupInfo ?? new Uint8Array(),
  );
}

/** That a life ended, as the scripts publish it. */
export function encodeEnded(incarnation: Incarnation): Bytes {
  return concat(Uint8Array.of(ENDED), utf8(incarnation));
}

function readRecordItem(reader: Reader, lengthBytes: number): BusItem {
  const incarnation = readIncarnation(reader);
  const recordBytes = reader.bytes(2 * MAX_FRAME_BYTES);
  const record = decodeRecord(recordBytes);
  if (record === null) throw new Malformed("a record that is none");
  const rest = lengthBytes - 1 - INCARNATION_CHARS - 4 - recordBytes.length;
  if (rest > MAX_GROUP_INFO_BYTES) throw new Malformed("a GroupInfo that is too large");
  return { kind: "record", incarnation, record, groupInfo: rest > 0 ? reader.fixed(rest) : null };
}

function readIncarnation(reader: Reader): Incarnation {
  const bytes = parseHex(readText(reader, INCARNATION_CHARS));
  if (bytes === null) throw new Malformed("an incarnation that is none");
  return incarnationOf(bytes);
}

function readText(reader: Reader, chars: number): string {
  const text = parseUtf8(reader.fixed(chars));
  if (text === null) throw new Malformed("text that is none");
  return text;
}
