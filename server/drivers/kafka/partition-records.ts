/**
 * What stands in a partition of the ordering topic (DESIGN §2 "kafka"), and how it is written there. A
 * border: whoever may write to the topic may have written anything.
 */
import { parseHex, parseUtf8, toHex, utf8, type Bytes } from "../../../shared/bytes.ts";
import { readFlag, readIncarnation, readRouteId, writeFlag } from "../../../shared/codec/fields.ts";
import { readProposal, writeProposal } from "../../../shared/codec/records.ts";
import { idBytes, type Incarnation, type RouteId } from "../../../shared/ids.ts";
import { MAX_GROUP_INFO_BYTES } from "../../../shared/limits.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../../../shared/wire.ts";
import type { Candidate } from "../../ports/log.ts";

/** Names one produced record, 16 random bytes in hex; a copy of it that the log holds twice has the same. */
export type RecordId = string & { readonly __brand: "RecordId" };
/** Which life of a partition: the id of the reset that began it. */
export type LifeId = RecordId;
/** A region's name, 1 to 32 characters of a-z, 0-9 and "-". */
export type RegionName = string & { readonly __brand: "RegionName" };

export const RECORD_ID_BYTES = 16;
export const RELAY_ID_BYTES = 8;

/** Says every second whether that region has the partition. */
export interface Heartbeat {
  readonly kind: "heartbeat";
  readonly id: RecordId;
  readonly region: RegionName;
  readonly has: boolean;
}

/** Begins a new life of the partition, without rooms, if its region had read up to where it was needed. */
export interface Reset {
  readonly kind: "reset";
  readonly id: RecordId;
  readonly region: RegionName;
  /** Offset of the last record that its region had read; -1: none. */
  readonly readUpTo: number;
}

/** Who waits for the answer, and about which room. */
interface Asking {
  readonly id: RecordId;
  readonly region: RegionName;
  /** The relay, 8 bytes in hex. */
  readonly relay: string;
  readonly routeId: RouteId;
}

/** The region that a leave is proposed for, silent since this heartbeat (its offset; -1: none was seen). */
export interface Silence {
  readonly region: RegionName;
  readonly heartbeat: number;
}

/** What a proposal is meant for: a room's incarnation; an `open` names the partition's life. */
export type MeantFor = { readonly incarnation: Incarnation } | { readonly life: LifeId };

export interface Proposed extends Asking {
  readonly kind: "proposal";
  readonly of: MeantFor;
  readonly candidate: Candidate;
  /** Of a leave for a session of another region; void if a newer heartbeat of that one stands before it. */
  readonly silence: Silence | null;
}

/** Ends a room for good: its lifetime is over. */
export interface Purge extends Asking {
  readonly kind: "purge";
  readonly incarnation: Incarnation;
}

export type PartitionRecord = Heartbeat | Reset | Proposed | Purge;

const VERSION = 1;
const KIND_BYTE = { heartbeat: 1, reset: 2, proposal: 3, purge: 4 } as const;
const REGION_PATTERN = /^[a-z0-9-]{1,32}$/;

/** The name, or null for a text that is none. */
export function parseRegionName(text: string): RegionName | null {
  return REGION_PATTERN.test(text) ? (text as RegionName) : null;
}

/** @throws RangeError on any other length than 16 bytes. */
export function recordIdOf(bytes: Uint8Array): RecordId {
  if (bytes.length !== RECORD_ID_BYTES) throw new RangeError("an id of 16 bytes was expected");
  return toHex(bytes) as RecordId;
}

/** The id that a text of 32 hex digits is, or null. */
export function parseRecordId(text: string): RecordId | null {
  const bytes = parseHex(text);
  return bytes?.length === RECORD_ID_BYTES ? recordIdOf(bytes) : null;
}

/** Bytes of a record, at most some 110 KiB. */
export function encodePartitionRecord(record: PartitionRecord): Bytes {
  const writer = new Writer().u8(VERSION).u8(KIND_BYTE[record.kind]).fixed(hexBytes(record.id));
  writeRegion(writer, record.region);
  switch (record.kind) {
    case "heartbeat":
      writeFlag(writer, record.has);
      break;
    case "reset":
      writeOffset(writer, record.readUpTo);
      break;
    case "proposal":
      writer.fixed(hexBytes(record.relay)).fixed(idBytes(record.routeId));
      writeMeantFor(writer, record.of);
      writeProposal(writer, record.candidate.proposal);
      writer.bytes(record.candidate.groupInfo ?? new Uint8Array());
      writeFlag(writer, record.silence !== null);
      if (record.silence !== null) {
        writeRegion(writer, record.silence.region);
        writeOffset(writer, record.silence.heartbeat);
      }
      break;
    case "purge":
      writer.fixed(hexBytes(record.relay)).fixed(idBytes(record.routeId));
      writer.fixed(idBytes(record.incarnation));
  }
  return writer.done();
}

/** Null for bytes that `encodePartitionRecord` would not have written. */
export function decodePartitionRecord(bytes: Uint8Array): PartitionRecord | null {
  return decodeWhole(bytes, (reader): PartitionRecord => {
    if (reader.u8() !== VERSION) throw new Malformed("a version that is not ours");
    const kind = reader.u8();
    const named = { id: readId(reader), region: readRegion(reader) };
    switch (kind) {
      case KIND_BYTE.heartbeat:
        return { kind: "heartbeat", ...named, has: readFlag(reader) };
      case KIND_BYTE.reset:
        return { kind: "reset", ...named, readUpTo: readOffset(reader) };
      case KIND_BYTE.proposal:
        return readProposed(reader, { ...named, ...readAsking(reader) });
      case KIND_BYTE.purge:
        return {
          kind: "purge",
          ...named,
          ...readAsking(reader),
          incarnation: readIncarnation(reader),
        };
      default:
        throw new Malformed("a partition's record of unknown kind");
    }
  });
}

/** Stands for a record that is not of ours. */
const NO_ID = recordIdOf(new Uint8Array(RECORD_ID_BYTES));

/** The id of a record as it stands in the log; the same one for all that are not of ours. */
export function idOf(bytes: Uint8Array): RecordId {
  return decodePartitionRecord(bytes)?.id ?? NO_ID;
}

function readProposed(reader: Reader, asking: Asking): Proposed {
  const of: MeantFor = readFlag(reader)
    ? { life: readId(reader) }
    : { incarnation: readIncarnation(reader) };
  const proposal = readProposal(reader);
  const info = reader.bytes(MAX_GROUP_INFO_BYTES);
  const silence = readFlag(reader)
    ? { region: readRegion(reader), heartbeat: readOffset(reader) }
    : null;
  if ((proposal.kind === "open") !== "life" in of) throw new Malformed("an open names the life");
  // An `open` carries its own.
  if ((proposal.kind === "commit") !== info.length > 0) throw new Malformed("a stray GroupInfo");
  if (silence !== null && proposal.kind !== "leave") throw new Malformed("a stray silence");
  const groupInfo = info.length > 0 ? info : null;
  return { kind: "proposal", ...asking, of, candidate: { proposal, groupInfo }, silence };
}

function readAsking(reader: Reader): { readonly relay: string; readonly routeId: RouteId } {
  return { relay: toHex(reader.fixed(RELAY_ID_BYTES)), routeId: readRouteId(reader) };
}

function writeMeantFor(writer: Writer, of: MeantFor): void {
  writeFlag(writer, "life" in of);
  writer.fixed("life" in of ? hexBytes(of.life) : idBytes(of.incarnation));
}

/** From -1, "none". */
function writeOffset(writer: Writer, offset: number): void {
  writer.u53(offset + 1);
}

function readOffset(reader: Reader): number {
  return reader.u53() - 1;
}

function writeRegion(writer: Writer, region: RegionName): void {
  writer.bytes(utf8(region));
}

function readRegion(reader: Reader): RegionName {
  const region = parseRegionName(parseUtf8(reader.bytes(32)) ?? "");
  if (region === null) throw new Malformed("a region's name was expected");
  return region;
}

function readId(reader: Reader): RecordId {
  return recordIdOf(reader.fixed(RECORD_ID_BYTES));
}

function hexBytes(hex: string): Bytes {
  const bytes = parseHex(hex);
  if (bytes === null) throw new RangeError("not an id");
  return bytes;
}
