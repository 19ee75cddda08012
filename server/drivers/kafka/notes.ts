/** Notes of relays to those of other regions, on the second topic. */
import { parseUtf8, toHex, parseHex, utf8, type Bytes } from "../../../shared/bytes.ts";
import { readRouteId } from "../../../shared/codec/fields.ts";
import { idBytes, type RouteId } from "../../../shared/ids.ts";
import { decodeWhole, Malformed, Writer } from "../../../shared/wire.ts";
import { parseRegionName, RELAY_ID_BYTES, type RegionName } from "./partition-records.ts";

export interface FarNote {
  readonly region: RegionName;
  /** The relay that says it, 8 bytes in hex. */
  readonly relay: string;
  readonly routeId: RouteId;
  readonly note: Bytes;
}

const VERSION = 1;
/** Larger than any note of the room's. */
const MOST_NOTE_BYTES = 16 * 1024;

export function encodeFarNote({ region, relay, routeId, note }: FarNote): Bytes {
  return new Writer()
    .u8(VERSION)
    .bytes(utf8(region))
    .fixed(parseHex(relay) ?? new Uint8Array())
    .fixed(idBytes(routeId))
    .bytes(note)
    .done();
}

/** Null for bytes that `encodeFarNote` would not have written. */
export function decodeFarNote(bytes: Uint8Array): FarNote | null {
  return decodeWhole(bytes, (reader): FarNote => {
    if (reader.u8() !== VERSION) throw new Malformed("a version that is not ours");
    const region = parseRegionName(parseUtf8(reader.bytes(32)) ?? "");
    if (region === null) throw new Malformed("a region's name was expected");
    const relay = toHex(reader.fixed(RELAY_ID_BYTES));
    return { region, relay, routeId: readRouteId(reader), note: reader.bytes(MOST_NOTE_BYTES) };
  });
}
