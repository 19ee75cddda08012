/** What EXIF tells (CIPA DC-008): where, when, with what and by whom. */
import exif, { type ExifTags } from "exifreader/src/tags.js";
import type { Note } from "./cleaning.ts";
import { whatOf } from "./names.ts";
import { bytesOf, viewOf } from "./source.ts";

const ORIENTATION = 0x0112;
const SHORT = 3;
/** As much as a segment of JPEG can hold; other formats set no end to it, and reading takes a hundred times its room. */
const MOST_BYTES = 65_536;
/** What the library says of a value that stands outside of what it was given. */
const NOT_THERE = "<faulty value>";

/**
 * Notes what the TIFF structure says, and returns how the picture is turned: 1 (upright) to 8. What cannot be read is
 * passed over: it is removed all the same.
 */
export function readExif(whole: DataView<ArrayBuffer>, note: Note): number {
  const tiff = viewOf(bytesOf(whole, 0, MOST_BYTES));
  const tags = attempt<ExifTags>(() => exif.read(tiff, 0, false).tags, {});
  for (const [name, tag] of Object.entries(tags)) {
    // The place is told as one.
    const what = name.startsWith("GPS") ? undefined : whatOf(name);
    if (what !== undefined) note(what, wordsOf(name, tag));
  }
  if (tags["GPS Info IFD Pointer"] !== undefined) note("location", placeOf(tags));
  if (tags["Thumbnail"] !== undefined) note("thumbnail", "");
  const turn = attempt(() => turnOf(tiff), 1);
  return turn >= 1 && turn <= 8 ? turn : 1;
}

/** Both readers throw at damage, the library whatever comes: nothing in the file is a fault of the page. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** By the first directory alone, so that damage in the others lays no picture on its side. */
function turnOf(tiff: DataView): number {
  const mark = tiff.getUint32(0);
  const isLittle = mark === 0x49_49_2a_00;
  if (!isLittle && mark !== 0x4d_4d_00_2a) return 1;
  const u16 = (at: number): number => tiff.getUint16(at, isLittle);
  const from = tiff.getUint32(4, isLittle);
  for (let left = u16(from), at = from + 2; left > 0; left--, at += 12) {
    if (u16(at) === ORIENTATION && u16(at + 2) === SHORT) return u16(at + 8);
  }
  return 1;
}

function wordsOf(name: string, tag: ExifTags[string]): string {
  if (tag === undefined || name === "MakerNote") return "";
  const { value, description } = tag;
  // Texts come as their parts between zeros.
  const isText = Array.isArray(value) && value.every((part) => typeof part === "string");
  const words = isText ? value.filter((part) => part !== "").join(" ") : description;
  if (typeof words !== "string" || words === NOT_THERE) return "";
  return words.replace(/^(\d{4}):(\d\d):(\d\d)/, "$1-$2-$3");
}

/** Degrees, north and east positive; "" where there are none, though something of the place is. */
function placeOf(tags: ExifTags): string {
  const degrees = (name: string, opposite: string): number => {
    const sign = wordsOf(name, tags[`${name}Ref`]);
    const amount = Number(tags[name]?.description ?? Number.NaN);
    return sign.startsWith(opposite) ? -amount : amount;
  };
  const [latitude, longitude] = [degrees("GPSLatitude", "S"), degrees("GPSLongitude", "W")];
  if (!Number.isFinite(latitude + longitude)) return "";
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

/** EXIF that says nothing but how the picture is turned. */
export function exifOfTurn(turn: number): Uint8Array<ArrayBuffer> {
  // prettier-ignore
  return Uint8Array.of(
    0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1,
    ORIENTATION >> 8, ORIENTATION & 255, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0,
    0, 0, 0, 0,
  );
}
