/** What a message says of a file: everything that its chunks at the relays do not. */
import { parseUtf8, utf8 } from "../../../shared/bytes.ts";
import { FILE_ID_BYTES, fileIdOf, idBytes } from "../../../shared/ids.ts";
import { Malformed, type Reader, type Writer } from "../../../shared/wire.ts";
import { FILE_KEY_BYTES, MAX_FILE_BYTES, type FileSeal } from "../../crypto/chunks.ts";
import type { Dimensions } from "../../media/examined.ts";
import { cleanName, MAX_NAME_BYTES } from "../../media/file-name.ts";
import { kindOf, type FileKind } from "../../media/kinds.ts";

/** Longest alternative text, in UTF-8. */
export const MAX_ALT_BYTES = 1_000;
const MAX_KIND_BYTES = 16;
/** As much as any decoder of ours takes; 0 × 0 says that there are none. */
const MAX_SIDE = 0xffff;

/** A file as its sender describes it; nothing of that is believed. */
export interface DescribedFile extends FileSeal {
  readonly kind: string;
  readonly name: string;
  readonly dimensions: Dimensions | null;
  readonly isAnimated: boolean;
  /** What the sender says can be seen or heard; "" where nothing is said. */
  readonly alt: string;
}

export interface AnnouncedFile extends DescribedFile {
  /** Believed only once the content says so too. */
  readonly kind: FileKind;
}

/** Fit to be shown: of a kind that is known here, under a clean name (HOSTILE 54). */
export function announced(file: DescribedFile): AnnouncedFile {
  const kind = kindOf(file.kind);
  return { ...file, kind, name: cleanName(file.name, kind) };
}

export function writeFile(writer: Writer, file: DescribedFile): void {
  const { width, height } = file.dimensions ?? { width: 0, height: 0 };
  writer
    .fixed(idBytes(file.file))
    .fixed(file.key)
    .u53(file.sizeBytes)
    .bytes(utf8(file.kind))
    .bytes(utf8(file.name))
    .u16(Math.min(width, MAX_SIDE))
    .u16(Math.min(height, MAX_SIDE))
    .u8(file.isAnimated ? 1 : 0)
    .bytes(utf8(file.alt));
}

/** @throws Malformed for what no client of ours writes. */
export function readFile(reader: Reader): DescribedFile {
  const file = fileIdOf(reader.fixed(FILE_ID_BYTES));
  const key = reader.fixed(FILE_KEY_BYTES);
  const sizeBytes = reader.u53();
  if (sizeBytes > MAX_FILE_BYTES) throw new Malformed("a file larger than any");
  const kind = text(reader, MAX_KIND_BYTES);
  const name = text(reader, MAX_NAME_BYTES);
  const width = reader.u16();
  const height = reader.u16();
  if ((width === 0) !== (height === 0)) throw new Malformed("a picture without area");
  const flag = reader.u8();
  if (flag > 1) throw new Malformed("a flag is 0 or 1");
  const alt = text(reader, MAX_ALT_BYTES);
  const dimensions = width > 0 ? { width, height } : null;
  return { file, key, sizeBytes, kind, name, dimensions, isAnimated: flag === 1, alt };
}

function text(reader: Reader, maxBytes: number): string {
  const read = parseUtf8(reader.bytes(maxBytes));
  if (read === null) throw new Malformed("text that is not UTF-8");
  return read;
}
