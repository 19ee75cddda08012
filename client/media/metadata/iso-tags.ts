/** What boxes tell that are no content (user data of QuickTime, iTunes' lists, XMP), and those that have to stay. */
import type { Cleaning } from "./cleaning.ts";
import { boxesIn, type Box } from "./iso-boxes.ts";
import { whatOf } from "./names.ts";
import { bytesOf, fourCc, latin1, textOf } from "./source.ts";
import { readXmp } from "./xmp.ts";

/** Only hold others. */
const HOLDERS: readonly string[] = ["udta", "meta", "ilst", "moov", "trak"];
const SILENT: readonly string[] = [
  "free",
  "skip",
  "wide",
  "hdlr",
  "tref",
  "\0\0\0\0",
  "mean",
  "name",
];
const XMP_UUID = "\xbe\x7a\xcf\xcb";
const MOST_DEPTH = 4;
const MOST_TEXT_BYTES = 400;
const MOST_XMP_BYTES = 131_072;

/** Notes what the box says; one that is not understood by its type. Damage in it is passed over: it goes as a whole. */
export async function noteBox(it: Cleaning, box: Box): Promise<void> {
  try {
    await noteWithin(it, box, [], 0);
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    it.found("other", box.type);
  }
}

async function noteWithin(it: Cleaning, box: Box, keys: string[], depth: number): Promise<void> {
  const { type, content, to } = box;
  if (SILENT.includes(type) || to - content < 4 || depth > MOST_DEPTH) return;
  if (type === "keys") {
    for await (const key of boxesIn(it.source, content + 8, to)) {
      keys.push(await it.source.text(key.content, key.to));
    }
  } else if (HOLDERS.includes(type)) {
    // Apple's older ones have no version of their own.
    const isFull = type === "meta" && fourCc(await it.source.view(content, 8), 4) !== "hdlr";
    for await (const inner of boxesIn(it.source, content + (isFull ? 4 : 0), to)) {
      await noteWithin(it, inner, keys, depth + 1);
    }
  } else if (type === "XMP_" || type === "uuid") {
    const view = await it.source.upTo(content, to, MOST_XMP_BYTES);
    const isXmp = type === "XMP_" || latin1(bytesOf(view, 0, 4)) === XMP_UUID;
    if (isXmp) readXmp(bytesOf(view), it.found);
    else it.found("other", type);
  } else {
    const index = (await it.source.view(box.from + 4, 4)).getUint32(0);
    noteTag(it, keys[index - 1] ?? type, await it.source.upTo(content, to, MOST_TEXT_BYTES));
  }
}

/** Of a track's or a list's handler, by which programs and cameras tell themselves. */
export async function cleanName(it: Cleaning, { content, to }: Box): Promise<void> {
  const name = textOf(bytesOf(await it.source.view(content, to - content), 24));
  if (/[a-z]/i.test(name)) it.found("software", name);
  it.blank(content + 12, to);
}

/** Where data are, without the path on their author's machine: all of them are in the file itself. */
export async function cleanPaths(it: Cleaning, { content, to }: Box): Promise<void> {
  for await (const entry of boxesIn(it.source, content + 8, to)) {
    it.put(entry.content, entry.content + 4, Uint8Array.of(0, 0, 0, 1));
    it.blank(entry.content + 4, entry.to);
  }
}

function noteTag(it: Cleaning, name: string, view: DataView<ArrayBuffer>): void {
  const what = whatOf(name);
  if (name === "loci") return it.found("location", readPlace(view));
  if (what === undefined) return it.found("other", name);
  // A list's value stands behind a header and its type; user data's behind its length and its language.
  const isList = view.byteLength > 16 && fourCc(view, 4) === "data";
  const isText = what !== "thumbnail" && name !== "GPMF";
  return it.found(what, isText ? textOf(bytesOf(view, isList ? 16 : 4)) : "");
}

/** 3GPP TS 26.244 §8.3: behind a name and a role two numbers, of 16 bits before and behind the point. */
function readPlace(view: DataView<ArrayBuffer>): string {
  const at = bytesOf(view).indexOf(0, 6) + 2;
  const [longitude, latitude] = [view.getInt32(at) / 65_536, view.getInt32(at + 4) / 65_536];
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}
