/**
 * How a file lies at the relays (DESIGN §6): sealed chunks of one size but for the last, each had on its
 * own over HTTP. Its sealed size alone says how many chunks there are and how long each is.
 */
import { parseHex, toHex, type Bytes } from "./bytes.ts";
import type { FileId, RouteId } from "./ids.ts";
import { CHUNK_BYTES, CHUNK_SEAL_BYTES, MAX_FILE_CHUNKS, MAX_GRANT_BYTES } from "./limits.ts";

/** Every chunk but the last is exactly so long when sealed. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + CHUNK_SEAL_BYTES;

/** Why no grant is given; asked before anything is sent. */
export const GRANT_REFUSALS = [
  "off",
  "too-large",
  "member-quota",
  "room-quota",
  "relay-quota",
  "taken",
  "rate",
  "unavailable",
] as const;
export type GrantRefusal = (typeof GRANT_REFUSALS)[number];

/** Why a request for a chunk fails: the whole body of the answer. Statuses are in PROTOCOL.md [M6]. */
export const CHUNK_FAULTS = [
  "not-granted",
  "no-room",
  "no-file",
  "no-chunk",
  "differs",
  "size",
  "rate",
  "full",
  "unavailable",
] as const;
export type ChunkFault = (typeof CHUNK_FAULTS)[number];

/** True for a size that sealed chunks add up to: a last chunk holds at least one byte. */
export function isSealedSize(totalBytes: number): boolean {
  if (!Number.isSafeInteger(totalBytes) || totalBytes <= 0) return false;
  const last = totalBytes % SEALED_CHUNK_BYTES;
  return chunkCount(totalBytes) <= MAX_FILE_CHUNKS && (last === 0 || last > CHUNK_SEAL_BYTES);
}

/** Number of chunks of a file of so many sealed bytes. */
export function chunkCount(totalBytes: number): number {
  return Math.ceil(totalBytes / SEALED_CHUNK_BYTES);
}

/** Sealed bytes of the chunk at `index`, from 0; null where the file has none there. */
export function sealedChunkBytes(totalBytes: number, index: number): number | null {
  const last = chunkCount(totalBytes) - 1;
  if (!Number.isInteger(index) || index < 0 || index > last) return null;
  return index < last ? SEALED_CHUNK_BYTES : totalBytes - last * SEALED_CHUNK_BYTES;
}

/** Path of a file at a relay: DELETE goes there. */
export function filePath(routeId: RouteId, file: FileId): string {
  return `/media/${routeId}/${file}`;
}

/** Path of a chunk at a relay: PUT and GET go there. */
export function chunkPath(routeId: RouteId, file: FileId, index: number): string {
  return `${filePath(routeId, file)}/${index}`;
}

/** What the `Authorization` header of each request says. */
export function authorizationOf(grant: Uint8Array): string {
  return `Bearer ${toHex(grant)}`;
}

/** The grant of an `Authorization` header; null where it holds none. */
export function parseAuthorization(header: string): Bytes | null {
  if (!header.startsWith("Bearer ") || header.length > 7 + 2 * MAX_GRANT_BYTES) return null;
  const grant = parseHex(header.slice(7));
  return grant === null || grant.length === 0 ? null : grant;
}
