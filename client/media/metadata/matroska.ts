/**
 * Matroska and WebM (RFC 9559; EBML, RFC 8794): what is not needed to play becomes Void in place, since seeking counts
 * from the beginning of the segment.
 */
import { momentOf, type Cleaning, type What } from "./cleaning.ts";
import { elementAt, VOID, voidElement, type Sized } from "./matroska-elements.ts";
import { ATTACHMENTS, CHAPTERS, noteTags } from "./matroska-tags.ts";
import { broken, bytesOf } from "./source.ts";
import { readVorbisComment } from "./vorbis-comment.ts";

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const VIDEO = 0xe0;
const CLUSTER = 0x1f43b675;
const CUES = 0x1c53bb6b;
const SEEK_HEAD = 0x114d9b74;
const TAGS = 0x1254c367;
const EBML_HEADER = 0x1a45dfa3;
const CRC = 0xbf;
const CODEC_PRIVATE = 0x63a2;
const DATE = 0x4461;
/** Must be there, so they stay, empty. */
const APPS: readonly number[] = [0x4d80, 0x5741];
/** Of what is said about segment and tracks, only this stays: units, lengths, kinds, codecs, sizes, languages. */
const TOLD: { readonly [id: number]: What } = {
  0x7ba9: "comment", // title
  0x4d80: "software",
  0x5741: "software",
  [DATE]: "dates",
  0x7384: "original-name",
  0x3c83ab: "original-name",
  0x3e83bb: "original-name",
  0x73a4: "other", // the file's own number, and those of its neighbours
  0x3cb923: "other",
  0x3eb923: "other",
  0x4444: "other",
  0x536e: "comment", // a track's name
  0x258688: "software",
};
/** Clusters and what stands in them; the places to seek to. */
const PLAYED: ReadonlySet<number> = new Set([
  CLUSTER,
  CUES,
  SEEK_HEAD,
  CRC,
  0xe7,
  0xa3,
  0xa0,
  0xab,
  0xa7,
  0x5854,
]);

const MS_2001 = Date.UTC(2001, 0, 1);
const MOST_DEPTH = 8;

/** @throws RangeError where elements do not follow one another */
export async function cleanMatroska(it: Cleaning): Promise<void> {
  const { source } = it;
  for (let at = 0; at < source.size;) {
    const element = await elementAt(source, at);
    const end = Math.min(element.to ?? source.size, source.size);
    if (element.id === SEGMENT) {
      await cleanSegment(it, element.content, end);
    } else if (element.id !== EBML_HEADER) {
      if (element.id !== VOID) it.found("other", "");
      return it.drop(at, source.size);
    }
    at = end;
  }
}

async function cleanSegment(it: Cleaning, from: number, to: number): Promise<void> {
  for (let at = from; at < to;) {
    const element = await elementAt(it.source, at);
    // A recording that says no sizes: what is in its clusters comes by as if it stood beside them.
    const end = Math.min(element.to ?? element.content, to);
    const inside = { ...element, to: end };
    if (element.id === INFO || element.id === TRACKS) await cleanHolder(it, inside, 0);
    else if (element.id === TAGS || element.id === ATTACHMENTS || element.id === CHAPTERS) {
      await noteTags(it, inside, 0);
      voidElement(it, inside);
    } else if (element.id === VOID) it.blank(element.content, end);
    else if (!PLAYED.has(element.id)) {
      it.found("other", "");
      voidElement(it, inside);
    }
    at = end;
  }
}

async function cleanHolder(it: Cleaning, holder: Sized, depth: number): Promise<void> {
  if (depth > MOST_DEPTH) throw broken();
  for (let at = holder.content; at < holder.to;) {
    const { id, from, content, to } = await elementAt(it.source, at);
    if (to === null || to > holder.to) throw broken();
    const what = TOLD[id];
    if (id === TRACK) await cleanHolder(it, { id, from, content, to }, depth + 1);
    else if (id === VIDEO) await readSides(it, content, to);
    else if (id === CODEC_PRIVATE) await cleanPrivate(it, content, to);
    else if (id === VOID) it.blank(content, to);
    // A sum over what has changed would be wrong.
    else if (id === CRC) voidElement(it, { from, to });
    else if (what !== undefined) {
      await note(it, what, { id, from, content, to });
      if (APPS.includes(id)) it.blank(content, to);
      else voidElement(it, { from, to });
    }
    at = to;
  }
}

async function note(it: Cleaning, what: What, { id, content, to }: Sized): Promise<void> {
  if (id === DATE && to - content === 8) {
    const nanoseconds = Number((await it.source.view(content, 8)).getBigInt64(0));
    it.found(what, momentOf(MS_2001 + nanoseconds / 1e6));
  } else it.found(what, what === "other" ? "" : await it.source.text(content, to));
}

/** A header of Vorbis among them carries comments of its own. */
async function cleanPrivate(it: Cleaning, content: number, to: number): Promise<void> {
  const bytes = bytesOf(await it.source.view(content, to - content));
  const mark = Uint8Array.of(3, 0x76, 0x6f, 0x72, 0x62, 0x69, 0x73);
  const at = bytes.findIndex(
    (byte, index) => byte === 3 && mark.every((one, i) => bytes[index + i] === one),
  );
  if (bytes[0] !== 2 || at < 0) return;
  // Three headers, laced: the sizes of the first two stand before them, the first in one byte.
  let size = 0;
  for (let place = 2; place < at; place++) {
    size += bytes[place] ?? 0;
    if (bytes[place] !== 255) break;
  }
  const clean = readVorbisComment(bytes.slice(at, at + size), mark.length, it.found);
  if (clean !== null) it.put(content + at, content + at + clean.length, clean);
}

async function readSides(it: Cleaning, from: number, to: number): Promise<void> {
  const sides = new Map<number, number>();
  for (let at = from; at < to;) {
    const element = await elementAt(it.source, at);
    if (element.to === null || element.to > to) throw broken();
    const bytes = bytesOf(await it.source.upTo(element.content, element.to, 4));
    sides.set(
      element.id,
      bytes.reduce((sum, byte) => sum * 256 + byte, 0),
    );
    at = element.to;
  }
  const [width = 0, height = 0] = [sides.get(0xb0), sides.get(0xba)];
  if (width > 0 && height > 0) it.dimensions ??= { width, height };
}
