/** PNG (W3C PNG, third edition): only the chunks that make the picture stay. */
import { concat } from "../../../shared/bytes.ts";
import type { Cleaning } from "./cleaning.ts";
import { exifOfTurn, readExif } from "./exif.ts";
import { blankProfile } from "./icc.ts";
import { deflate, inflate } from "./inflate.ts";
import { noteNamed } from "./names.ts";
import { broken, bytesOf, fourCc, latin1, textOf } from "./source.ts";
import { readXmp } from "./xmp.ts";

/** Header, palette, pixels, transparency, colours, size of a pixel, animation. */
const PICTURE: readonly string[] =
  "IHDR PLTE IDAT IEND tRNS cHRM gAMA sRGB sBIT bKGD hIST pHYs cICP mDCV mDCv cLLI cLLi acTL fcTL fdAT".split(
    " ",
  );
const XMP = "XML:com.adobe.xmp";
const MOST_PROFILE_BYTES = 4_194_304;
const MOST_TEXT_BYTES = 262_144;

/** @throws RangeError where it breaks off before the pixels */
export async function cleanPng(it: Cleaning): Promise<void> {
  let hasPixels = false;
  for (let at = 8; at < it.source.size;) {
    // Cut off within the picture: browsers show what there is.
    if (hasPixels && at + 8 > it.source.size) return it.drop(at, it.source.size);
    const head = await it.source.view(at, 8);
    const name = fourCc(head, 4);
    const end = at + 12 + head.getUint32(0);
    if (end > it.source.size && !(name === "IDAT" || hasPixels)) throw broken();
    hasPixels ||= name === "IDAT";
    it.isAnimated ||= name === "acTL";
    if (name === "iCCP") await cleanProfile(it, at, end);
    else if (name === "eXIf") await cleanExif(it, at, end);
    else if (!PICTURE.includes(name)) {
      it.drop(at, end);
      await noteChunk(it, name, at + 8, Math.min(end - 4, it.source.size));
    }
    at = end;
    if (name !== "IEND") continue;
    if (at < it.source.size) it.found("other", "");
    return it.drop(at, it.source.size);
  }
}

async function noteChunk(it: Cleaning, name: string, from: number, to: number): Promise<void> {
  const view = await it.source.upTo(from, to, MOST_TEXT_BYTES);
  if (name === "tIME" && view.byteLength >= 7) {
    const two = (at: number): string => String(view.getUint8(at)).padStart(2, "0");
    it.found("dates", `${view.getUint16(0)}-${two(2)}-${two(3)} ${two(4)}:${two(5)}:${two(6)}`);
  } else if (name === "tEXt" || name === "zTXt" || name === "iTXt") {
    await noteText(it, name, bytesOf(view));
  } else it.found("other", name);
}

async function noteText(it: Cleaning, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const zeroAfter = (from: number): number => bytes.indexOf(0, from) + 1 || bytes.length;
  const behind = zeroAfter(0);
  const keyword = latin1(bytes.subarray(0, Math.min(behind - 1, 79)));
  const isInternational = name === "iTXt";
  const isPacked = name === "zTXt" || (isInternational && bytes[behind] === 1);
  // Behind its flags stand a language and the keyword in that language.
  const from = isInternational ? zeroAfter(zeroAfter(behind + 2)) : behind + (isPacked ? 1 : 0);
  const packed = bytes.slice(from);
  const text = isPacked ? await inflate(packed, MOST_TEXT_BYTES) : packed;
  if (keyword === XMP) return readXmp(text ?? packed, it.found);
  return noteNamed(it.found, keyword, textOf(text ?? Uint8Array.of()));
}

/** Only how the picture is turned stays: browsers look for it. */
async function cleanExif(it: Cleaning, from: number, to: number): Promise<void> {
  const turn = readExif(await it.source.upTo(from + 8, to - 4, MOST_TEXT_BYTES), it.found);
  // The first counts.
  if (turn === 1 || it.turn !== 1) return it.drop(from, to);
  it.turn = turn;
  return it.put(from, to, pngChunk("eXIf", exifOfTurn(turn)));
}

/** Its name and its maker's words go; its colours stay. */
async function cleanProfile(it: Cleaning, from: number, to: number): Promise<void> {
  const bytes = bytesOf(await it.source.view(from + 8, to - from - 12));
  const packed = bytes.slice(bytes.indexOf(0) + 2);
  const profile = await inflate(packed, MOST_PROFILE_BYTES);
  const clean = profile === null ? null : blankProfile(profile, it.found);
  if (clean === null) return it.drop(from, to);
  const content = concat(Uint8Array.of(0x69, 0x63, 0x63, 0, 0), await deflate(clean));
  return it.put(from, to, pngChunk("iCCP", content));
}

function pngChunk(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(12 + content.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length);
  chunk.set(
    Uint8Array.from(name, (letter) => letter.charCodeAt(0)),
    4,
  );
  chunk.set(content, 8);
  view.setUint32(8 + content.length, crc32(chunk.subarray(4, 8 + content.length)));
  return chunk;
}

/** PNG annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xed_b8_83_20 : 0);
  }
  return ~crc;
}
