/**
 * Nicknames are strangers' text: a name may not reorder its surroundings, hide in plain sight, or
 * tower over its line (HOSTILE list 45, 49). Pure; the same for one's own name and for others'.
 */
import { utf8 } from "../../shared/bytes.ts";
import { MAX_NICKNAME_BYTES } from "../../shared/limits.ts";

/** Longest nickname as a person counts: user-perceived characters (UAX #29). */
export const MAX_NICKNAME_GRAPHEMES = 32;
/** Shown where nothing of a stranger's name can be. */
export const NAMELESS = "?";

/** Vietnamese, Hebrew and Thai need up to three on one letter; more only builds towers. */
const MAX_MARKS = 4;
const TOWERS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, "gu");

const PICTURE = "\\p{Extended_Pictographic}";
const PICTURE_END = `${PICTURE}[\\uFE0F\\u{1F3FB}-\\u{1F3FF}]?`;
/** Scripts whose spelling needs the two joiners. */
const JOINING = `[${[
  "Arab",
  "Beng",
  "Deva",
  "Gujr",
  "Guru",
  "Knda",
  "Mlym",
  "Orya",
  "Sinh",
  "Syrc",
  "Taml",
  "Telu",
]
  .map((script) => `\\p{Script=${script}}`)
  .join("")}]`;

/** Controls, bidi controls, invisible and unassigned characters, halves of surrogate pairs. */
const UNWANTED = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** The few invisible characters that have honest work to do, where they do it. */
const WANTED = [
  `(?<=${PICTURE})\\uFE0F`,
  `(?<=${PICTURE_END})\\u200D(?=${PICTURE})`,
  `(?<=${JOINING}\\p{M}?)[\\u200C\\u200D](?=${JOINING})`,
].join("|");
const UNWANTED_OR_WANTED = new RegExp(`(${WANTED})|${UNWANTED.source}`, "gu");

/**
 * The name as it may be used: NFC, single spaces, nothing invisible or reordering, at most four
 * combining marks in a row. Null for a name with nothing to see, of more than 48 bytes of UTF-8 or
 * of more than 32 graphemes: never cut, since people should choose their own short form.
 */
export function cleanNickname(text: string): string | null {
  const name = stripped(text);
  if (!isVisible(name) || utf8(name).length > MAX_NICKNAME_BYTES) return null;
  return graphemes(name).length > MAX_NICKNAME_GRAPHEMES ? null : name;
}

/** Somebody else's name as it may be shown: cleaned, cut to the same bounds, never empty ("?"). */
export function shownNickname(text: string): string {
  const name = cleanNickname(text);
  if (name !== null) return name;
  let cut = "";
  // No more UTF-16 units can fit than bytes may; a pair cut in half is stripped below.
  const start = stripped(text).slice(0, MAX_NICKNAME_BYTES);
  for (const grapheme of graphemes(start).slice(0, MAX_NICKNAME_GRAPHEMES)) {
    if (utf8(cut + grapheme).length > MAX_NICKNAME_BYTES) break;
    cut += grapheme;
  }
  return cleanNickname(cut) ?? NAMELESS;
}

function stripped(text: string): string {
  return text
    .replace(/\p{White_Space}+/gu, " ")
    .replace(UNWANTED_OR_WANTED, (_, wanted: string | undefined) => wanted ?? "")
    .normalize("NFC")
    .replace(TOWERS, "$1")
    .replace(/ {2,}/g, " ")
    .replace(/^[\s\p{M}]+/u, "")
    .trimEnd();
}

function isVisible(name: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(name);
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), (part) => part.segment);
}
