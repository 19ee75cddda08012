/**
 * Ogg (RFC 3533): the second packet of each of its streams carries comments, and is emptied where it stands. Streams may
 * follow one another (§4), as a radio station's pieces do, so all pages are walked.
 */
import type { Cleaning } from "./cleaning.ts";
import { broken, bytesOf, fourCc, latin1 } from "./source.ts";
import { readVorbisComment } from "./vorbis-comment.ts";

/** What packets with comments begin with. */
const MARKS: readonly string[] = ["\x03vorbis", "OpusTags", "\x81theora"];
const IS_FIRST = 2;
const MOST_COMMENT_BYTES = 8_388_608;
const HEADER_BYTES = 27;

interface Page {
  readonly from: number;
  /** Where its content begins. */
  readonly content: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A stream whose second packet is not over yet: its bytes so far, page for page. */
interface Comments {
  readonly pages: { readonly page: Page; readonly length: number }[];
}

/** @throws RangeError where comments are of a kind that is not known here, or pages of no stream that began */
export async function cleanOgg(it: Cleaning): Promise<void> {
  const { source } = it;
  const begun = new Set<number>();
  const open = new Map<number, Comments>();
  let read = 0;
  for (let at = 0; at < source.size;) {
    const head = await source.upTo(at, source.size, HEADER_BYTES + 255);
    const isPage = head.byteLength >= HEADER_BYTES && fourCc(head, 0) === "OggS";
    if (!isPage && at > 0 && open.size === 0) {
      // Behind damage players look for the next page; who knows what it is that they pass over.
      it.isOpaque = true;
      return;
    }
    if (!isPage) throw broken();
    const content = HEADER_BYTES + head.getUint8(26);
    const length = bytesOf(head, HEADER_BYTES, content).reduce((sum, size) => sum + size, content);
    const serial = head.getUint32(14, true);
    const comments = open.get(serial);
    if ((head.getUint8(5) & IS_FIRST) !== 0) {
      begun.add(serial);
      open.set(serial, { pages: [] });
    } else if (!begun.has(serial)) throw broken();
    else if (comments !== undefined) {
      read += length;
      if (read > MOST_COMMENT_BYTES) throw broken();
      const page = { from: at, content, bytes: bytesOf(await source.view(at, length)).slice() };
      const end = packetEnd(page);
      comments.pages.push({ page, length: end.length });
      if (end.isOver) {
        emptyComments(it, comments);
        open.delete(serial);
      }
    }
    at += length;
  }
  if (open.size > 0) throw broken();
}

/** How much of the page belongs to the packet that it begins with, or goes on with. */
function packetEnd({ content, bytes }: Page): {
  readonly length: number;
  readonly isOver: boolean;
} {
  let length = 0;
  for (const size of bytes.subarray(HEADER_BYTES, content)) {
    length += size;
    if (size < 255) return { length, isOver: true };
  }
  return { length, isOver: false };
}

function emptyComments(it: Cleaning, { pages }: Comments): void {
  const packet = new Uint8Array(pages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { page, length } of pages) {
    packet.set(page.bytes.subarray(page.content, page.content + length), at);
    at += length;
  }
  const mark = MARKS.find((one) => latin1(packet.subarray(0, one.length)) === one);
  const clean = mark === undefined ? null : readVorbisComment(packet, mark.length, it.found);
  if (clean === null) throw broken();
  at = 0;
  for (const { page, length } of pages) {
    const { from, content, bytes } = page;
    bytes.set(clean.subarray(at, at + length), content);
    at += length;
    bytes.fill(0, 22, 26);
    new DataView(bytes.buffer).setUint32(22, checksum(bytes), true);
    it.put(from, from + bytes.length, bytes);
  }
}

/** CRC-32 of the polynomial 0x04c11db7, not reflected (RFC 3533 §6). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum < 0 ? 0x04_c1_1d_b7 : 0);
  }
  return sum >>> 0;
}
