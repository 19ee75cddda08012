/** What a media element gets for its request: part of a content, and nothing that a browser could take for a page. */
import { firstPart, parseRange } from "./byte-range.ts";
import type { RemoteContent } from "./play-line.ts";
import { streamSpan } from "./span-stream.ts";

/** Those of films and sound in kinds.ts, and no others, whatever a page says. */
export const PLAYED_MIMES = [
  "video/mp4",
  "video/quicktime",
  "video/webm",
  "audio/mpeg",
  "audio/mp4",
  "audio/ogg",
  "audio/wav",
  "audio/flac",
];

/** Of every answer: kept nowhere, and without any power where it is opened by itself. */
const ALWAYS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; sandbox",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

/** The answer to who asks for `range` of `content`; null is what is not there, or not any more. */
export function answerPlay(range: string | null, content: RemoteContent | null): Response {
  if (content === null) return new Response(null, { status: 404, headers: ALWAYS });
  const { sizeBytes, mime, chunkBytes } = content.facts;
  const asked = parseRange(range, sizeBytes);
  if (asked === "unsatisfiable" || sizeBytes === 0 || !PLAYED_MIMES.includes(mime)) {
    content.close();
    const isRange = asked === "unsatisfiable";
    const extra = isRange ? { "Content-Range": `bytes */${sizeBytes}` } : {};
    return new Response(null, { status: isRange ? 416 : 404, headers: { ...ALWAYS, ...extra } });
  }
  const span = asked === null ? { from: 0, to: sizeBytes } : firstPart(asked, chunkBytes);
  const headers = new Headers({
    ...ALWAYS,
    "Accept-Ranges": "bytes",
    "Content-Type": mime,
    "Content-Length": String(span.to - span.from),
  });
  if (asked !== null)
    headers.set("Content-Range", `bytes ${span.from}-${span.to - 1}/${sizeBytes}`);
  return new Response(streamSpan(content, span), { status: asked === null ? 200 : 206, headers });
}
