/** Cuts records into frames that stay within what one frame may hold. */
import type { Bytes } from "../../shared/bytes.ts";
import { encodeServerFrame } from "../../shared/codec/server-frames.ts";
import { MAX_BATCH } from "../../shared/limits.ts";
import type { Record } from "../../shared/protocol.ts";

/** Sealed bytes in one frame of records; a single larger record still travels alone. */
export const MAX_FRAME_SEALED_BYTES = 256 * 1024;

/** The given records in order, in as few frames as fit. */
export function recordFrames(records: readonly Record[]): Bytes[] {
  return batches(records).map((batch) => encodeServerFrame({ kind: "records", records: batch }));
}

function batches(records: readonly Record[]): Record[][] {
  const all: Record[][] = [];
  let batch: Record[] = [];
  let batchBytes = 0;
  for (const record of records) {
    const bytes = "sealed" in record ? record.sealed.length : 0;
    const isFull = batch.length === MAX_BATCH || batchBytes + bytes > MAX_FRAME_SEALED_BYTES;
    if (isFull && batch.length > 0) {
      all.push(batch);
      batch = [];
      batchBytes = 0;
    }
    batch.push(record);
    batchBytes += bytes;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}

/** Any list in pieces of at most MAX_BATCH. */
export function pieces<T>(items: readonly T[]): T[][] {
  const all: T[][] = [];
  for (let at = 0; at < items.length; at += MAX_BATCH) all.push(items.slice(at, at + MAX_BATCH));
  return all;
}
