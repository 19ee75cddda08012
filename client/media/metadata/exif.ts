/** What EXIF tells (CIPA DC-008; TIFF 6.0 §2): the tags that say where, when, with what and by whom. */
import type { Note, What } from "./cleaning.ts";
import { bytesOf, textOf } from "./source.ts";

const TAGS: { readonly [tag: number]: What } = {
  0x010d: "original-name",
  0x010e: "comment",
  0x010f: "camera",
  0x0110: "camera",
  0x0131: "software",
  0x0132: "dates",
  0x013b: "author",
  0x013c: "software",
  0x8298: "author",
  0x9003: "dates",
  0x9004: "dates",
  0x927c: "other",
  0x9286: "comment",
  0x9c9b: "comment",
  0x9c9c: "comment",
  0x9c9d: "author",
  0x9c9e: "comment",
  0x9c9f: "comment",
  0xa420: "other",
  0xa430: "author",
  0xa431: "camera",
  0xa433: "camera",
  0xa434: "camera",
  0xa435: "camera",
  0xc62f: "camera",
  0xc68b: "original-name",
};
const ORIENTATION = 0x0112;
const EXIF_TAGS = 0x8769;
const GPS_TAGS = 0x8825;
/** More than any camera writes; the rest of a longer directory is not listed. */
const MOST_ENTRIES = 500;
const MOST_TEXT_BYTES = 400;
/** Bytes that one of a value takes, by its type. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8];

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Where its value is. */
  readonly at: number;
}

/**
 * Notes what the TIFF structure says, and returns how the picture is turned: 1 (upright) to 8. What cannot be read is
 * passed over: it is removed all the same.
 */
export function readExif(tiff: DataView<ArrayBuffer>, note: Note): number {
  try {
    return readDirectories(tiff, note);
  } catch (fault) {
    if (fault instanceof RangeError) return 1;
    throw fault;
  }
}

function readDirectories(tiff: DataView<ArrayBuffer>, note: Note): number {
  const isLittle = tiff.getUint8(0) === 0x49;
  const entriesAt = (from: number): readonly Entry[] => readEntries(tiff, from, isLittle);
  const value = (entry: Entry | undefined): number => {
    if (entry === undefined) return 0;
    return entry.type === 3
      ? tiff.getUint16(entry.at, isLittle)
      : tiff.getUint32(entry.at, isLittle);
  };
  const first = tiff.getUint32(4, isLittle);
  const image = entriesAt(first);
  const find = (tag: number): Entry | undefined => image.find((entry) => entry.tag === tag);
  const photo = value(find(EXIF_TAGS));
  for (const entry of [...image, ...(photo === 0 ? [] : entriesAt(photo))]) {
    const what = TAGS[entry.tag];
    if (what !== undefined) note(what, readText(tiff, entry, isLittle));
  }
  const gps = value(find(GPS_TAGS));
  if (gps !== 0) note("location", readPlace(tiff, entriesAt(gps), isLittle));
  if (hasNext(tiff, first, isLittle)) note("thumbnail", "");
  const turn = value(find(ORIENTATION));
  return turn >= 1 && turn <= 8 ? turn : 1;
}

/** A directory behind the first one is that of a thumbnail. */
function hasNext(tiff: DataView, first: number, isLittle: boolean): boolean {
  const behind = first + 2 + 12 * tiff.getUint16(first, isLittle);
  return behind + 4 <= tiff.byteLength && tiff.getUint32(behind, isLittle) !== 0;
}

function readEntries(tiff: DataView, from: number, isLittle: boolean): readonly Entry[] {
  if (from + 2 > tiff.byteLength) return [];
  const count = Math.min(tiff.getUint16(from, isLittle), MOST_ENTRIES);
  const entries: Entry[] = [];
  for (let index = 0; index < count && from + 14 + 12 * index <= tiff.byteLength; index++) {
    const at = from + 2 + 12 * index;
    const type = tiff.getUint16(at + 2, isLittle);
    const values = tiff.getUint32(at + 4, isLittle);
    const isHere = (TYPE_BYTES[type] ?? 1) * values <= 4;
    const place = isHere ? at + 8 : tiff.getUint32(at + 8, isLittle);
    entries.push({ tag: tiff.getUint16(at, isLittle), type, count: values, at: place });
  }
  return entries;
}

function readText(
  tiff: DataView<ArrayBuffer>,
  { tag, type, count, at }: Entry,
  isLittle: boolean,
): string {
  const bytes = bytesOf(tiff, at, at + Math.min(count, MOST_TEXT_BYTES));
  // Windows' own tags are UTF-16, whatever type they name.
  if (tag >= 0x9c9b && tag <= 0x9c9f) return new TextDecoder("utf-16le").decode(bytes);
  if (tag === 0x9286) {
    const isWide = textOf(bytes.subarray(0, 7)) === "UNICODE";
    const label = isWide ? (isLittle ? "utf-16le" : "utf-16be") : "utf-8";
    return new TextDecoder(label).decode(bytes.subarray(8));
  }
  if (type !== 2) return "";
  return textOf(bytes).replace(/^(\d{4}):(\d\d):(\d\d)/, "$1-$2-$3");
}

/** Degrees, north and east positive; "" where there are none, though something of the place is. */
function readPlace(tiff: DataView, gps: readonly Entry[], isLittle: boolean): string {
  const degrees = (tag: number): number => {
    const entry = gps.find((one) => one.tag === tag && one.type === 5 && one.count === 3);
    const sign = gps.find((one) => one.tag === tag - 1);
    if (entry === undefined) return Number.NaN;
    const part = (index: number): number =>
      tiff.getUint32(entry.at + 8 * index, isLittle) /
      (tiff.getUint32(entry.at + 8 * index + 4, isLittle) || 1);
    const isNegative = sign !== undefined && [0x53, 0x57].includes(tiff.getUint8(sign.at));
    return (part(0) + part(1) / 60 + part(2) / 3600) * (isNegative ? -1 : 1);
  };
  const [latitude, longitude] = [degrees(2), degrees(4)];
  if (Number.isNaN(latitude + longitude)) return "";
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
