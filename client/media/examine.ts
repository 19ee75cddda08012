/** What a file is, what it tells of its origin, and what of it leaves: the one door of this folder. */
import { measure } from "./dimensions.ts";
import type { Dimensions, Examined, ExamineFault } from "./examined.ts";
import { cleanName } from "./file-name.ts";
import { familyOf, mimeOf, type FileKind } from "./kinds.ts";
import { createCleaning, type Cleaning } from "./metadata/cleaning.ts";
import { cleanGif } from "./metadata/gif.ts";
import { cleanTagged } from "./metadata/id3.ts";
import { cleanFilm } from "./metadata/iso-film.ts";
import { cleanJpeg } from "./metadata/jpeg.ts";
import { cleanMatroska } from "./metadata/matroska.ts";
import { cleanOgg } from "./metadata/ogg.ts";
import { readPdf } from "./metadata/pdf.ts";
import { cleanPng } from "./metadata/png.ts";
import { cleanRiff } from "./metadata/riff.ts";
import { headOf, sniff } from "./sniff.ts";

/**
 * Reads a file's facts and composes what may leave of it. Nothing is decoded, and never more than pieces of it are in
 * memory. `name` is what its owner calls it: it decides nothing. Never rejects.
 */
export async function examine(file: Blob, name: string): Promise<Examined | ExamineFault> {
  try {
    const kind = sniff(await headOf(file));
    return await examineAs(kind, file, cleanName(name, kind));
  } catch {
    // Of our own faults none is left: what remains is the platform's, for a file that is gone or forbidden.
    return "unreadable";
  }
}

async function examineAs(
  kind: FileKind,
  file: Blob,
  name: string,
): Promise<Examined | ExamineFault> {
  const { cleaning, removed, kept, compose } = createCleaning(file);
  const isPicture = familyOf(kind) === "picture";
  const isClean = await clean(cleaning, kind);
  if (!isClean && isPicture) return "broken";
  const facts = { kind, name, isAnimated: cleaning.isAnimated };
  if (!isClean) {
    // What was found is still there.
    const cleaned = file.slice(0, file.size, mimeOf(kind));
    const all = [...removed, ...kept];
    return { ...facts, dimensions: null, removed: [], kept: all, isOpaque: true, cleaned };
  }
  const cleaned = compose(mimeOf(kind));
  // Without what stood before it, the header of a picture is near the beginning.
  const measured = isPicture ? await measure(cleaned, kind) : cleaning.dimensions;
  if (measured === "too-many-pixels") return measured;
  if (measured === null && isPicture) return "broken";
  const dimensions = cleaning.turn > 4 ? turned(measured) : measured;
  return { ...facts, dimensions, removed, kept, isOpaque: cleaning.isOpaque, cleaned };
}

const turned = (size: Dimensions | null): Dimensions | null =>
  size === null ? null : { width: size.height, height: size.width };

/** False where its parts do not fit together, or are too many. */
async function clean(it: Cleaning, kind: FileKind): Promise<boolean> {
  try {
    await cleanAs(it, kind);
    return true;
  } catch (fault) {
    if (fault instanceof RangeError) return false;
    throw fault;
  }
}

async function cleanAs(it: Cleaning, kind: FileKind): Promise<void> {
  switch (kind) {
    case "jpeg":
      return cleanJpeg(it);
    case "png":
      return cleanPng(it);
    case "gif":
      return cleanGif(it);
    case "webp":
    case "wav":
      return cleanRiff(it);
    case "avif":
    case "heic":
    case "mp4":
    case "mov":
    case "m4a":
      return cleanFilm(it);
    case "webm":
    case "mkv":
      return cleanMatroska(it);
    case "mp3":
    case "flac":
      return cleanTagged(it);
    case "ogg":
      return cleanOgg(it);
    case "pdf":
      return readPdf(it);
    // All that it says is seen by whoever opens it.
    case "text":
      return undefined;
    case "avi":
    case "zip":
    case "svg":
    case "html":
    case "other":
      it.isOpaque = true;
  }
}
