/**
 * Matroska and WebM (RFC 9559; EBML, RFC 8794): what is not needed to play becomes Void in place, since seeking counts
 * from the beginning of the segment.
 */
import { momentOf, type Cleaning, type What } from "./cleaning.ts";
import { APPS, CLUSTERS, DATE, HOLDERS, PLAYED, SETTINGS, TOLD } from "./matroska-known.ts";
import { elementAt, VOID, voidElement, type Sized } from "./matroska-elements.ts";
import { ATTACHMENTS, CHAPTERS, noteTags } from "./matroska-tags.ts";
import { broken, bytesOf } from "./source.ts";
import { readVorbisComment } from "./vorbis-comment.ts";

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const VIDEO = 0xe0;
const TAGS = 0x1254c367;
const EBML_HEADER = 0x1a45dfa3;
const CRC = 0xbf;
const CODEC_PRIVATE = 0x63a2;

const MS_2001 = Date.UTC(2001, 0, 1);
const MOST_DEPTH = 8;
/** In clusters: three hours of a film. Those behind them are not looked into. */
const MOST_BLOCKS = 700_000;

/** @throws RangeError where elements do not follow one another */
export async function cleanMatroska(it: Cleaning): Promise<void> {
  const { source } = it;
  for (let at = 0; at < source.size;) {
    const element = await elementAt(source, at);
    const end = Math.min(element.to ?? source.size, source.size);
    if (element.id === SEGMENT) {
      await cleanSegment(it, { ...element, to: end }, { left: MOST_BLOCKS, depth: 0 });
    } else if (element.id === EBML_HEADER) {
      await cleanHolder(it, { ...element, to: end }, 0);
    } else {
      if (element.id !== VOID) it.found("other", "");
      return it.drop(at, source.size);
    }
    at = end;
  }
}

/** How many more elements of clusters are looked at, and how deep in one another they are. */
interface Walk {
  left: number;
  depth: number;
}

async function cleanSegment(it: Cleaning, segment: Sized, walk: Walk): Promise<void> {
  for (let at = segment.content; at < segment.to; walk.left--) {
    const element = await elementAt(it.source, at);
    // A recording that says no sizes: what is in its clusters comes by as if it stood beside them.
    const end = Math.min(element.to ?? element.content, segment.to);
    const inside = { ...element, to: end };
    if (element.id === INFO || element.id === TRACKS) await cleanHolder(it, inside, 0);
    else if (element.id === TAGS || element.id === ATTACHMENTS || element.id === CHAPTERS) {
      await noteTags(it, inside, 0);
      voidElement(it, inside);
    } else if (element.id === VOID) it.blank(element.content, end);
    else if (CLUSTERS.includes(element.id)) await cleanCluster(it, inside, walk);
    else if (!PLAYED.has(element.id)) {
      it.found("other", "");
      voidElement(it, inside);
    }
    at = end;
  }
}

/** Behind damage in one it is not looked into, and nothing can be promised of it. */
async function cleanCluster(it: Cleaning, cluster: Sized, walk: Walk): Promise<void> {
  if (walk.left <= 0 || walk.depth > MOST_DEPTH) {
    it.isOpaque = true;
    return;
  }
  walk.depth++;
  try {
    await cleanSegment(it, cluster, walk);
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    it.isOpaque = true;
  }
  walk.depth--;
}

async function cleanHolder(it: Cleaning, holder: Sized, depth: number): Promise<void> {
  if (depth > MOST_DEPTH) throw broken();
  for (let at = holder.content; at < holder.to;) {
    const { id, from, content, to } = await elementAt(it.source, at);
    if (to === null || to > holder.to) throw broken();
    const inside = { id, from, content, to };
    if (id === VIDEO) await readSides(it, content, to);
    if (HOLDERS.has(id)) await cleanHolder(it, inside, depth + 1);
    else if (id === CODEC_PRIVATE) await cleanPrivate(it, content, to);
    else if (id === VOID) it.blank(content, to);
    // A sum over what has changed would be wrong.
    else if (id === CRC) voidElement(it, inside);
    else if (!SETTINGS.has(id)) {
      await note(it, TOLD[id] ?? "other", inside);
      if (APPS.includes(id)) it.blank(content, to);
      else voidElement(it, inside);
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
