/**
 * Names of things, as branded lower-case hex texts: usable as map keys, never confused with each
 * other. Each is made in one place only, by its parser or by the key that it is a hash of.
 */
import { parseHex, toHex } from "./bytes.ts";

/** Hash of a room's door key (DESIGN §3): 16 bytes. A relay knows a room by nothing else. */
export type RouteId = string & { readonly __brand: "RouteId" };
/** Hash of a session's Ed25519 public key (DESIGN §4): 16 bytes. */
export type SessionId = string & { readonly __brand: "SessionId" };
/** Which life of a room's order (DESIGN §2): 8 random bytes. */
export type Incarnation = string & { readonly __brand: "Incarnation" };

/** A file that a member sends (DESIGN §6): 16 random bytes of its choice. */
export type FileId = string & { readonly __brand: "FileId" };

export const ROUTE_ID_BYTES = 16;
export const SESSION_ID_BYTES = 16;
export const INCARNATION_BYTES = 8;
export const FILE_ID_BYTES = 16;

/** A client's place in a room's order: the last record that it has processed. */
export interface Cursor {
  readonly incarnation: Incarnation;
  readonly number: number;
}

/** @throws RangeError on any other length than 16 bytes. */
export function routeIdOf(bytes: Uint8Array): RouteId {
  return hexOf(bytes, ROUTE_ID_BYTES) as RouteId;
}

/** @throws RangeError on any other length than 16 bytes. */
export function sessionIdOf(bytes: Uint8Array): SessionId {
  return hexOf(bytes, SESSION_ID_BYTES) as SessionId;
}

/** @throws RangeError on any other length than 8 bytes. */
export function incarnationOf(bytes: Uint8Array): Incarnation {
  return hexOf(bytes, INCARNATION_BYTES) as Incarnation;
}

/** @throws RangeError on any other length than 16 bytes. */
export function fileIdOf(bytes: Uint8Array): FileId {
  return hexOf(bytes, FILE_ID_BYTES) as FileId;
}

/** The bytes behind an id. */
export function idBytes(id: RouteId | SessionId | Incarnation | FileId): Uint8Array<ArrayBuffer> {
  const bytes = parseHex(id);
  if (bytes === null) throw new RangeError("not an id");
  return bytes;
}

function hexOf(bytes: Uint8Array, length: number): string {
  if (bytes.length !== length) throw new RangeError(`an id of ${length} bytes was expected`);
  return toHex(bytes);
}
