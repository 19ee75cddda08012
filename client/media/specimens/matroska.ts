/** WebM and Matroska. */
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

function element(id: number, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const content = join(...parts);
  const hex = id.toString(16);
  const name = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return join(name, [0x08, ...u32(content.length)], content);
}

/** As recorders write it where `isLive`: with no size of segment and clusters. */
export function webm(kind: "webm" | "mkv", isLive = false): Specimen {
  const form = element(0x4282, kind === "mkv" ? "matroska" : "webm");
  const header = element(0x1a45dfa3, form, element(0xec, CANARY), element(0x4fff, CANARY));
  const vorbis = join(
    "\x03vorbis",
    le(u32(CANARY.length)),
    CANARY,
    le(u32(1)),
    le(u32(7 + CANARY.length)),
    `ARTIST=${CANARY}`,
    [1],
  );
  const laced = join(
    [2, 30, vorbis.length],
    "\x01vorbis",
    payload(23, 6),
    vorbis,
    "\x05vorbis",
    payload(50, 7),
  );
  const info = element(
    0x1549a966,
    element(0xbf, zeros(4)),
    element(0x2ad7b1, u24(1_000_000)),
    element(0x7ba9, CANARY),
    element(0x4d80, CANARY),
    element(0x5741, CANARY),
    element(0x4461, [0x0a, 0x3f, 0, 0, 0, 0, 0, 0]),
    element(0x7384, CANARY),
    element(0x6924, element(0x69a5, CANARY)),
    element(0x4fff, CANARY),
  );
  const video = element(
    0xae,
    element(0xd7, [1]),
    element(0x536e, CANARY),
    element(0x86, "V_VP9"),
    element(0xe0, element(0xb0, u16(640)), element(0xba, u16(480)), element(0x4fff, CANARY)),
    element(0x26b240, `https://${CANARY}`),
    element(0x41e4, element(0x41a4, CANARY), element(0x41e7, [1])),
    element(0x4fff, CANARY),
  );
  const audio = element(
    0xae,
    element(0xd7, [2]),
    element(0x86, "A_VORBIS"),
    element(0x63a2, laced),
  );
  const block = element(0xa3, [0x81, 0, 0, 0x80], payload(70_000, 1));
  const gaps = join(element(0xec, CANARY), element(0x4fff, CANARY));
  const group = element(0xa0, element(0xa1, [0x81, 0, 0, 0], payload(99, 2)), gaps);
  const blocks = join(element(0xe7, [0]), gaps, block, group);
  const cluster = isLive
    ? join([0x1f, 0x43, 0xb6, 0x75, 0xff], blocks)
    : element(0x1f43b675, blocks);
  const simple = element(
    0x67c8,
    element(0x45a3, "LOCATION"),
    element(0x4487, `+48.8583+002.2944/ ${CANARY}`),
  );
  const tags = element(
    0x1254c367,
    element(0x7373, simple, element(0x67c8, element(0x45a3, "ARTIST"), element(0x4487, CANARY))),
  );
  const content = join(
    info,
    element(0xec, CANARY),
    element(0x1654ae6b, video, audio),
    tags,
    cluster,
    cluster,
    element(0x1941a469, CANARY),
    element(0x1c53bb6b, payload(9, 5)),
  );
  const segmentOf = isLive
    ? join(
        [0x18, 0x53, 0x80, 0x67, 0x01],
        Array.from({ length: 7 }, () => 255),
        content,
      )
    : element(0x18538067, content);
  return {
    kind,
    name: `clip.${kind}`,
    bytes: join(header, segmentOf),
    shown: [
      form,
      join("V_VP9"),
      join("\x01vorbis", payload(23, 6)),
      join("\x05vorbis", payload(50, 7)),
      block,
      block,
      element(0x1c53bb6b, payload(9, 5)),
    ],
    tells: ["location", "dates", "author", "software", "comment", "original-name", "thumbnail"],
  };
}
