/** JPEG, PNG, GIF and WebP. */
import { utf8 } from "../../../shared/bytes.ts";
import { profile, shownOfProfile, tiff, XMP } from "./metadata.ts";
import {
  CANARY,
  deflated,
  join,
  le,
  payload,
  u16,
  u24,
  u32,
  u8,
  zeros,
  type Part,
  type Specimen,
} from "./parts.ts";

function segment(marker: number, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const content = join(...parts);
  return join([0xff, marker], u16(content.length + 2), content);
}

/** With all that cameras and programs add; `turn` as EXIF has it. */
export function jpeg(turn = 1, width = 640, height = 480): Specimen {
  const frame = segment(0xc2, u8(8), u16(height), u16(width), u8(1, 1, 0x11, 0));
  const tables = segment(0xdb, payload(65, 1));
  const scan = join(
    segment(0xda, u8(1, 1, 0, 0, 63, 0)),
    payload(70_000, 2),
    [0xff, 0, 0xff, 0xd0],
    payload(90, 3),
  );
  const second = join(
    segment(0xc4, payload(30, 4)),
    segment(0xda, u8(1, 1, 0, 1, 63, 0)),
    payload(500, 5),
  );
  const iptc = join(
    [0x1c, 2, 80],
    u16(CANARY.length),
    CANARY,
    [0x1c, 2, 90],
    u16(CANARY.length),
    CANARY,
  );
  const photoshop = join(
    "8BIM",
    u16(0x0404),
    u16(0),
    u32(iptc.length),
    iptc,
    zeros(iptc.length % 2),
  );
  const colours = profile();
  const bytes = join(
    [0xff, 0xd8],
    segment(0xe0, "JFIF\0", u8(1, 2, 1, 0, 72, 0, 72, 2, 2), CANARY.slice(0, 12)),
    segment(0xe0, "JFXX\0\x13", CANARY),
    segment(0xe1, "Exif\0\0", tiff(turn)),
    segment(0xe1, "http://ns.adobe.com/xap/1.0/\0", XMP),
    segment(0xe2, "ICC_PROFILE\0\x01\x02", colours.subarray(0, 200)),
    segment(0xe2, "ICC_PROFILE\0\x02\x02", colours.subarray(200)),
    segment(0xe2, "MPF\0", CANARY),
    segment(0xed, "Photoshop 3.0\0", photoshop),
    segment(0xee, "Adobe", u16(100), u16(0), u16(0), u8(1), CANARY),
    segment(0xeb, "JP", CANARY),
    segment(0xfe, CANARY),
    tables,
    [0xff, 0xff],
    frame,
    scan,
    segment(0xfe, CANARY),
    second,
    [0xff, 0xd9],
    "....ftypmp42",
    CANARY,
  );
  return {
    kind: "jpeg",
    name: "IMG_2041.JPG",
    bytes,
    shown: [...shownOfProfile(), tables, frame, scan, second, join([0xff, 0xd9])],
    tells: ["location", "camera", "dates", "author", "software", "comment", "thumbnail", "other"],
  };
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xed_b8_83_20 & -(crc & 1));
  }
  return ~crc >>> 0;
}

function chunk(name: string, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const content = join(name, ...parts);
  return join(u32(content.length - 4), content, u32(crc32(content)));
}

export function png(width = 640, height = 480): Specimen {
  const header = chunk("IHDR", u32(width), u32(height), u8(8, 2, 0, 0, 0));
  const pixels = [chunk("IDAT", payload(70_000, 1)), chunk("IDAT", payload(99, 2))];
  const bytes = join(
    "\x89PNG\r\n\x1a\n",
    header,
    chunk("iCCP", `${CANARY}\0\0`, deflated(profile())),
    chunk("tEXt", "Author\0", CANARY),
    chunk("zTXt", "Comment\0\0", deflated(utf8(CANARY))),
    chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0", XMP),
    chunk("iTXt", "Title\0\x01\0de\0Titel\0", deflated(utf8(CANARY))),
    chunk("eXIf", tiff()),
    chunk("tIME", u16(2024), u8(5, 1, 12, 0, 0)),
    ...pixels,
    chunk("prVW", CANARY),
    chunk("IEND"),
    CANARY,
  );
  const tells = [
    "location",
    "camera",
    "dates",
    "author",
    "software",
    "comment",
    "thumbnail",
    "other",
  ] as const;
  return {
    kind: "png",
    name: "Screenshot.png",
    bytes,
    shown: [header, ...pixels, chunk("IEND")],
    tells,
  };
}

const blocks = (...parts: readonly Part[]): Uint8Array<ArrayBuffer> => {
  const content = join(...parts);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 255) {
    const piece = content.subarray(at, at + 255);
    pieces.push(join([piece.length], piece));
  }
  return join(...pieces, [0]);
};

export function gif(width = 640, height = 480): Specimen {
  const header = join("GIF89a", le(u16(width)), le(u16(height)), u8(0x80, 0, 0), payload(6, 1));
  const loop = join([0x21, 0xff, 11], "NETSCAPE2.0", [3, 1, 0, 0, 0]);
  const frame = (seed: number): Uint8Array =>
    join(
      [0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c],
      zeros(4),
      le(u16(width)),
      le(u16(height)),
      [0, 8],
      blocks(payload(5_000, seed)),
    );
  const frames = [frame(1), frame(2)];
  const bytes = join(
    header,
    loop,
    [0x21, 0xfe],
    blocks(CANARY),
    frames[0] ?? [],
    [0x21, 0xff, 11],
    "XMP DataXMP",
    blocks(XMP),
    [0x21, 0xff, 11],
    "ICCRGBG1012",
    blocks(CANARY),
    [0x21, 0x01, 12],
    zeros(12),
    blocks(CANARY),
    frames[1] ?? [],
    [0x3b],
    CANARY,
  );
  return {
    kind: "gif",
    name: "dance.gif",
    bytes,
    shown: [header, loop, ...frames, join([0x3b])],
    tells: ["comment", "author", "software", "location", "dates", "other"],
  };
}

export function riffChunk(name: string, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const content = join(...parts);
  return join(name, le(u32(content.length)), content, zeros(content.length % 2));
}

export const riff = (form: string, ...chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const content = join(form, ...chunks);
  return join("RIFF", le(u32(content.length)), content);
};

export function webp(width = 640, height = 480): Specimen {
  const colours = profile();
  const frame = riffChunk(
    "ANMF",
    zeros(6),
    le(u24(width - 1)),
    le(u24(height - 1)),
    zeros(4),
    riffChunk("VP8 ", payload(999, 1)),
    riffChunk("odd ", CANARY),
  );
  const whole = riff(
    "WEBP",
    riffChunk("VP8X", u8(0x2e, 0, 0, 0), le(u24(width - 1)), le(u24(height - 1))),
    riffChunk("ICCP", colours),
    riffChunk("ANIM", zeros(6)),
    frame,
    riffChunk("EXIF", tiff()),
    riffChunk("XMP ", XMP),
    riffChunk("odd ", CANARY),
  );
  return {
    kind: "webp",
    name: "picture.webp",
    bytes: join(whole, CANARY),
    shown: [...shownOfProfile(), riffChunk("ANIM", zeros(6)), frame.subarray(0, 1_024)],
    tells: ["location", "camera", "dates", "author", "software", "comment", "thumbnail", "other"],
  };
}
