/** RIFF files: WebP (RFC 9649) and WAVE. Only chunks that make picture or sound go stay. */
import type { Cleaning } from "./cleaning.ts";
import { readExif } from "./exif.ts";
import { blankProfile } from "./icc.ts";
import { readId3 } from "./id3.ts";
import { noteNamed } from "./names.ts";
import { broken, bytesOf, fourCc, type Source } from "./source.ts";
import { readXmp } from "./xmp.ts";

const CONTENT: readonly string[] = "VP8X|VP8 |VP8L|ALPH|ANIM|ANMF|ICCP|fmt |data|fact".split("|");
/** Of those, pixels and sound themselves. */
const SHOWN: readonly string[] = ["VP8 ", "VP8L", "ANMF", "data"];
/** Bits of VP8X that say there is EXIF, XMP. */
const HAS_METADATA = 0x08 | 0x04;
const IS_ANIMATED = 0x02;
const MOST_BYTES = 65_536;

interface Chunk {
  readonly name: string;
  /** Where its header begins, its content, and what follows. */
  readonly from: number;
  readonly content: number;
  readonly to: number;
}

/** @throws RangeError where there is neither picture nor sound */
export async function cleanRiff(it: Cleaning): Promise<void> {
  const { source } = it;
  const size = (await source.view(4, 4)).getUint32(0, true);
  // Recorders that never came to an end left nothing, or all bits, as their size.
  const isOpen = size === 0 || 8 + size > source.size;
  const end = isOpen ? source.size : 8 + size;
  let left = size;
  let isThere = false;
  for await (const chunk of chunksIn(source, 12, end)) {
    isThere ||= SHOWN.includes(chunk.name);
    if (CONTENT.includes(chunk.name)) await cleanContent(it, chunk);
    else {
      await noteChunk(it, chunk);
      it.drop(chunk.from, chunk.to);
      left -= chunk.to - chunk.from;
    }
  }
  if (!isThere) throw broken();
  if (end < source.size) it.found("other", "");
  it.drop(end, source.size);
  const header = new DataView(new ArrayBuffer(4));
  header.setUint32(0, left, true);
  if (!isOpen) it.put(4, 8, bytesOf(header));
}

async function* chunksIn(source: Source, from: number, end: number): AsyncGenerator<Chunk> {
  for (let at = from; at + 8 <= end;) {
    const head = await source.view(at, 8);
    const size = head.getUint32(4, true);
    const name = fourCc(head, 0);
    // A recorder that was stopped left no size of its sound.
    const isOpen = name === "data" && size === 0;
    const to = isOpen ? end : Math.min(at + 8 + size + (size % 2), end);
    yield { name, from: at, content: at + 8, to };
    at = to;
  }
}

async function cleanContent(it: Cleaning, { name, content, to }: Chunk): Promise<void> {
  if (name === "ICCP") {
    const profile = bytesOf(await it.source.view(content, to - content));
    it.put(content, to, blankProfile(profile, it.found) ?? new Uint8Array(profile.length));
  } else if (name === "VP8X") {
    const flags = (await it.source.view(content, 1)).getUint8(0);
    it.isAnimated = (flags & IS_ANIMATED) !== 0;
    it.put(content, content + 1, Uint8Array.of(flags & ~HAS_METADATA));
  } else if (name === "ANMF") {
    for await (const inner of chunksIn(it.source, content + 16, to)) {
      // The frame says how long it is, so nothing moves in it.
      if (!CONTENT.includes(inner.name)) it.blank(inner.content, inner.to);
    }
  }
}

async function noteChunk(it: Cleaning, { name, content, to }: Chunk): Promise<void> {
  const view = await it.source.upTo(content, to, MOST_BYTES);
  if (name === "EXIF") {
    const isPrefixed = view.byteLength >= 6 && fourCc(view, 0) === "Exif";
    readExif(isPrefixed ? await it.source.upTo(content + 6, to, MOST_BYTES) : view, it.found);
  } else if (name === "XMP " || name === "_PMX") readXmp(bytesOf(view), it.found);
  else if (name.toLowerCase() === "id3 ") readId3(view, it.found);
  else if (name === "bext") it.found("comment", await it.source.text(content, to));
  else if (name === "LIST") {
    for await (const inner of chunksIn(it.source, content + 4, to)) {
      noteNamed(it.found, inner.name, await it.source.text(inner.content, inner.to));
    }
  } else if (name !== "JUNK") it.found("other", name);
}
