/**
 * PDF (ISO 32000): what it says of its origin is shown as far as it stands there in the open, and stays: its places
 * are counted, its parts packed, and what else is in it cannot be told.
 */
import type { Cleaning } from "./cleaning.ts";
import { noteNamed } from "./names.ts";
import { bytesOf, latin1 } from "./source.ts";
import { readXmp } from "./xmp.ts";

/** At either end, where writers put what is about the whole. */
const SEARCHED_BYTES = 262_144;
const ENTRY =
  /\/(Author|Creator|Producer|CreationDate|ModDate|Title|Subject|Keywords)\s{0,4}(?:\(((?:[^\\()]|\\.){0,400})|<([\da-f\s]{0,800})>)/gis;

/** Removes nothing. */
export async function readPdf(it: Cleaning): Promise<void> {
  it.isOpaque = true;
  const { size } = it.source;
  const length = Math.min(size, SEARCHED_BYTES);
  for (const from of new Set([0, size - length])) {
    const bytes = bytesOf(await it.source.view(from, length));
    const text = new TextDecoder("latin1").decode(bytes);
    for (const [, name = "", plain, hex = ""] of text.matchAll(ENTRY)) {
      // The program that it was written with; in XMP the word is its author's.
      const key = name === "Creator" ? "CreatorTool" : name;
      noteNamed(it.stays, key, readString(plain ?? fromHex(hex)));
    }
    const packet = text.indexOf("<x:xmpmeta");
    if (packet >= 0) readXmp(bytes.subarray(packet), it.stays);
  }
}

const fromHex = (hex: string): string =>
  latin1(Uint8Array.from(hex.match(/[\da-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16)));

/** UTF-16 where it says so; else near enough to Latin-1. */
function readString(text: string): string {
  const plain = text.replace(/\\(\d{3}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  );
  if (!/^(\xfe\xff|þÿ)/.test(plain)) return plain;
  const bytes = Uint8Array.from(plain.slice(2), (letter) => letter.charCodeAt(0));
  return new TextDecoder("utf-16be").decode(bytes);
}
