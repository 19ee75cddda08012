/**
 * Colour profiles (ICC.1 §7) without what they say of their maker: screens' own profiles name their owner's machine,
 * its serial number and the day of its calibration.
 */
import type { Note } from "./cleaning.ts";
import { bytesOf, fourCc, latin1, viewOf } from "./source.ts";

/** What turns numbers into colours; of every other tag only the type stays. */
const COLOURS: readonly string[] =
  "rXYZ gXYZ bXYZ wtpt bkpt rTRC gTRC bTRC kTRC chad chrm cicp lumi gamt A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 D2B0 D2B1 B2D0 B2D1".split(
    " ",
  );
const TABLE = 132;
const MOST_TAGS = 100;

/** A copy of the same length that says the same of colours and nothing else; null where it is no profile. */
export function blankProfile(
  profile: Uint8Array<ArrayBuffer>,
  note: Note,
): Uint8Array<ArrayBuffer> | null {
  const view = viewOf(profile);
  if (profile.length < TABLE || fourCc(view, 36) !== "acsp") return null;
  const tags = view.getUint32(128);
  if (tags > MOST_TAGS || TABLE + 12 * tags > profile.length) return null;
  const clean = new Uint8Array(profile.length);
  clean.set(profile.subarray(0, TABLE + 12 * tags));
  // Its maker's software; the day; platform, flags, maker and model of the device; whose it is, and its fingerprint.
  for (const [from, to] of [
    [4, 8],
    [24, 36],
    [40, 60],
    [80, 128],
  ] as const) {
    clean.fill(0, from, to);
  }
  clean.set([7, 0xd0, 0, 1, 0, 1], 24);
  for (let at = TABLE; at < TABLE + 12 * tags; at += 12) {
    const [name, from, size] = [fourCc(view, at), view.getUint32(at + 4), view.getUint32(at + 8)];
    const isColour = COLOURS.includes(name);
    if (from < TABLE + 12 * tags || from > profile.length) continue;
    clean.set(profile.subarray(from, from + (isColour ? size : Math.min(size, 8))), from);
    if (name === "desc") note("other", readDescription(profile.subarray(from, from + size)));
  }
  return clean;
}

/** In one language: UTF-16 at a place that it names, or letters up to a zero. */
function readDescription(bytes: Uint8Array<ArrayBuffer>): string {
  const view = viewOf(bytes);
  if (view.byteLength < 28) return "";
  const from = fourCc(view, 0) === "mluc" ? view.getUint32(24) : 12;
  const text = bytesOf(view, from, from + 200);
  if (from !== 12) return new TextDecoder("utf-16be").decode(text);
  return latin1(text).replace(/\0.*/s, "");
}
