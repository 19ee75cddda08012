/** JPEG as segments (ITU-T T.81 annex B): where each is, and what it says of the frame. */
import type { Dimensions } from "./examined.ts";

export interface Segment {
  /** Second byte of its marker. */
  readonly marker: number;
  /** Where the marker begins. */
  readonly from: number;
  /** Behind its last byte. */
  readonly to: number;
}

export const START_OF_SCAN = 0xda;
export const END_OF_IMAGE = 0xd9;

/** True for markers that say how large the frame is: SOF0 to SOF15, but for DHT, JPG and DAC among them. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Stand-alone markers: no length follows. */
export const isBare = (marker: number): boolean =>
  marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Segments from the start up to the first scan, that one included; null where they do not follow one another. */
export function readSegments(head: Uint8Array): readonly Segment[] | null {
  if (head[0] !== 0xff || head[1] !== 0xd8) return null;
  const segments: Segment[] = [];
  for (let at = 2; ;) {
    if (head[at] !== 0xff) return null;
    // Any number of 0xff may stand before a marker.
    while (head[at + 1] === 0xff) at++;
    const marker = head[at + 1];
    if (marker === undefined || marker === 0 || marker === END_OF_IMAGE) return null;
    if (isBare(marker)) {
      at += 2;
      continue;
    }
    const [high, low] = [head[at + 2], head[at + 3]];
    if (high === undefined || low === undefined) return null;
    const to = at + 2 + high * 256 + low;
    if (high * 256 + low < 2) return null;
    segments.push({ marker, from: at, to });
    if (marker === START_OF_SCAN) return segments;
    at = to;
  }
}

/** As stored: how the picture is turned for showing is not looked at. */
export function readJpegFrame(head: Uint8Array): Dimensions | null {
  const frame = readSegments(head)?.find(({ marker }) => isFrame(marker));
  if (frame === undefined || frame.to - frame.from < 9) return null;
  const u16 = (at: number): number => (head[at] ?? 0) * 256 + (head[at + 1] ?? 0);
  return { height: u16(frame.from + 5), width: u16(frame.from + 7) };
}
