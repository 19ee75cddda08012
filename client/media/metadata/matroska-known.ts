/** Elements of Matroska (RFC 9559 §5) by what becomes of them; one that is on no list goes. */
import type { What } from "./cleaning.ts";

export const DATE = 0x4461;
/** Must be there, so they stay, empty. */
export const APPS: readonly number[] = [0x4d80, 0x5741];
/** Of what is said about segment and tracks, this goes by a name. */
export const TOLD: { readonly [id: number]: What } = {
  0x7ba9: "comment", // title
  0x4d80: "software",
  0x5741: "software",
  [DATE]: "dates",
  0x7384: "original-name",
  0x3c83ab: "original-name",
  0x3e83bb: "original-name",
  0x536e: "comment", // a track's name
  0x41a4: "comment", // that of what is added to its blocks
  0x258688: "software",
  0x3a9697: "software", // the coder's settings, and where there is more about it
  0x3b4040: "software",
  0x26b240: "software",
};

const listOf = (ids: string): ReadonlySet<number> =>
  new Set(ids.split(" ").map((id) => Number.parseInt(id, 16)));

/** A track, its picture, sound, colours, projection, what is added to its blocks, how its blocks are packed. */
export const HOLDERS = listOf("ae e0 e1 55b0 55d0 7670 41e4 6d80 6240 5034 5035 47e7 e2 e3 e4 e9");
/** What says how to play: of the file's form, units and lengths, of tracks, pictures, colours, projection, sound, packing. */
export const SETTINGS = listOf(
  "4286 42f7 42f2 42f3 4282 4287 4285 2ad7b1 4489 " +
    "d7 73c5 83 b9 88 55aa 55ab 55ac 55ad 55ae 55af 9c 6de7 6df8 23e383 234e7a 23314f 55ee 22b59c 22b59d 86 aa 6fab 56aa 56bb " +
    "9a 9d 53b8 53b9 53c0 b0 ba 54aa 54bb 54cc 54dd 54b0 54ba 54b2 54b3 2eb524 2fb523 2383e3 " +
    "55b1 55b2 55b3 55b4 55b5 55b6 55b7 55b8 55b9 55ba 55bb 55bc 55bd 55d1 55d2 55d3 55d4 55d5 55d6 55d7 55d8 55d9 55da " +
    "7671 7672 7673 7674 7675 b5 78b5 9f 6264 52f1 41f0 41e7 41ed " +
    "5031 5032 5033 4254 4255 47e1 47e2 47e8 e5 e6 ed",
);
/** Parts of a film, and groups of blocks in them. */
export const CLUSTERS: readonly number[] = [0x1f43b675, 0xa0];
/** What stands in those; the places to seek to. */
export const PLAYED = listOf(
  "1c53bb6b 114d9b74 bf e7 a3 ab a7 5854 a1 75a1 9b fa fb fd a4 75a2 8e af",
);
