/** Frames of MP3 (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3): nothing marks the end of the last one but their lengths. */
import type { Source } from "./source.ts";

/** Thousands of bits a second, by the field in the header: of MPEG-1, and of those after it. */
const BITS = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/** Of MPEG-1; half as many in MPEG-2, a quarter in what is called 2.5. */
const HERTZ = [44_100, 48_000, 32_000];
/** Six hours. */
const MOST_FRAMES = 900_000;

/** Whether frames, and nothing else, stand there; the last one may be cut off. */
export async function isAllFrames(source: Source, from: number, to: number): Promise<boolean> {
  let frames = 0;
  for (let at = from; at + 4 <= to; frames++) {
    const head = (await source.view(at, 4)).getUint32(0);
    const length = frameBytes(head);
    if (length === 0 || frames === MOST_FRAMES) return false;
    at += length;
  }
  return frames > 0;
}

/** 0 where it is no header of layer III, or one that does not say its length. */
function frameBytes(head: number): number {
  const field = (at: number, bits: number): number => (head >>> at) & ((1 << bits) - 1);
  const version = field(19, 2);
  const isFirst = version === 3;
  const bits = BITS[isFirst ? 0 : 1]?.[field(12, 4)] ?? 0;
  const hertz = (HERTZ[field(10, 2)] ?? 0) / (isFirst ? 1 : version === 2 ? 2 : 4);
  if (field(21, 11) !== 0x7ff || version === 1 || field(17, 2) !== 1 || hertz === 0) return 0;
  if (bits === 0) return 0;
  return Math.floor(((isFirst ? 144_000 : 72_000) * bits) / hertz) + field(9, 1);
}
