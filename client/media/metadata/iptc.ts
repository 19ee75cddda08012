/** What Photoshop's blocks tell: IPTC (IIM 4.2, record 2) and a thumbnail. */
import type { Note, What } from "./cleaning.ts";
import { bytesOf, fourCc, textOf } from "./source.ts";

const IPTC_BLOCK = 0x0404;
const THUMBNAIL_BLOCKS: readonly number[] = [0x0409, 0x040c];
const DATASETS: { readonly [dataset: number]: What } = {
  5: "comment",
  25: "comment",
  40: "comment",
  55: "dates",
  62: "dates",
  65: "software",
  80: "author",
  90: "location",
  92: "location",
  95: "location",
  101: "location",
  105: "comment",
  110: "author",
  115: "author",
  116: "author",
  120: "comment",
  122: "author",
};

/** `view` begins with the first `8BIM`. What cannot be read is passed over. */
export function readPhotoshop(view: DataView<ArrayBuffer>, note: Note): void {
  const even = (size: number): number => size + (size % 2);
  for (let at = 0; at + 12 <= view.byteLength && fourCc(view, at) === "8BIM";) {
    const id = view.getUint16(at + 4);
    const from = at + 6 + even(view.getUint8(at + 6) + 1) + 4;
    if (from > view.byteLength) return;
    const size = view.getUint32(from - 4);
    if (THUMBNAIL_BLOCKS.includes(id)) note("thumbnail", "");
    if (id === IPTC_BLOCK) readDatasets(bytesOf(view, from, from + size), note);
    at = from + even(size);
  }
}

function readDatasets(bytes: Uint8Array, note: Note): void {
  for (let at = 0; bytes[at] === 0x1c;) {
    const size = (bytes[at + 3] ?? 0) * 256 + (bytes[at + 4] ?? 0);
    const what = bytes[at + 1] === 2 ? DATASETS[bytes[at + 2] ?? 0] : undefined;
    if (what !== undefined) note(what, textOf(bytes.subarray(at + 5, at + 5 + size)));
    at += 5 + size;
  }
}
