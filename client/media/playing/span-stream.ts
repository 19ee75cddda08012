/** A span of a content as a stream: read no further ahead than it is taken, and not at all when it is let go. */
import type { Bytes } from "../../../shared/bytes.ts";
import { chunkLength, chunksIn, withinChunk, type Span } from "./byte-range.ts";
import type { RemoteContent } from "./play-line.ts";

/** Chunks asked for at once, so that their way does not add up. */
const AHEAD = 2;

/**
 * The bytes of `span`, which is not empty. Nothing is read before it is pulled; a chunk that cannot be had, or is not
 * of its length, is an error of the stream. `content` is closed when the stream is over, however that comes.
 */
export function streamSpan(content: RemoteContent, span: Span): ReadableStream<Bytes> {
  const { sizeBytes, chunkBytes } = content.facts;
  const { first, last } = chunksIn(span, chunkBytes);
  const asked: Promise<Bytes | null>[] = [];
  let index = first;

  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        while (asked.length < AHEAD && index + asked.length <= last)
          asked.push(content.read(index + asked.length));
        const bytes = await asked.shift();
        if (bytes?.length !== chunkLength(sizeBytes, chunkBytes, index)) {
          content.close();
          return controller.error(new Error("a chunk could not be had"));
        }
        const { from, to } = withinChunk(span, chunkBytes, index);
        controller.enqueue(bytes.subarray(from, to));
        if (index++ < last) return;
        content.close();
        controller.close();
      },
      cancel: () => content.close(),
    },
    { highWaterMark: 0 },
  );
}
