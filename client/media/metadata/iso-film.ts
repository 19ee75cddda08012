/**
 * Films and sounds in ISO files (MP4, M4A, QuickTime): boxes that make picture and sound go stay; all others become
 * free space in place, since tables of samples count from the beginning of the file.
 */
import { momentOf, type Cleaning } from "./cleaning.ts";
import { boxesIn, findBox, freeBox, type Box } from "./iso-boxes.ts";
import { cleanCoding } from "./iso-coding.ts";
import { cleanItems, isPicture } from "./iso-image.ts";
import { readChunks } from "./iso-samples.ts";
import { cleanName, cleanPaths, noteBox } from "./iso-tags.ts";
import { broken, bytesOf, fourCc, textOf } from "./source.ts";

const HOLDERS: ReadonlySet<string> = new Set("moov mdia minf stbl moof traf dinf".split(" "));
const CONTENT: ReadonlySet<string> = new Set(
  (
    "ftyp styp mdat wide sidx ssix mfra pssh iods edts tapt clip matt load imap mvex elng vmhd smhd hmhd nmhd sthd gmhd " +
    "stts ctts cslg stss stps stsz stz2 stsc stco co64 sdtp stsh padb sbgp sgpd subs saiz saio senc mfhd tfhd tfdt trun"
  ).split(" "),
);
/** Handlers of tracks: pictures that move, sound, pictures one by one, what belongs to those. */
const SHOWN: readonly string[] = ["vide", "soun", "pict", "auxv"];
const MOST_DEPTH = 8;
/** Of QuickTime's and ISO's clocks. */
const SECONDS_1904_TO_1970 = 2_082_844_800;
/** Tracks whose samples say where the camera was. */
const PLACES: readonly string[] = ["gpmd", "camm", "djmd", "dbgi", "rtmd", "mett"];

/** Where in the file the walk is. */
interface Place {
  readonly media: readonly Box[];
  /** Of the track: `vide`, `soun`, …; "" outside of tracks. */
  readonly handler: string;
  readonly depth: number;
}

/** @throws RangeError where boxes do not follow one another */
export async function cleanFilm(it: Cleaning): Promise<void> {
  const media: Box[] = [];
  const file = { from: 0, content: 0, to: it.source.size, type: "", isWhole: true };
  for await (const box of boxesIn(it.source, 0, file.to)) if (box.type === "mdat") media.push(box);
  let end = 0;
  for await (const box of boxesIn(it.source, 0, file.to)) {
    // What some cameras write behind the last box is no box.
    if (!box.isWhole && box.type !== "mdat") break;
    end = box.to;
    await cleanBox(it, box, { media, handler: "", depth: 0 });
  }
  if (end < file.to) it.found("other", "");
  it.drop(end, file.to);
}

async function cleanHolder(it: Cleaning, holder: Box, place: Place): Promise<void> {
  if (place.depth > MOST_DEPTH) throw broken();
  for await (const box of boxesIn(it.source, holder.content, holder.to)) {
    if (!box.isWhole) throw broken();
    await cleanBox(it, box, { ...place, depth: place.depth + 1 });
  }
}

async function cleanBox(it: Cleaning, box: Box, place: Place): Promise<void> {
  const { type } = box;
  if (HOLDERS.has(type)) await cleanHolder(it, box, place);
  else if (type === "trak") await cleanTrack(it, box, place);
  else if (type === "mvhd" || type === "tkhd" || type === "mdhd") await cleanTimes(it, box);
  else if (type === "hdlr") await cleanName(it, box);
  else if (type === "dref") await cleanPaths(it, box);
  else if (type === "stsd") await cleanEntries(it, box, place.handler);
  else if (type === "meta" && place.depth === 0 && (await isPicture(it, box)))
    await cleanItems(it, box);
  else if (!CONTENT.has(type)) {
    await noteBox(it, box);
    freeBox(it, box);
  }
}

/** Only what is seen and heard stays: other tracks are the camera's own notes, often one of places. */
async function cleanTrack(it: Cleaning, track: Box, place: Place): Promise<void> {
  const box = await findBox(it.source, track, "mdia", "hdlr");
  const handler = box === null ? "" : fourCc(await it.source.view(box.content + 8, 4), 0);
  it.isAnimated ||= handler === "pict";
  if (SHOWN.includes(handler)) return cleanHolder(it, track, { ...place, handler });
  const entries = await findBox(it.source, track, "mdia", "minf", "stbl", "stsd");
  const format =
    entries === null ? handler : fourCc(await it.source.view(entries.content + 12, 4), 0);
  const what = PLACES.includes(format) ? "location" : "other";
  const chunks = (await readChunks(it.source, track)) ?? [];
  if (chunks.length === 0) it.stays(what, format);
  else it.found(what, format);
  for (const { from, to } of chunks) {
    if (place.media.some((data) => from >= data.content && to <= data.to)) it.blank(from, to);
  }
  return freeBox(it, track);
}

/** When it was made and changed; how large the film is shown. */
async function cleanTimes(it: Cleaning, box: Box): Promise<void> {
  const view = await it.source.view(box.content, box.to - box.content);
  const isLong = view.getUint8(0) === 1;
  const made = isLong ? Number(view.getBigUint64(4)) : view.getUint32(4);
  if (made > SECONDS_1904_TO_1970) {
    it.found("dates", momentOf((made - SECONDS_1904_TO_1970) * 1000));
  }
  it.blank(box.content + 4, box.content + (isLong ? 20 : 12));
  if (box.type !== "tkhd") return;
  const matrix = isLong ? 52 : 40;
  const side = (at: number): number => view.getUint32(matrix + at) >>> 16;
  const isTurned = view.getInt32(matrix + 4) !== 0 && view.getInt32(matrix) === 0;
  const [width, height] = isTurned ? [side(40), side(36)] : [side(36), side(40)];
  if (width > 0 && height > 0) it.dimensions ??= { width, height };
}

/** How samples are coded, without the coder's name. */
async function cleanEntries(it: Cleaning, { content, to }: Box, handler: string): Promise<void> {
  for await (const entry of boxesIn(it.source, content + 8, to)) {
    it.blank(entry.from + 20, Math.min(entry.from + 24, entry.to));
    const isSound = handler === "soun";
    if (entry.to - entry.from < (isSound ? 36 : 86)) continue;
    // Only of pictures: of sounds there stands how many, and how fast.
    if (!isSound) {
      const coder = textOf(bytesOf(await it.source.view(entry.from + 51, 31)));
      if (/[a-z]/i.test(coder)) it.found("software", coder);
      it.blank(entry.from + 50, entry.from + 82);
    }
    await cleanCoding(it, entry, isSound);
  }
}
