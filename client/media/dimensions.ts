/** How large a picture says to be, read from its header before anything decodes it (HOSTILE 52). */
import type { Dimensions } from "./examined.ts";
import { readGifSize } from "./gif.ts";
import { readJpegFrame } from "./jpeg.ts";
import type { FileKind } from "./kinds.ts";

const MAX_PIXELS = 25_000_000;
const MAX_SIDE = 10_000;
/** Headers are looked for no further; a picture whose metadata is larger is not shown. */
const SEARCHED_BYTES = 1_048_576;

/** Null: no size can be read, so nothing is known and nothing may be decoded. */
export async function measure(
  picture: Blob,
  kind: FileKind,
): Promise<Dimensions | "too-many-pixels" | null> {
  const head = new Uint8Array(await picture.slice(0, SEARCHED_BYTES).arrayBuffer());
  const size = readSize(head, kind);
  if (size === null || size.width === 0 || size.height === 0) return null;
  const { width, height } = size;
  const fits = width <= MAX_SIDE && height <= MAX_SIDE && width * height <= MAX_PIXELS;
  return fits ? size : "too-many-pixels";
}

function readSize(head: Uint8Array, kind: FileKind): Dimensions | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    switch (kind) {
      case "png":
        return { width: view.getUint32(16), height: view.getUint32(20) };
      case "gif":
        return readGifSize(view);
      case "jpeg":
        return readJpegFrame(head);
      case "webp":
        return readWebp(view);
      case "avif":
      case "heic":
        return readIsoImage(head, view);
      default:
        return null;
    }
  } catch (fault) {
    if (fault instanceof RangeError) return null;
    throw fault;
  }
}

/** The first chunk says it, in one of three ways (RFC 9649 §2.5–2.7). */
function readWebp(view: DataView): Dimensions | null {
  const chunk = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  const u24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
  switch (chunk) {
    case "VP8X":
      return { width: u24(24) + 1, height: u24(27) + 1 };
    case "VP8 ":
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    default:
      return null;
  }
}

/**
 * The largest `ispe` property (ISO/IEC 23008-12 §6.5.3). Tiles and thumbnails have smaller ones, so what is decoded
 * is never larger than what is found.
 */
function readIsoImage(head: Uint8Array, view: DataView): Dimensions | null {
  let found: Dimensions | null = null;
  for (let at = 4; at + 16 <= head.length; at++) {
    const isHere = view.getUint32(at) === 0x69_73_70_65;
    if (!isHere) continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (found === null || size.width * size.height > found.width * found.height) found = size;
  }
  return found;
}
