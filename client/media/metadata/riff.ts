/** RIFF files: WebP (RFC 9649), WAVE, AVI. */
import type { FileKind } from "../kinds.ts";
import type { Cleaning, What } from "./cleaning.ts";
import { readExif } from "./exif.ts";
import { blankProfile } from "./icc.ts";
import { readId3 } from "./id3.ts";
import { bytesOf, fourCc, textOf, type Source } from "./source.ts";
import { readXmp } from "./xmp.ts";

/** Chunks that stay, by kind of file. */
const CONTENT: { readonly [K in FileKind]?: readonly string[] } = {
  webp: ["VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF"],
  wav: ["fmt ", "data", "fact"],
  avi: ["LIST", "idx1", "avih", "strh", "strf", "indx", "dmlh", "vprp", "RIFF"],
};
const INFO: { readonly [name: string]: What } = {
  IART: "author",
  ICOP: "author",
  IENG: "author",
  ITCH: "author",
  ICRD: "dates",
  IDIT: "dates",
  ISFT: "software",
  ISRC: "camera",
  INAM: "comment",
  ICMT: "comment",
  IKEY: "comment",
  ISBJ: "comment",
};
/** Bits of VP8X that say there is EXIF, XMP. */
const HAS_METADATA = 0x08 | 0x04;
const IS_ANIMATED = 0x02;
const MOST_TEXT_BYTES = 65_536;

interface Chunk {
  readonly name: string;
  /** Where its header begins, its content, and what follows. */
  readonly from: number;
  readonly content: number;
  readonly to: number;
}

/** @throws RangeError where chunks do not follow one another */
export async function cleanRiff(it: Cleaning, kind: "webp" | "wav" | "avi"): Promise<void> {
  const { source } = it;
  const size = (await source.view(4, 4)).getUint32(0, true);
  // Recorders that never came to an end left nothing, or all bits, as their size; AVI goes on behind it.
  const isOpen = kind === "avi" || size === 0 || 8 + size > source.size;
  const end = isOpen ? source.size : 8 + size;
  let left = 0;
  for (let at = 12; at + 8 <= end;) {
    const chunk = await chunkAt(source, at, end);
    at = chunk.to;
    if (await isContent(it, kind, chunk)) continue;
    await noteChunk(it, chunk);
    // Indices of AVI count bytes, so nothing may move there.
    if (kind === "avi") blankChunk(it, chunk);
    else {
      it.drop(chunk.from, chunk.to);
      left += chunk.to - chunk.from;
    }
  }
  if (end < source.size) it.found("other", "");
  it.drop(end, source.size);
  if (left > 0 && !isOpen) {
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, size - left, true);
    it.put(4, 8, header);
  }
}

async function chunkAt(source: Source, at: number, end: number): Promise<Chunk> {
  const head = await source.view(at, 8);
  const size = head.getUint32(4, true);
  const to = Math.min(at + 8 + size + (size % 2), end);
  return { name: fourCc(head, 0), from: at, content: at + 8, to };
}

/** Also cleans what is inside of content. */
async function isContent(it: Cleaning, kind: FileKind, chunk: Chunk): Promise<boolean> {
  const { name, content, to } = chunk;
  if (kind === "webp" && name === "ICCP") {
    const view = await it.source.view(content, to - content);
    const profile = blankProfile(bytesOf(view), it.found);
    it.put(content, to, profile ?? new Uint8Array(to - content));
    return true;
  }
  if (CONTENT[kind]?.includes(name) !== true) return false;
  if (name === "VP8X") {
    const flags = (await it.source.view(content, 1)).getUint8(0);
    it.isAnimated = (flags & IS_ANIMATED) !== 0;
    it.put(content, content + 1, Uint8Array.of(flags & ~HAS_METADATA));
  }
  if (name === "ANMF") await cleanWithin(it, kind, content + 16, to);
  if (name !== "LIST") return true;
  const list = fourCc(await it.source.view(content, 4), 0);
  if (list === "INFO") return false;
  // Frames of a film are many, and only frames.
  if (list !== "movi") await cleanWithin(it, kind, content + 4, to);
  return true;
}

/** Chunks in a chunk: what is no content turns to zeros, so that the sizes around it hold. */
async function cleanWithin(it: Cleaning, kind: FileKind, from: number, to: number): Promise<void> {
  for (let at = from; at + 8 <= to;) {
    const chunk = await chunkAt(it.source, at, to);
    at = chunk.to;
    if (await isContent(it, kind, chunk)) continue;
    await noteChunk(it, chunk);
    blankChunk(it, chunk);
  }
}

function blankChunk(it: Cleaning, { from, content, to }: Chunk): void {
  it.put(from, from + 4, Uint8Array.of(0x4a, 0x55, 0x4e, 0x4b));
  it.blank(content, to);
}

async function noteChunk(it: Cleaning, { name, content, to }: Chunk): Promise<void> {
  const view = await it.source.view(content, Math.min(to - content, MOST_TEXT_BYTES));
  if (name === "EXIF") {
    const isPrefixed = view.byteLength >= 6 && fourCc(view, 0) === "Exif";
    const tiff = isPrefixed ? await it.source.view(content + 6, view.byteLength - 6) : view;
    readExif(tiff, it.found);
  } else if (name === "XMP " || name === "_PMX") readXmp(bytesOf(view), it.found);
  else if (name.toLowerCase() === "id3 ") readId3(view, it.found);
  else if (name === "LIST") await noteInfo(it, content + 4, to);
  else if (name === "bext" && view.byteLength >= 338) {
    it.found("comment", textOf(bytesOf(view, 0, 256)));
    it.found("author", textOf(bytesOf(view, 256, 288)));
    it.found("dates", textOf(bytesOf(view, 320, 338)));
  } else if (INFO[name] !== undefined) it.found(INFO[name], textOf(bytesOf(view, 0, 400)));
  else if (!["JUNK", "PAD "].includes(name)) it.found("other", name);
}

async function noteInfo(it: Cleaning, from: number, to: number): Promise<void> {
  for (let at = from; at + 8 <= to;) {
    const { name, content, to: next } = await chunkAt(it.source, at, to);
    const text = await it.source.view(content, Math.min(next - content, 400));
    it.found(INFO[name] ?? "comment", textOf(bytesOf(text)));
    at = next;
  }
}
