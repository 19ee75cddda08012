/**
 * Whether a film can be handed to a browser piece by piece from its start on (Media Source Extensions), and what it must be called
 * then. Read from words at the start of a file: a hint, which the decoder checks.
 */

/** Words that a WebM file has for its tracks' codecs, and what browsers call them. */
const WEBM_CODECS = [
  ["V_VP8", "vp8"],
  ["V_VP9", "vp9"],
  ["V_AV1", "av01.0.08M.08"],
  ["A_OPUS", "opus"],
  ["A_VORBIS", "vorbis"],
] as const;

/** The full type of what begins with `head`, codecs included; null where it is not made of pieces, or of unknown ones. */
export function pieceType(mime: string, head: Uint8Array): string | null {
  const text = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  const codecs = mime === "video/webm" ? webmCodecs(text) : mp4Codecs(text, head);
  return codecs.length === 0 ? null : `${mime}; codecs="${codecs.join(", ")}"`;
}

/** More than any file says of its tracks before its first piece. */
const HEAD_BYTES = 16_384;

function webmCodecs(text: string): readonly string[] {
  return WEBM_CODECS.filter(([word]) => text.includes(word)).map(([, codec]) => codec);
}

function mp4Codecs(text: string, head: Uint8Array): readonly string[] {
  // Only files in pieces have this box in their head; in others the samples lie anywhere.
  if (!text.includes("mvex")) return [];
  const avc = text.indexOf("avcC");
  const isOther = /hvcC|vpcC|av1C/.test(text);
  if (isOther) return [];
  const codecs: string[] = [];
  // Profile, constraints and level follow the version (ISO/IEC 14496-15, 5.3.3.1).
  if (avc > 0) codecs.push(`avc1.${hexOf(head.subarray(avc + 5, avc + 8))}`);
  if (text.includes("mp4a")) codecs.push("mp4a.40.2");
  if (text.includes("Opus")) codecs.push("opus");
  return codecs;
}

const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
