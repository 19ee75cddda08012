/** How a track is coded (ISO/IEC 14496-12 §8.5.2, §12): the boxes behind the fields of an entry of `stsd`. */
import type { Cleaning } from "./cleaning.ts";
import { boxesIn, freeBox, type Box } from "./iso-boxes.ts";
import { cleanColours } from "./iso-image.ts";
import { noteBox } from "./iso-tags.ts";
import { broken } from "./source.ts";

/** What decoders are set up by, of pictures and of sounds. */
const CODING: ReadonlySet<string> = new Set(
  (
    "avcC hvcC lhvC vvcC av1C vpcC dvcC dvvC dvwC hvcE d263 glbl jp2h mjqt mjht btrt pasp clap fiel gama mdcv clli SmDm CoLL " +
    "amve cclv ccst auxi chrm cuvv st3d sv3d vexu hfov esds dOps dfLa dac3 dec3 dac4 dmlp ddts alac chan chnl mhaC damr SA3D srat pcmC dapa iacb " +
    "frma mp4a enda schm schi"
  ).split(" "),
);
/** Boxes of boxes. */
const HOLDERS: readonly string[] = ["wave", "sinf"];
/** Whose content nobody reads. */
const EMPTY: readonly string[] = ["free", "skip", "\0\0\0\0"];
/** Notes, wherever they stand. */
const NOTES: readonly string[] = ["uuid", "udta", "meta"];

/**
 * Notes go; of a box that is not known the decoder may have need, so it stays, and is named. Fields that end elsewhere
 * than thought hide what follows them, and no more than that.
 */
export async function cleanCoding(it: Cleaning, entry: Box, isSound: boolean): Promise<void> {
  try {
    await cleanBoxes(it, isSound ? await behindSound(it, entry) : entry.from + 86, entry.to);
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    it.isOpaque = true;
  }
}

/** QuickTime's newer entries have more fields (QuickTime File Format, sound sample descriptions 1 and 2). */
async function behindSound(it: Cleaning, entry: Box): Promise<number> {
  const version = (await it.source.view(entry.from + 16, 2)).getUint16(0);
  return entry.from + ([36, 52, 72][version] ?? 36);
}

async function cleanBoxes(it: Cleaning, from: number, to: number): Promise<void> {
  for await (const box of boxesIn(it.source, from, to)) {
    const { type } = box;
    if (!box.isWhole) throw broken();
    if (NOTES.includes(type)) {
      await noteBox(it, box);
      freeBox(it, box);
    } else if (EMPTY.includes(type)) it.blank(box.content, box.to);
    else if (type === "colr") await cleanColours(it, box);
    else if (HOLDERS.includes(type)) await cleanBoxes(it, box.content, box.to);
    else if (!CODING.has(type)) it.stays("other", type);
  }
}
