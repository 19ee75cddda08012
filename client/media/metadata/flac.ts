/** FLAC (RFC 9639): of the blocks before the sound only its form and the places to seek to stay. */
import type { Cleaning } from "./cleaning.ts";
import { broken, bytesOf } from "./source.ts";
import { readVorbisComment } from "./vorbis-comment.ts";

const STREAM = 0;
const PADDING = 1;
const SEEK_TABLE = 3;
const COMMENT = 4;
const PICTURE = 6;
const IS_LAST = 0x80;
const MOST_COMMENT_BYTES = 1_048_576;

/** `from`: where it begins, behind tags of another kind. @throws RangeError where blocks do not follow one another */
export async function cleanFlac(it: Cleaning, from: number): Promise<void> {
  const kept: { readonly at: number; readonly type: number }[] = [];
  for (let at = from + 4, isLast = false; !isLast;) {
    const head = await it.source.view(at, 4);
    const type = head.getUint8(0) & 0x7f;
    const to = at + 4 + (head.getUint32(0) & 0xff_ff_ff);
    isLast = (head.getUint8(0) & IS_LAST) !== 0;
    if (to > it.source.size) throw broken();
    if (type === STREAM || type === SEEK_TABLE) kept.push({ at, type });
    else {
      it.drop(at, to);
      if (type === COMMENT) {
        const view = await it.source.upTo(at + 4, to, MOST_COMMENT_BYTES);
        readVorbisComment(bytesOf(view), 0, it.found);
      } else if (type === PICTURE) it.found("thumbnail", "");
      else if (type !== PADDING) it.found("other", "");
    }
    at = to;
  }
  for (const [index, { at, type }] of kept.entries()) {
    const isLast = index === kept.length - 1;
    it.put(at, at + 1, Uint8Array.of(type | (isLast ? IS_LAST : 0)));
  }
}
