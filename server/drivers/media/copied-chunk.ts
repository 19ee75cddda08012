/** A chunk on its way from one region to another: whose file it is of, how large that is, how long it lives. */
import type { Bytes } from "../../../shared/bytes.ts";
import { readSealedSize, readSession } from "../../../shared/codec/fields.ts";
import { idBytes, type SessionId } from "../../../shared/ids.ts";
import { SEALED_CHUNK_BYTES, sealedChunkBytes } from "../../../shared/media.ts";
import { decodeWhole, Writer } from "../../../shared/wire.ts";

export interface CopiedChunk {
  readonly session: SessionId;
  /** Of the whole file, sealed. */
  readonly totalBytes: number;
  /** What is left of the file's life, ms. */
  readonly leftMs: number;
  readonly chunk: Bytes;
}

/** Longer is none of these. */
export const MAX_COPIED_CHUNK_BYTES = SEALED_CHUNK_BYTES + 64;

export function encodeCopiedChunk({ session, totalBytes, leftMs, chunk }: CopiedChunk): Bytes {
  return new Writer().fixed(idBytes(session)).u53(totalBytes).u53(leftMs).bytes(chunk).done();
}

/** Null where it is not exactly one, or the chunk is not as long as the one at `index` must be. */
export function decodeCopiedChunk(bytes: Bytes, index: number): CopiedChunk | null {
  const copied = decodeWhole(bytes, (reader) => ({
    session: readSession(reader),
    totalBytes: readSealedSize(reader),
    leftMs: reader.u53(),
    chunk: reader.bytes(SEALED_CHUNK_BYTES),
  }));
  if (copied === null || copied.leftMs === 0) return null;
  return sealedChunkBytes(copied.totalBytes, index) === copied.chunk.length ? copied : null;
}
