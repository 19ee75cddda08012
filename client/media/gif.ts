/** GIF as blocks (GIF89a specification): how large it is, from the first bytes of it. */
import type { Dimensions } from "./examined.ts";

/** How much room a table of colours takes, by the flags before it (§18, §20). */
export const tableBytes = (flags: number): number =>
  flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;

/**
 * The screen, or what frames reach over it: browsers make room for the larger (GIF89a specification §18, §20). Null
 * where there is no frame among what is read.
 * @throws RangeError where it ends early
 */
export function readGifSize(view: DataView): Dimensions | null {
  const u16 = (at: number): number => view.getUint16(at, true);
  const behindTable = (at: number): number => at + tableBytes(view.getUint8(at));
  let [width, height, frames] = [u16(6), u16(8), 0];
  for (let at = 3 + behindTable(10); at + 10 <= view.byteLength;) {
    const block = view.getUint8(at);
    if (block === 0x2c) {
      width = Math.max(width, u16(at + 1) + u16(at + 5));
      height = Math.max(height, u16(at + 3) + u16(at + 7));
      frames++;
    } else if (block !== 0x21) break;
    at = block === 0x2c ? behindTable(at + 9) + 2 : at + 2;
    for (let size = 1; size > 0 && at < view.byteLength; at += 1 + size) size = view.getUint8(at);
  }
  return frames === 0 ? null : { width, height };
}
