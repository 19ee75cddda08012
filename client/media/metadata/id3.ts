/**
 * Tags of sounds, which any of them may have: ID3v2 (id3.org, 2.2 to 2.4) before the first frame, and behind the last one
 * ID3v2 again, ID3v1, APE and Lyrics3.
 */
import type { Cleaning, Note } from "./cleaning.ts";
import { cleanFlac } from "./flac.ts";
import { isAllFrames } from "./mpeg-frames.ts";
import { whatOf } from "./names.ts";
import { broken, bytesOf, fourCc, latin1, textOf } from "./source.ts";

const MOST_BYTES = 262_144;
const MOST_TEXT_BYTES = 400;
/** Longer than the older of them may become. */
const LYRICS_BYTES = 5_200;
/** Behind the frames: they are read from the end on, a page anew for each. */
const MOST_TAGS = 16;

/** MP3 and FLAC: all tags around the frames go, whatever they say. @throws RangeError where there are too many */
export async function cleanTagged(it: Cleaning): Promise<void> {
  const { source } = it;
  let from = 0;
  for (let size = await tagAt(it, from); size > 0; size = await tagAt(it, from)) from += size;
  it.drop(0, from);
  const isFlac = from + 4 < source.size && fourCc(await source.view(from, 4), 0) === "fLaC";
  if (isFlac) await cleanFlac(it, from);
  let to = source.size;
  for (let size = 1, left = MOST_TAGS; size > 0; to -= size) {
    if (left-- === 0) throw broken();
    size = await tagBefore(it, to, from);
  }
  it.drop(to, source.size);
  // Tags between frames, and others that nobody has heard of. Where frames of FLAC end is not written in them.
  if (!isFlac && !(await isAllFrames(source, from, to))) it.isOpaque = true;
}

/** Bytes of the ID3v2 tag that begins there; 0 where none does. */
async function tagAt(it: Cleaning, from: number): Promise<number> {
  if (from + 10 > it.source.size) return 0;
  const head = await it.source.view(from, 10);
  if (latin1(bytesOf(head, 0, 3)) !== "ID3") return 0;
  const hasFooter = (head.getUint8(5) & 0x10) !== 0;
  const size = Math.min(10 + syncsafe(head, 6) + (hasFooter ? 10 : 0), it.source.size - from);
  readId3(await it.source.upTo(from, from + size, MOST_BYTES), it.found);
  return size;
}

/** Bytes of the tag that ends there; 0 where none does. */
async function tagBefore(it: Cleaning, to: number, from: number): Promise<number> {
  const ends = async (before: number, name: string): Promise<boolean> =>
    to - before >= from && latin1(bytesOf(await it.source.view(to - before, name.length))) === name;
  if (await ends(128, "TAG")) {
    const tag = bytesOf(await it.source.view(to - 128, 128));
    it.found("comment", textOf(tag.subarray(3, 33)));
    it.found("author", textOf(tag.subarray(33, 63)));
    it.found("dates", textOf(tag.subarray(93, 97)));
    it.found("comment", textOf(tag.subarray(97, 127)));
    return 128;
  }
  if (await ends(227, "TAG+")) {
    it.found("comment", await it.source.text(to - 223, to - 163));
    return 227;
  }
  if (await ends(10, "3DI")) {
    const size = 20 + syncsafe(await it.source.view(to - 10, 10), 6);
    const isWhole = size <= to - from && (await tagAt(it, to - size)) > 0;
    return isWhole ? size : 10;
  }
  if ((await ends(9, "LYRICS200")) || (await ends(9, "LYRICSEND")))
    return lyricsBefore(it, to, from);
  if (!(await ends(32, "APETAGEX"))) return 0;
  it.found("other", "APE");
  const footer = await it.source.view(to - 32, 32);
  const hasHeader = footer.getUint32(20, true) >>> 31 === 1;
  const size = Math.max(footer.getUint32(12, true), 32);
  return Math.min(size + (hasHeader ? 32 : 0), to - from);
}

/** The newer ones say in six digits how long they are; the older ones are looked for. */
async function lyricsBefore(it: Cleaning, to: number, from: number): Promise<number> {
  const size = Number(await it.source.text(Math.max(to - 15, from), to - 9));
  const start = Math.max(to - (size > 0 ? size + 15 : LYRICS_BYTES), from);
  const at = latin1(bytesOf(await it.source.upTo(start, to, LYRICS_BYTES))).indexOf("LYRICSBEGIN");
  it.found("comment", at < 0 ? "" : await it.source.text(start + at + 11, to - 9));
  return at < 0 ? 9 : to - start - at;
}

/** Notes the frames of a tag. What cannot be read is passed over. */
export function readId3(tag: DataView<ArrayBuffer>, note: Note): void {
  if (tag.byteLength < 10) return;
  const version = tag.getUint8(3);
  const [nameBytes, headBytes] = version === 2 ? [3, 6] : [4, 10];
  for (let at = 10; at + headBytes < tag.byteLength && tag.getUint8(at) !== 0;) {
    const name = latin1(bytesOf(tag, at, at + nameBytes));
    const size = frameSize(tag, at, version);
    const from = at + headBytes;
    // All versions share the first three letters well enough.
    const what = whatOf(name.slice(0, 3));
    const isText = what !== undefined && what !== "thumbnail";
    const bytes = bytesOf(tag, from, from + Math.min(size, MOST_TEXT_BYTES));
    note(
      what ?? "comment",
      isText || name[0] === "T" ? readText(bytes) : what === undefined ? name : "",
    );
    at = from + size;
  }
}

function frameSize(tag: DataView, at: number, version: number): number {
  if (version === 2) return tag.getUint16(at + 3) * 256 + tag.getUint8(at + 5);
  return version === 4 ? syncsafe(tag, at + 4) : tag.getUint32(at + 4);
}

/** The first byte says how the text is written. */
function readText(bytes: Uint8Array): string {
  const label = ["latin1", "utf-16le", "utf-16be", "utf-8"][bytes[0] ?? 0] ?? "latin1";
  return new TextDecoder(label).decode(bytes.subarray(1));
}

/** Seven bits a byte. */
function syncsafe(view: DataView, at: number): number {
  let value = 0;
  for (let index = 0; index < 4; index++) value = value * 128 + (view.getUint8(at + index) & 0x7f);
  return value;
}
