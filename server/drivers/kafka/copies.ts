/** A partition as one region has it, as bytes for another: its place, and its rooms as of that place. */
import { parseUtf8, utf8, type Bytes } from "../../../shared/bytes.ts";
import { readRouteId } from "../../../shared/codec/fields.ts";
import { decodeRecord } from "../../../shared/codec/records.ts";
import { idBytes, type RouteId } from "../../../shared/ids.ts";
import { MAX_FRAME_BYTES, MAX_GROUP_INFO_BYTES } from "../../../shared/limits.ts";
import type { Record } from "../../../shared/protocol.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../../../shared/wire.ts";
import { parsePlace, placeFields, type Place } from "./place.ts";

export interface RoomCopy {
  readonly routeId: RouteId;
  /** Fields and values of its state, in pairs, as Redis holds them. */
  readonly state: readonly string[];
  /** Sealed GroupInfo of the newest commit; null where the `open` is the newest. */
  readonly groupInfo: Bytes | null;
  /** What is kept of its records, the newest commit record among them; ascending. */
  readonly records: readonly { readonly record: Record; readonly bytes: Bytes }[];
}

export interface PartitionCopy {
  readonly place: Place;
  readonly rooms: readonly RoomCopy[];
}

/** Largest copy; older records are left out of a larger one, and are gaps to whoever asks for them there. */
export const MAX_COPY_BYTES = 64 * 1024 * 1024;

const VERSION = 1;
const MOST_TEXT_BYTES = 200;

export function encodeCopy({ place, rooms }: PartitionCopy): Bytes {
  const writer = new Writer().u8(VERSION);
  writeTexts(writer, placeFields(place));
  writer.u32(rooms.length);
  for (const { routeId, state, groupInfo, records } of rooms) {
    writer.fixed(idBytes(routeId));
    writeTexts(writer, state);
    writer.bytes(groupInfo ?? new Uint8Array());
    writer.u32(records.length);
    for (const { bytes } of records) writer.bytes(bytes);
  }
  return writer.done();
}

/** Null for bytes that `encodeCopy` would not have written. */
export function decodeCopy(bytes: Uint8Array): PartitionCopy | null {
  return decodeWhole(bytes, (reader): PartitionCopy => {
    if (reader.u8() !== VERSION) throw new Malformed("a version that is not ours");
    const place = parsePlace(readTexts(reader).map((text) => Buffer.from(text)));
    if (place === null || place === undefined) throw new Malformed("a place that is none");
    return { place, rooms: readList(reader, () => readRoom(reader)) };
  });
}

function readRoom(reader: Reader): RoomCopy {
  const routeId = readRouteId(reader);
  const state = readTexts(reader);
  const info = reader.bytes(MAX_GROUP_INFO_BYTES);
  const records = readList(reader, () => {
    const bytes = reader.bytes(2 * MAX_FRAME_BYTES);
    const record = decodeRecord(bytes);
    if (record === null) throw new Malformed("a record that is none");
    return { record, bytes };
  });
  if (state.length % 2 !== 0) throw new Malformed("a field without a value");
  return { routeId, state, groupInfo: info.length > 0 ? info : null, records };
}

/** A list of any length that the bytes suffice for. */
function readList<T>(reader: Reader, read: () => T): T[] {
  const items: T[] = [];
  for (let count = reader.u32(); count > 0; count--) items.push(read());
  return items;
}

function writeTexts(writer: Writer, texts: readonly string[]): void {
  writer.u32(texts.length);
  for (const text of texts) writer.bytes(utf8(text));
}

function readTexts(reader: Reader): string[] {
  return readList(reader, () => {
    const text = parseUtf8(reader.bytes(MOST_TEXT_BYTES));
    if (text === null) throw new Malformed("a text that is none");
    return text;
  });
}
