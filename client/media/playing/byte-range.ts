/** Which bytes a media element asks for (RFC 9110 §14.2), and which of them one answer holds. */

/** From the byte at `from`, to the one before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Chunks in one answer at most: an element that wants more asks again, so that no answer is open for long. */
const CHUNKS_PER_ANSWER = 4;

/**
 * The one span that a `Range` header names of a content of `sizeBytes`; null where there is no header, "unsatisfiable"
 * for what is malformed, of another unit, several ranges at once or wholly outside of the content.
 */
export function parseRange(
  header: string | null,
  sizeBytes: number,
): Span | null | "unsatisfiable" {
  if (header === null) return null;
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
  if (first === "") {
    const from = Math.max(0, sizeBytes - Number(last));
    return from < sizeBytes ? { from, to: sizeBytes } : "unsatisfiable";
  }
  const from = Number(first);
  const to = last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  return from < to ? { from, to } : "unsatisfiable";
}

/** The beginning of `asked` that one answer holds; it ends where a chunk does, so that none is read twice. */
export function firstPart({ from, to }: Span, chunkBytes: number): Span {
  const end = (Math.floor(from / chunkBytes) + CHUNKS_PER_ANSWER) * chunkBytes;
  return { from, to: Math.min(to, end) };
}

/** Indices of the chunks that `span`, which is not empty, needs. */
export function chunksIn({ from, to }: Span, chunkBytes: number): { first: number; last: number } {
  return { first: Math.floor(from / chunkBytes), last: Math.floor((to - 1) / chunkBytes) };
}

/** What of the chunk at `index` is in `span`, counted from that chunk's start. */
export function withinChunk({ from, to }: Span, chunkBytes: number, index: number): Span {
  const start = index * chunkBytes;
  return { from: Math.max(0, from - start), to: Math.min(chunkBytes, to - start) };
}

/** Bytes of the chunk at `index` of a content of `sizeBytes`. */
export function chunkLength(sizeBytes: number, chunkBytes: number, index: number): number {
  return Math.min(chunkBytes, sizeBytes - index * chunkBytes);
}
