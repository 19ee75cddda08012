/** JPEG (ITU-T T.81): all segments but those that make the picture go, and all that stands behind its end. */
import { concat } from "../../../shared/bytes.ts";
import { END_OF_IMAGE, isBare, START_OF_SCAN, type Segment } from "../jpeg.ts";
import type { Cleaning } from "./cleaning.ts";
import { exifOfTurn, readExif } from "./exif.ts";
import { blankProfile } from "./icc.ts";
import { readPhotoshop } from "./iptc.ts";
import { broken, bytesOf, latin1, textOf, type Source } from "./source.ts";
import { readXmp } from "./xmp.ts";

const SCAN_BYTES = 65_536;
/** Four megabytes; the segments' own numbers end at 255. */
const MOST_PROFILE_SEGMENTS = 64;

/** @throws RangeError where it breaks off before the picture begins */
export async function cleanJpeg(it: Cleaning): Promise<void> {
  const profile: Segment[] = [];
  for (let at = 2, isBegun = false; ;) {
    const marker = await markerAt(it.source, at);
    // Cut off within the picture: browsers show what there is.
    if (marker === null && !isBegun) throw broken();
    if (marker === null || marker.code === END_OF_IMAGE) {
      const end = marker === null ? at : marker.from + 2;
      if (end < it.source.size) it.found("other", "");
      if (marker !== null) it.drop(at, marker.from);
      it.drop(end, it.source.size);
      break;
    }
    it.drop(at, marker.from);
    if (isBare(marker.code)) {
      at = marker.from + 2;
      it.drop(marker.from, at);
      continue;
    }
    const length = (await it.source.view(marker.from + 2, 2)).getUint16(0);
    const segment = { marker: marker.code, from: marker.from, to: marker.from + 2 + length };
    if (length < 2 || segment.to > it.source.size) throw broken();
    if (!isPicture(segment.marker)) await cleanSegment(it, segment, profile);
    at = segment.to;
    if (segment.marker !== START_OF_SCAN) continue;
    isBegun = true;
    at = await endOfScan(it.source, at);
  }
  await cleanProfile(it, profile);
}

/** Frames, tables, scans, restart intervals, number of lines. */
const isPicture = (marker: number): boolean => marker >= 0xc0 && marker <= 0xdf;

/** Fill bytes may stand before a marker, and what cameras leave there browsers pass over; null where the file is over. */
async function markerAt(
  source: Source,
  from: number,
): Promise<{ readonly code: number; readonly from: number } | null> {
  for (let at = from; at + 2 <= source.size; at++) {
    const view = await source.view(at, 2);
    const code = view.getUint8(1);
    if (view.getUint8(0) === 0xff && code !== 0xff && code !== 0) return { code, from: at };
  }
  return null;
}

/** Where the next marker is that does not belong to the scan, or the end of the file. */
async function endOfScan(source: Source, from: number): Promise<number> {
  for (let at = from; at + 1 < source.size;) {
    const bytes = bytesOf(await source.view(at, Math.min(SCAN_BYTES, source.size - at)));
    for (let found = bytes.indexOf(0xff); found >= 0; found = bytes.indexOf(0xff, found + 1)) {
      const code = bytes[found + 1] ?? 0;
      const isScan = code === 0 || code === 0xff || (code >= 0xd0 && code <= 0xd7);
      if (!isScan) return at + found;
    }
    // The last byte may be the first of a marker.
    at += bytes.length - 1;
  }
  return source.size;
}

async function cleanSegment(it: Cleaning, segment: Segment, profile: Segment[]): Promise<void> {
  const { marker, from, to } = segment;
  const view = await it.source.view(from + 4, Math.max(to - from - 4, 0));
  const is = (name: string): boolean => latin1(bytesOf(view, 0, name.length)) === name;
  if (marker === 0xe0 && is("JFIF\0") && view.byteLength >= 14) {
    // With no thumbnail.
    const header = Uint8Array.of(0xff, 0xe0, 0, 16, ...bytesOf(view, 0, 12), 0, 0);
    if (view.byteLength > 14) it.found("thumbnail", "");
    it.put(from, to, header);
  } else if (marker === 0xee && is("Adobe") && view.byteLength >= 12) {
    // How colours are coded: without it some pictures are shown inverted.
    it.put(from, to, Uint8Array.of(0xff, 0xee, 0, 14, ...bytesOf(view, 0, 12)));
  } else if (marker === 0xe2 && is("ICC_PROFILE\0") && view.byteLength > 14) {
    profile.push(segment);
  } else {
    it.drop(from, to);
    const turn = noteSegment(it, marker, view);
    // The first counts.
    if (turn === 1 || it.turn !== 1) return;
    it.turn = turn;
    const exif = concat(
      Uint8Array.of(0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0),
      exifOfTurn(turn),
    );
    it.put(to, to, exif);
  }
}

/** How the picture is turned, by this segment: 1 where it does not say. */
function noteSegment(it: Cleaning, marker: number, view: DataView<ArrayBuffer>): number {
  const head = latin1(bytesOf(view, 0, 35));
  const after = (name: string): DataView<ArrayBuffer> =>
    new DataView(view.buffer, view.byteOffset + name.length, view.byteLength - name.length);
  if (head.startsWith("Exif\0\0")) return readExif(after("Exif\0\0"), it.found);
  if (head.startsWith("http://ns.adobe.com/x")) readXmp(bytesOf(view), it.found);
  else if (head.startsWith("Photoshop 3.0\0")) readPhotoshop(after("Photoshop 3.0\0"), it.found);
  else if (head.startsWith("JFXX")) it.found("thumbnail", "");
  else if (marker === 0xfe) it.found("comment", textOf(bytesOf(view, 0, 400)));
  else it.found("other", /^[\w.]{3,}/.exec(head)?.[0] ?? "");
  return 1;
}

/** Profiles larger than a segment go on in further ones; cleaned as one, they leave in the same pieces. */
async function cleanProfile(it: Cleaning, segments: readonly Segment[]): Promise<void> {
  const pieces: Uint8Array[] = [];
  if (segments.length > MOST_PROFILE_SEGMENTS) throw broken();
  for (const { from, to } of segments) {
    pieces.push(bytesOf(await it.source.view(from + 18, to - from - 18)).slice());
  }
  const clean = blankProfile(concat(...pieces), it.found);
  let at = 0;
  for (const { from, to } of segments) {
    if (clean === null) it.drop(from, to);
    else it.put(from + 18, to, clean.slice(at, (at += to - from - 18)));
  }
}
