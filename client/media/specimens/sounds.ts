/** WAVE, MP3, FLAC and Ogg. */
import {
  CANARY,
  join,
  le,
  payload,
  u16,
  u24,
  u32,
  zeros,
  type Part,
  type Specimen,
} from "./parts.ts";
import { riff, riffChunk } from "./pictures.ts";

export function wav(): Specimen {
  const form = riffChunk("fmt ", payload(16, 1));
  const sound = riffChunk("data", payload(9_001, 2));
  const list = riffChunk("LIST", "INFO", riffChunk("IART", CANARY), riffChunk("ISFT", CANARY));
  const bytes = riff(
    "WAVE",
    form,
    list,
    riffChunk("bext", CANARY, zeros(400)),
    sound,
    riffChunk("iXML", CANARY),
  );
  return {
    kind: "wav",
    name: "memo.wav",
    bytes,
    shown: [form, sound],
    tells: ["author", "software", "comment", "other"],
  };
}

/** All kinds that may stand behind frames, one after the other. */
function tagsBehind(): Uint8Array<ArrayBuffer> {
  const text = (value: string): Part[] => [
    value.slice(0, 30),
    zeros(30 - Math.min(value.length, 30)),
  ];
  const old = join(
    "TAG",
    ...text(CANARY),
    ...text(CANARY),
    ...text(CANARY),
    "2024",
    ...text(CANARY),
    [255],
  );
  const more = join("TAG+", CANARY, zeros(223 - CANARY.length));
  const ape = join(CANARY, "APETAGEX", le(u32(2_000)), le(u32(CANARY.length + 32)), zeros(16));
  const [frame, size] = [
    join("TPE1", u32(CANARY.length + 1), [0, 0, 3], CANARY),
    "\x04\0\x10\0\0\0\x22",
  ];
  const newest = join("ID3", size, frame, "3DI", size);
  const lyrics = `LYRICSBEGININD00002${CANARY}`;
  const length = String(lyrics.length).padStart(6, "0");
  return join(ape, newest, lyrics, "LYRICSEND", lyrics, length, "LYRICS200", more, old);
}

/** Of 128,000 bits a second, 44,100 times a second. */
export const mp3Frames = (count: number): Uint8Array<ArrayBuffer> =>
  join(
    ...Array.from({ length: count }, (_, at) => join([0xff, 0xfb, 0x90, 0x44], payload(413, at))),
  );

export function mp3(): Specimen {
  const frame = (name: string, ...parts: readonly Part[]): Uint8Array => {
    const content = join(...parts);
    return join(name, u32(content.length), u16(0), content);
  };
  const frames = join(
    frame("TIT2", "\0", CANARY),
    frame("TPE1", "\x03", CANARY),
    frame("TYER", "\x032024"),
    frame("TENC", "\0", CANARY),
    frame("TOFN", "\0", CANARY),
    frame("APIC", "\0image/png\0", CANARY),
    frame("PRIV", CANARY),
    zeros(20),
  );
  const size = [0, 0, frames.length >> 7, frames.length & 127];
  const sound = mp3Frames(20);
  const bytes = join("ID3\x03\0\0", size, frames, sound, tagsBehind());
  return {
    kind: "mp3",
    name: "song.mp3",
    bytes,
    shown: [sound],
    tells: ["comment", "author", "dates", "software", "original-name", "thumbnail", "other"],
  };
}

function comments(): Uint8Array<ArrayBuffer> {
  const texts = [
    `ARTIST=${CANARY}`,
    `LOCATION=${CANARY}`,
    `DATE=${CANARY}`,
    `x=${CANARY.repeat(9)}`,
  ];
  return join(
    le(u32(CANARY.length)),
    CANARY,
    le(u32(texts.length)),
    ...texts.flatMap((text) => [le(u32(text.length)), text]),
  );
}

export function flac(): Specimen {
  const block = (type: number, ...parts: readonly Part[]): Uint8Array => {
    const content = join(...parts);
    return join([type], u24(content.length), content);
  };
  const [stream, seeks, sound] = [payload(34, 1), payload(36, 2), payload(9_000, 3)];
  const bytes = join(
    "fLaC",
    block(0, stream),
    block(4, comments()),
    block(3, seeks),
    block(6, CANARY),
    block(2, CANARY),
    block(0x81, zeros(8), CANARY),
    sound,
    tagsBehind(),
  );
  return {
    kind: "flac",
    name: "song.flac",
    bytes,
    shown: [join("fLaC"), stream, seeks, sound],
    tells: ["author", "location", "dates", "software", "comment", "thumbnail", "other"],
  };
}

function oggPage(
  flags: number,
  serial: number,
  table: readonly number[],
  content: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const page = join(
    "OggS",
    [0, flags],
    zeros(8),
    le(u32(serial)),
    zeros(8),
    [table.length],
    table,
    content,
  );
  page.set(le(u32(oggSum(page))), 22);
  return page;
}

export function oggSum(page: Uint8Array): number {
  let sum = 0;
  for (const byte of page) {
    sum = (sum ^ (byte << 24)) >>> 0;
    for (let bit = 0; bit < 8; bit++)
      sum = ((sum << 1) ^ (sum >>> 31 === 1 ? 0x04_c1_1d_b7 : 0)) >>> 0;
  }
  return sum;
}

/** Two streams, one after the other; comments that go over two pages, and on the second of them already another packet. */
export function ogg(codec: "vorbis" | "opus"): Specimen {
  const isVorbis = codec === "vorbis";
  const first = isVorbis ? join("\x01vorbis", payload(23, 1)) : join("OpusHead", payload(11, 1));
  const packet = isVorbis ? join("\x03vorbis", comments(), [1]) : join("OpusTags", comments());
  const setup = payload(100, 2);
  const sound = oggPage(0, 7, [200], payload(200, 3));
  const head = oggPage(2, 7, [first.length], first);
  const stream = join(
    head,
    oggPage(0, 7, [255], join(packet.subarray(0, 255))),
    oggPage(1, 7, [packet.length - 255, setup.length], join(packet.subarray(255), setup)),
    sound,
  );
  return {
    kind: "ogg",
    name: "voice.ogg",
    bytes: join(stream, stream),
    shown: [head, setup, sound, head, setup, sound],
    tells: ["author", "location", "dates", "software", "comment"],
  };
}
