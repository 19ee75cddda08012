/** What boxes that are no content tell: user data of QuickTime, iTunes' lists, XMP. */
import type { Cleaning, What } from "./cleaning.ts";
import { boxesIn, type Box } from "./iso-boxes.ts";
import { bytesOf, fourCc, latin1, textOf } from "./source.ts";
import { readXmp } from "./xmp.ts";

/** By the last part of a key, or by the type of a box, without the sign that Apple's begin with. */
const TAGS: { readonly [name: string]: What } = {
  xyz: "location",
  loci: "location",
  ISO6709: "location",
  GPMF: "location",
  mak: "camera",
  make: "camera",
  mod: "camera",
  model: "camera",
  CAME: "camera",
  FIRM: "camera",
  LENS: "camera",
  day: "dates",
  creationdate: "dates",
  date: "dates",
  yrrc: "dates",
  swr: "software",
  too: "software",
  software: "software",
  encoder: "software",
  version: "software",
  ART: "author",
  aART: "author",
  aut: "author",
  auth: "author",
  author: "author",
  artist: "author",
  perf: "author",
  wrt: "author",
  cprt: "author",
  cpy: "author",
  copyright: "author",
  nam: "comment",
  titl: "comment",
  title: "comment",
  alb: "comment",
  cmt: "comment",
  comment: "comment",
  des: "comment",
  desc: "comment",
  dscp: "comment",
  description: "comment",
  covr: "thumbnail",
  thmb: "thumbnail",
};
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
  const length = Math.min(to - content, MOST_TEXT_BYTES);
  if (SILENT.includes(type) || to - content < 4 || depth > MOST_DEPTH) return;
  if (type === "keys") {
    for await (const key of boxesIn(it.source, content + 8, to)) {
      keys.push(
        textOf(bytesOf(await it.source.view(key.content, Math.min(key.to - key.content, 100)))),
      );
    }
  } else if (HOLDERS.includes(type)) {
    // Apple's older ones have no version of their own.
    const isFull = type === "meta" && fourCc(await it.source.view(content, 8), 4) !== "hdlr";
    for await (const inner of boxesIn(it.source, content + (isFull ? 4 : 0), to)) {
      await noteWithin(it, inner, keys, depth + 1);
    }
  } else if (type === "XMP_" || type === "uuid") {
    const view = await it.source.view(content, Math.min(to - content, MOST_XMP_BYTES));
    const isXmp = type === "XMP_" || latin1(bytesOf(view, 0, 4)) === XMP_UUID;
    if (isXmp) readXmp(bytesOf(view), it.found);
    else it.found("other", type);
  } else {
    const index = (await it.source.view(box.from + 4, 4)).getUint32(0);
    noteTag(it, keys[index - 1] ?? type, await it.source.view(content, length));
  }
}

function noteTag(it: Cleaning, name: string, view: DataView<ArrayBuffer>): void {
  const key = name.replace(/^©/, "").split(".").at(-1) ?? "";
  const what = TAGS[key];
  const isList = view.byteLength > 16 && fourCc(view, 4) === "data";
  // A list's value stands behind a header and its type; user data's behind its length and its language.
  const text = textOf(bytesOf(view, isList ? 16 : 4));
  const isShown = what !== undefined && what !== "thumbnail" && key !== "GPMF";
  it.found(what ?? "other", isShown ? text : what === undefined ? name : "");
}
