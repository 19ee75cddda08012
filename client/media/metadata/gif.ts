/** GIF (GIF89a specification): pictures, how long each is seen and how often all are repeated stay. */
import { tableBytes } from "../gif.ts";
import type { Cleaning } from "./cleaning.ts";
import { broken, bytesOf, latin1, textOf } from "./source.ts";
import { readXmp } from "./xmp.ts";

const LOOPS: readonly string[] = ["NETSCAPE2.0", "ANIMEXTS1.0"];
/** A block that repeats is these many bytes long, in all. */
const LOOP_BYTES = 19;

/** @throws RangeError where it breaks off before the first picture or holds a block that none knows */
export async function cleanGif(it: Cleaning): Promise<void> {
  const { source } = it;
  let at = 13 + tableBytes((await source.view(10, 1)).getUint8(0));
  for (let pictures = 0; ;) {
    const isOver = at >= source.size;
    // Cut off within the pictures: browsers show what there is.
    if (isOver && pictures > 0) return;
    const block = (await source.view(at, 1)).getUint8(0);
    if (block === 0x3b) {
      if (at + 1 < source.size) it.found("other", "");
      return it.drop(at + 1, source.size);
    }
    if (block === 0x2c) {
      const flags = (await source.view(at + 9, 1)).getUint8(0);
      // Behind the table of colours stands one byte for the code.
      at = await endOfBlocks(it, at + 11 + tableBytes(flags));
      it.isAnimated = ++pictures > 1;
    } else if (block === 0x21) {
      at = await cleanExtension(it, at);
    } else throw broken();
  }
}

/** Behind the empty block that ends a row of blocks; the end of the file where it breaks off. */
async function endOfBlocks(it: Cleaning, from: number): Promise<number> {
  for (let at = from; at < it.source.size;) {
    const length = (await it.source.view(at, 1)).getUint8(0);
    at += 1 + length;
    if (length === 0) return at;
  }
  return it.source.size;
}

async function cleanExtension(it: Cleaning, from: number): Promise<number> {
  const { source } = it;
  const label = (await source.view(from + 1, 1)).getUint8(0);
  const to = await endOfBlocks(it, from + 2);
  if (label === 0xf9 && to - from === 8) return to;
  const head = bytesOf(await source.upTo(from, to, 400));
  const name = latin1(head.subarray(3, 14));
  if (label === 0xff && LOOPS.includes(name) && to - from === LOOP_BYTES) return to;
  it.drop(from, to);
  if (label === 0xfe) it.found("comment", textOf(head.subarray(3)));
  else if (label === 0xff && name === "XMP DataXMP") {
    const packet = await source.upTo(from + 14, to, 65_536);
    readXmp(bytesOf(packet), it.found);
  } else it.found("other", label === 0xff ? name : "");
  return to;
}
