/** What EXIF tells (CIPA DC-008): where, when, with what and by whom. */
import exif, { type ExifTags } from "exifreader/src/tags.js";
import type { Note } from "./cleaning.ts";
import { whatOf } from "./names.ts";

const ORIENTATION = 0x0112;

/**
 * Notes what the TIFF structure says, and returns how the picture is turned: 1 (upright) to 8. What cannot be read is
 * passed over: it is removed all the same.
 */
export function readExif(tiff: DataView<ArrayBuffer>, note: Note): number {
  const tags = tagsOf(tiff);
  for (const [name, tag] of Object.entries(tags)) {
    // The place is told as one.
    const what = name.startsWith("GPS") ? undefined : whatOf(name);
    if (what !== undefined) note(what, wordsOf(name, tag));
  }
  if (tags["GPS Info IFD Pointer"] !== undefined) note("location", placeOf(tags));
  if (tags["Thumbnail"] !== undefined) note("thumbnail", "");
  const turn = tags["Orientation"]?.value;
  return typeof turn === "number" && turn >= 1 && turn <= 8 ? turn : 1;
}

function tagsOf(tiff: DataView<ArrayBuffer>): ExifTags {
  try {
    return exif.read(tiff, 0, false).tags;
  } catch {
    // The library throws whatever comes: nothing in the file is a fault of the page.
    return {};
  }
}

function wordsOf(name: string, tag: ExifTags[string]): string {
  if (tag === undefined || name === "MakerNote") return "";
  const { value, description } = tag;
  // Texts come as their parts between zeros.
  const isText = Array.isArray(value) && value.every((part) => typeof part === "string");
  const words = isText ? value.filter((part) => part !== "").join(" ") : description;
  return typeof words === "string" ? words.replace(/^(\d{4}):(\d\d):(\d\d)/, "$1-$2-$3") : "";
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
