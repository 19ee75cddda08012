/** Fields that several frames share, written and read the same way everywhere. */
import type { Bytes } from "../bytes.ts";
import {
  FILE_ID_BYTES,
  fileIdOf,
  idBytes,
  incarnationOf,
  routeIdOf,
  sessionIdOf,
  type Cursor,
  type FileId,
  type Incarnation,
  type RouteId,
  type SessionId,
} from "../ids.ts";
import { INCARNATION_BYTES, ROUTE_ID_BYTES, SESSION_ID_BYTES } from "../ids.ts";
import { BUCKETS_BYTES, MAX_MEMBER_CAP, MAX_POST_FILES } from "../limits.ts";
import { isSealedSize } from "../media.ts";
import { isPolicy, type Policy } from "../policy.ts";
import type { Refounding } from "../protocol.ts";
import { Malformed, type Reader, type Writer } from "../wire.ts";

export const EPOCH_NAME_BYTES = 16;
export const HASH_BYTES = 32;

export const readRouteId = (reader: Reader): RouteId => routeIdOf(reader.fixed(ROUTE_ID_BYTES));
export const readSession = (reader: Reader): SessionId =>
  sessionIdOf(reader.fixed(SESSION_ID_BYTES));
export const readIncarnation = (reader: Reader): Incarnation =>
  incarnationOf(reader.fixed(INCARNATION_BYTES));

/** A place in the order or a count: from 1. */
export function readPositive(reader: Reader): number {
  const value = reader.u53();
  if (value === 0) throw new Malformed("a number from 1 was expected");
  return value;
}

/** Sealed bytes: exactly one of the bucket sizes, so that a relay can tell a client's bug or a covert channel. */
export function readSealed(reader: Reader, mostBytes: number): Bytes {
  const sealed = reader.bytes(mostBytes);
  if (!BUCKETS_BYTES.includes(sealed.length)) throw new Malformed("sealed bytes of no bucket size");
  return sealed;
}

export function writeFlag(writer: Writer, flag: boolean): void {
  writer.u8(flag ? 1 : 0);
}

/** One of two bytes; any other is not canonical. */
export function readFlag(reader: Reader): boolean {
  const value = reader.u8();
  if (value > 1) throw new Malformed("a flag is 0 or 1");
  return value === 1;
}

export function writeCursor(writer: Writer, cursor: Cursor): void {
  writer.fixed(idBytes(cursor.incarnation)).u53(cursor.number);
}

export function readCursor(reader: Reader): Cursor {
  return { incarnation: readIncarnation(reader), number: readPositive(reader) };
}

export function writePolicy(writer: Writer, policy: Policy): void {
  writer.u32(policy.messageTtlMs).u16(policy.memberCap).u32(policy.graceMs).u32(policy.lifetimeMs);
}

export function readPolicy(reader: Reader): Policy {
  const policy = {
    messageTtlMs: reader.u32(),
    memberCap: reader.u16(),
    graceMs: reader.u32(),
    lifetimeMs: reader.u32(),
  };
  if (!isPolicy(policy)) throw new Malformed("a policy outside its limits");
  return policy;
}

export function writeSessions(writer: Writer, sessions: readonly SessionId[]): void {
  writer.list(sessions.toSorted(), (session) => writer.fixed(idBytes(session)));
}

/** A set of sessions: ascending, none twice, so that one set has one encoding. */
export function readSessions(reader: Reader): SessionId[] {
  const sessions = reader.list(MAX_MEMBER_CAP, () => readSession(reader));
  if (sessions.some((session, i) => i > 0 && session <= (sessions[i - 1] ?? ""))) {
    throw new Malformed("sessions out of order");
  }
  return sessions;
}

export const readFile = (reader: Reader): FileId => fileIdOf(reader.fixed(FILE_ID_BYTES));

export function writeFiles(writer: Writer, files: readonly FileId[]): void {
  writer.list(files.toSorted(), (file) => writer.fixed(idBytes(file)));
}

/** A set of files, one encoding as that of sessions. */
export function readFiles(reader: Reader): FileId[] {
  const files = reader.list(MAX_POST_FILES, () => readFile(reader));
  if (files.some((file, i) => i > 0 && file <= (files[i - 1] ?? ""))) {
    throw new Malformed("files out of order");
  }
  return files;
}

/** Sealed bytes of a whole file: chunks of one size and a last one. */
export function readSealedSize(reader: Reader): number {
  const totalBytes = reader.u53();
  if (!isSealedSize(totalBytes)) throw new Malformed("no size of a sealed file");
  return totalBytes;
}

export function writeRefounding(writer: Writer, refounding: Refounding): void {
  writer.fixed(refounding.epochName).u64(refounding.epoch).u53(refounding.reached);
  writeSessions(writer, refounding.sessions);
}

export function readRefounding(reader: Reader): Refounding {
  return {
    epochName: reader.fixed(EPOCH_NAME_BYTES),
    epoch: reader.u64(),
    reached: readPositive(reader),
    sessions: readSessions(reader),
  };
}
