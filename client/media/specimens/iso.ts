/** MP4, QuickTime and M4A. */
import { profile, XMP } from "./metadata.ts";
import { CANARY, join, payload, u16, u32, u64, zeros, type Part, type Specimen } from "./parts.ts";

export function box(type: string, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const content = join(...parts);
  return join(u32(content.length + 8), type, content);
}

export const full = (
  type: string,
  version: number,
  ...parts: readonly Part[]
): Uint8Array<ArrayBuffer> => box(type, [version, 0, 0, 0], ...parts);

const handler = (kind: string): Uint8Array =>
  full("hdlr", 0, zeros(4), kind, zeros(12), `Handler ${CANARY}\0`);

/** 2024-05-01 12:00 on the clock that begins in 1904. */
const MADE = 3_797_409_600;
const MATRIX = [
  u32(0x10000),
  u32(0),
  u32(0),
  u32(0),
  u32(0x10000),
  u32(0),
  u32(0),
  u32(0),
  u32(0x40000000),
].flat();
const TURNED = [
  u32(0),
  u32(0x10000),
  u32(0),
  u32(-0x10000 >>> 0),
  u32(0),
  u32(0),
  u32(0),
  u32(0),
  u32(0x40000000),
].flat();

interface TrackOf {
  readonly handler: string;
  readonly entry: Uint8Array;
  /** Chunks as places and lengths, one sample each. */
  readonly chunks: readonly (readonly [from: number, length: number])[];
  readonly isTurned?: boolean;
}

function track({
  handler: kind,
  entry,
  chunks,
  isTurned = false,
}: TrackOf): Uint8Array<ArrayBuffer> {
  const size = kind === "vide" ? [...u32(640 * 65_536), ...u32(480 * 65_536)] : zeros(8);
  const head = full(
    "tkhd",
    0,
    u32(MADE),
    u32(MADE),
    u32(1),
    zeros(4),
    u32(50),
    zeros(16),
    isTurned ? TURNED : MATRIX,
    size,
  );
  const table = box(
    "stbl",
    full("stsd", 0, u32(1), entry),
    full("stts", 0, u32(1), u32(chunks.length), u32(1)),
    full("stsc", 0, u32(1), u32(1), u32(1), u32(1)),
    full("stsz", 0, u32(0), u32(chunks.length), ...chunks.map(([, length]) => u32(length))),
    full("stco", 0, u32(chunks.length), ...chunks.map(([from]) => u32(from))),
  );
  const data = box("dinf", full("dref", 0, u32(1), full("alis", 0, `/Users/${CANARY}`)));
  const times = full("mdhd", 1, u64(MADE), u64(MADE), u32(25), u64(50), u32(0));
  return box(
    "trak",
    head,
    box("mdia", times, handler(kind), box("minf", box("vmhd", zeros(12)), data, table)),
    box("udta", box("name", CANARY)),
    box("tref", box("cdsc", u32(1))),
  );
}

const videoEntry = (): Uint8Array =>
  box(
    "avc1",
    zeros(6),
    u16(1),
    zeros(4),
    "FFMP",
    zeros(8),
    u16(640),
    u16(480),
    zeros(14),
    [20],
    CANARY.slice(0, 31),
    zeros(31 - CANARY.length),
    u16(24),
    u16(0xffff),
    box("avcC", payload(30, 9)),
    box("colr", "prof", profile()),
    box("uuid", payload(16, 4), CANARY),
    box("free", CANARY),
  );
const soundEntry = (): Uint8Array =>
  box(
    "mp4a",
    zeros(6),
    u16(1),
    zeros(4),
    "appl",
    u16(2),
    u16(16),
    zeros(4),
    u32(44_100),
    box("wave", box("esds", payload(60, 8)), box("udta", box("name", CANARY)), box("free", CANARY)),
    zeros(4),
  );

/** Film, sound, and a track in which the camera wrote where it was. */
export function film(kind: "mp4" | "mov" | "m4a", isTurned = false): Specimen {
  const brand = { mp4: "isom", mov: "qt  ", m4a: "M4A " }[kind];
  const head = box("ftyp", brand, u32(512), brand);
  const [pictures, sounds, places] = [payload(70_000, 1), payload(900, 2), join(`gpmd ${CANARY}`)];
  const isFilm = kind !== "m4a";
  const data = box("mdat", pictures, sounds, places, pictures);
  const at = head.length + 8;
  const behind = at + pictures.length + sounds.length;
  const text = (type: string, value: string): Uint8Array =>
    box(type, u16(value.length), u16(0x55c4), value);
  const list = full(
    "meta",
    0,
    handler("mdir"),
    box(
      "ilst",
      box("\xa9ART", box("data", u32(1), u32(0), CANARY)),
      box("covr", box("data", u32(13), u32(0), CANARY)),
    ),
  );
  const keys = full(
    "meta",
    0,
    handler("mdta"),
    full(
      "keys",
      0,
      u32(2),
      box("mdta", "com.apple.quicktime.location.ISO6709"),
      box("mdta", "com.android.manufacturer.model"),
    ),
    box(
      "ilst",
      box("\0\0\0\x01", box("data", u32(1), u32(0), `+48.8583+002.2944/ ${CANARY}`)),
      box("\0\0\0\x02", box("data", u32(1), u32(0), CANARY)),
    ),
  );
  const movie = box(
    "moov",
    full("mvhd", 0, u32(MADE), u32(MADE), u32(1_000), u32(2_000), zeros(80)),
    ...(isFilm
      ? [
          track({
            handler: "vide",
            entry: videoEntry(),
            chunks: [
              [at, pictures.length],
              [behind + places.length, pictures.length],
            ],
            isTurned,
          }),
        ]
      : []),
    track({
      handler: "soun",
      entry: soundEntry(),
      chunks: [[at + pictures.length, sounds.length]],
    }),
    track({ handler: "meta", entry: box("gpmd", zeros(8)), chunks: [[behind, places.length]] }),
    box(
      "udta",
      text("\xa9xyz", `+48.8583+002.2944/ ${CANARY}`),
      text("\xa9mod", CANARY),
      text("\xa9swr", CANARY),
      text("\xa9cmt", CANARY),
      list,
    ),
    keys,
  );
  const bytes = join(
    head,
    data,
    movie,
    box("free", CANARY),
    box(
      "uuid",
      [
        0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf,
        0xac,
      ],
      XMP,
    ),
    box("cnry", CANARY),
    `8db42d694ccc418790edff439fe026bf ${CANARY}`,
  );
  return {
    kind,
    name: `IMG_2041.${kind}`,
    bytes,
    shown: [
      head,
      pictures,
      sounds,
      pictures,
      ...(isFilm ? [box("avcC", payload(30, 9))] : []),
      box("esds", payload(60, 8)),
    ],
    tells: ["location", "camera", "dates", "author", "software", "comment", "thumbnail", "other"],
  };
}
