/**
 * Pictures in ISO files (HEIF, ISO/IEC 23008-12: HEIC and AVIF): items are found by a table of places, so those that
 * are metadata turn to nothing where they stand.
 */
import type { Cleaning } from "./cleaning.ts";
import { exifOfTurn, readExif } from "./exif.ts";
import { blankProfile } from "./icc.ts";
import { boxesIn, findBox, freeBox, type Box } from "./iso-boxes.ts";
import { cleanName, cleanPaths, noteBox } from "./iso-tags.ts";
import { broken, bytesOf, fourCc, type Source } from "./source.ts";
import { readXmp } from "./xmp.ts";

const CONTENT: ReadonlySet<string> = new Set(
  "hdlr pitm iinf iref iprp iloc idat grpl dinf".split(" "),
);
/** Items that are pictures, or made of such. */
const PICTURES: ReadonlySet<string> = new Set(
  "hvc1 hev1 lhv1 av01 avc1 vvc1 evc1 jpeg j2k1 unci mski grid iovl iden tmap".split(" "),
);
/** Properties that say how to decode a picture and how to show it. */
const SHOWN: ReadonlySet<string> = new Set(
  (
    "ispe pixi colr pasp irot imir clap rloc auxC lsel hvcC lhvC av1C avcC vvcC evcC jpgC j2kH mskC cmpd uncC cmpC icef sbpm cloc a1op a1lx oinf tols " +
    "clli mdcv cclv amve reve ndwt iscl rref ster cmin cmex"
  ).split(" "),
);
/** Names that coders give to items. */
const NAMES: readonly string[] = ["", "Color", "Alpha", "Exif", "XMP"];
const MOST_ITEMS = 10_000;

interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Whether a file's `meta` lists pictures. */
export async function isPicture(it: Cleaning, meta: Box): Promise<boolean> {
  const handler = await findBox(it.source, whole(meta), "hdlr");
  return handler !== null && fourCc(await it.source.view(handler.content + 8, 4), 0) === "pict";
}

/** Behind version and flags. */
const whole = (box: Box): Box => ({ ...box, content: box.content + 4 });

/** @throws RangeError where its tables cannot be read */
export async function cleanItems(it: Cleaning, box: Box): Promise<void> {
  const meta = whole(box);
  for await (const inner of boxesIn(it.source, meta.content, meta.to)) {
    if (!inner.isWhole) throw broken();
    if (inner.type === "hdlr") await cleanName(it, inner);
    if (CONTENT.has(inner.type)) continue;
    await noteBox(it, inner);
    freeBox(it, inner);
  }
  const paths = await findBox(it.source, meta, "dinf", "dref");
  if (paths !== null) await cleanPaths(it, paths);
  const properties = await findBox(it.source, meta, "iprp", "ipco");
  if (properties !== null) await cleanProperties(it, properties);
  const types = await cleanTypes(it, meta);
  for (const [id, extents] of await readPlaces(it.source, meta)) {
    const type = types.get(id) ?? "";
    if (!PICTURES.has(type)) await cleanItem(it, type, extents);
  }
  const references = await findBox(it.source, meta, "iref");
  if (references === null) return;
  for await (const { type } of boxesIn(it.source, references.content + 4, references.to)) {
    // A small picture of its own, of what the large one may once have been.
    if (type === "thmb") it.stays("thumbnail", "");
  }
}

async function cleanProperties(it: Cleaning, properties: Box): Promise<void> {
  for await (const box of boxesIn(it.source, properties.content, properties.to)) {
    const { type, content } = box;
    if (!SHOWN.has(type)) {
      await noteBox(it, box);
      freeBox(it, box);
    } else if (type === "irot") {
      // Quarters; an odd number of them exchanges the sides.
      if ((await it.source.view(content, 1)).getUint8(0) % 2 === 1) it.turn = 6;
    } else if (type === "colr") await cleanColours(it, box);
  }
}

/** Colours stay, a profile's words do not. */
export async function cleanColours(it: Cleaning, { content, to }: Box): Promise<void> {
  if (to - content <= 4) return;
  const view = await it.source.view(content, to - content);
  const isProfile = ["prof", "rICC"].includes(fourCc(view, 0));
  const profile = isProfile ? blankProfile(bytesOf(view, 4), it.found) : null;
  if (profile !== null) it.put(content + 4, to, profile);
}

/** By item (§8.11.6): only entries of version 2 and 3 have a type. The names behind it go. */
async function cleanTypes(it: Cleaning, meta: Box): Promise<ReadonlyMap<number, string>> {
  const { source } = it;
  const types = new Map<number, string>();
  const list = await findBox(source, meta, "iinf");
  if (list === null) return types;
  const isShort = (await source.view(list.content, 1)).getUint8(0) === 0;
  for await (const entry of boxesIn(source, list.content + (isShort ? 6 : 8), list.to)) {
    const view = await source.view(entry.content, Math.min(entry.to - entry.content, 12));
    const version = view.getUint8(0);
    if (version === 2) types.set(view.getUint16(4), fourCc(view, 8));
    if (version === 3)
      types.set(view.getUint32(4), fourCc(await source.view(entry.content + 10, 4), 0));
    const behind = entry.content + (version < 2 ? 8 : version === 2 ? 12 : 14);
    const [name = ""] = (await source.text(behind, Math.max(entry.to, behind))).split("\0");
    if (!NAMES.includes(name)) it.found("comment", name);
    // Most have an empty one.
    if (entry.to - behind > 1) it.blank(behind, entry.to);
  }
  return types;
}

/** Where in the file each item is (§8.11.3). An item that is made of others is not among them. */
async function readPlaces(source: Source, meta: Box): Promise<ReadonlyMap<number, Extent[]>> {
  const places = new Map<number, Extent[]>();
  const box = await findBox(source, meta, "iloc");
  const data = await findBox(source, meta, "idat");
  if (box === null) return places;
  const view = await source.view(box.content, box.to - box.content);
  const version = view.getUint8(0);
  let at = 6;
  const read = (bytes: number): number => {
    let value = 0;
    for (const end = at + bytes; at < end; at++) value = value * 256 + view.getUint8(at);
    return value;
  };
  const sizes = [4, 5].map((byte) => [view.getUint8(byte) >> 4, view.getUint8(byte) & 15]).flat();
  const [offsetBytes = 0, lengthBytes = 0, baseBytes = 0, indexBytes = 0] = sizes;
  const items = read(version < 2 ? 2 : 4);
  if (items > MOST_ITEMS) throw broken();
  for (let item = 0, pieces = 0; item < items; item++) {
    const id = read(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : read(2) & 15;
    read(2);
    const start = read(baseBytes) + (method === 1 ? (data?.content ?? 0) : 0);
    const extents: Extent[] = [];
    for (let count = read(2); count > 0; count--) {
      if (++pieces > MOST_ITEMS) throw broken();
      if (version > 0) read(indexBytes);
      const from = start + read(offsetBytes);
      extents.push({ from, to: from + read(lengthBytes) });
    }
    if (method < 2) places.set(id, extents);
  }
  return places;
}

/** Turns to EXIF that says nothing, or to zeros. */
async function cleanItem(it: Cleaning, type: string, extents: readonly Extent[]): Promise<void> {
  const [first] = extents;
  if (first === undefined) return;
  // Laid over the zeros: of two cuts at a place the first holds.
  const hasRoom = type === "Exif" && first.to - first.from >= 30;
  if (hasRoom) it.put(first.from, first.from + 30, Uint8Array.of(0, 0, 0, 0, ...exifOfTurn(1)));
  for (const { from, to } of extents) it.blank(from, to);
  const view = await it.source.view(first.from, Math.min(first.to - first.from, 262_144));
  if (type === "mime") return readXmp(bytesOf(view), it.found);
  if (!hasRoom) {
    // Emptied before.
    if (bytesOf(view).some((byte) => byte !== 0)) it.found("other", type);
    return;
  }
  const skipped = 4 + Math.min(view.getUint32(0), view.byteLength - 4);
  readExif(await it.source.view(first.from + skipped, view.byteLength - skipped), it.found);
}
