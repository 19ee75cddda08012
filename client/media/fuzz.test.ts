import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Examined, ExamineFault } from "./examined.ts";
import { examine } from "./examine.ts";
import { allSpecimens } from "./specimens/all.ts";
import { box, full } from "./specimens/iso.ts";
import { join, payload, u16, u32, zeros } from "./specimens/parts.ts";

/** A file that counts what is read of it. */
class Counted extends Blob {
  readBytes = 0;
  slices = 0;
  override slice(from = 0, to = this.size, type?: string): Blob {
    const slice = super.slice(from, to, type);
    const read = slice.arrayBuffer.bind(slice);
    slice.arrayBuffer = () => {
      this.readBytes += slice.size;
      this.slices++;
      return read();
    };
    return slice;
  }
}

/** Looks into the bytes, and holds what must be true whatever they are. */
async function look(bytes: Uint8Array<ArrayBuffer>): Promise<Examined | ExamineFault> {
  const file = new Counted([bytes]);
  const result = await examine(file, "x");
  // That word is for files that the platform refuses; here it would hide a fault of our own.
  expect(result).not.toBe("unreadable");
  expect(file.readBytes).toBeLessThan(4 * bytes.length + 1_500_000);
  if (typeof result === "string") return result;
  expect(result.cleaned.size).toBeLessThan(bytes.length + 100);
  expect((await result.cleaned.arrayBuffer()).byteLength).toBe(result.cleaned.size);
  expect(result.removed.length + result.kept.length).toBeLessThanOrEqual(120);
  return result;
}

const EXTREMES = [
  0, 1, 7, 8, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** Changes that turn sizes, counts and places into other ones. */
const change = fc.oneof(
  fc.record({
    how: fc.constant("byte" as const),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    to: fc.nat(255),
  }),
  fc.record({
    how: fc.constant("word" as const),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    to: fc.constantFrom(...EXTREMES),
  }),
  fc.record({
    how: fc.constant("copy" as const),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    to: fc.nat(3_000),
  }),
);

describe("[HOSTILE 52–54] a file that is not as it should be", () => {
  test.each(allSpecimens())(
    "$kind ($name), cut anywhere, is told or refused",
    async ({ bytes }) => {
      // Everywhere near the beginning and the end, where structure is; here and there between.
      for (
        let length = 0;
        length < bytes.length;
        length += length < 300 || bytes.length - length < 300 ? 7 : 1_501
      ) {
        await look(bytes.slice(0, length));
      }
    },
  );

  test.each(allSpecimens())(
    "$kind ($name), changed anywhere, is told or refused",
    async ({ bytes }) => {
      // Without the long stretches of pixels, so that changes hit what is read.
      const at = [...bytes.keys()].filter((index) => index < 5_000 || bytes.length - index < 5_000);
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
          const broken = bytes.slice();
          const view = new DataView(broken.buffer);
          for (const one of changes) {
            const place = Math.min(at[Math.floor(one.at * at.length)] ?? 0, broken.length - 4);
            if (one.how === "byte") broken[place] = one.to;
            else if (one.how === "word") view.setUint32(place, one.to);
            else broken.copyWithin(place, Math.max(place - one.to, 0), place);
          }
          await look(broken);
        }),
        { numRuns: 150 },
      );
    },
  );

  test("of nothing but noise behind any beginning is told or refused", async () => {
    const heads = allSpecimens().map(({ bytes }) => bytes.slice(0, 24));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...heads),
        fc.uint8Array({ maxLength: 600 }),
        async (head, noise) => {
          await look(join(head, noise));
        },
      ),
      { numRuns: 500 },
    );
  });
});

const many = (count: number, piece: Uint8Array): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(count * piece.length);
  for (let at = 0; at < whole.length; at += piece.length) whole.set(piece, at);
  return whole;
};

describe("a file made to keep its reader busy", () => {
  const ftyp = box("ftyp", "isom", u32(0));

  test.each([
    ["a million boxes", join(ftyp, many(1_100_000, box("free")))],
    ["boxes in boxes", join(ftyp, many(40_000, join(u32(0), "moov")))],
    ["boxes of tags in boxes of tags", join(ftyp, many(40_000, join(u32(0), "udta")))],
    [
      "a box that says to be as large as can be",
      join(ftyp, [0, 0, 0, 1], "moov", many(8, join([255]))),
    ],
    [
      "a million elements",
      join(
        [0x1a, 0x45, 0xdf, 0xa3, 0x86],
        [0x42, 0x82, 0x83],
        "web",
        [0x18, 0x53, 0x80, 0x67, 0xff],
        many(1_100_000, join([0xec, 0x80])),
      ),
    ],
    [
      "tags in tags",
      join(
        [0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xff, 0x12, 0x54, 0xc3, 0x67, 0x08],
        u32(200_000),
        many(66_000, join([0x67, 0xc8, 0xff])),
      ),
    ],
    [
      "a million blocks of a comment",
      join("GIF89a", zeros(7), [0x21, 0xfe], many(1_100_000, join([1, 65]))),
    ],
    ["a million chunks", join("\x89PNG\r\n\x1a\n", many(100_000, join(u32(0), "teSt", u32(0))))],
    ["a million fill bytes", join([0xff, 0xd8], many(1_100_000, join([0xff])), [0xff])],
    ["a million pages", join(many(100_000, join("OggS", [0, 0], zeros(21))))],
    ["a million tags of a sound", join(many(110_000, join("ID3\x03\0\0", zeros(4))))],
    [
      "a million tags behind a sound",
      join([0xff, 0xfb, 0x90, 0x44], many(110_000, join("3DI\x04\0\0", zeros(4)))),
    ],
    ["empty blocks of a sound", join("fLaC", many(300_000, join([1, 0, 0, 0])))],
  ])("by %s is given up or told in time", async (_, bytes) => {
    await look(bytes);
  });

  test("by a directory of EXIF in which each entry names all of the file", async () => {
    const entries = 5_000;
    const rows = many(entries, join(u16(0x010e), u16(2), u32(65_000), u32(8)));
    const exif = join("Exif\0\0MM\0\x2a", u32(8), u16(entries), rows);
    const frame = join([0xff, 0xc0, 0, 11, 8], u16(10), u16(10), [1, 1, 0x11, 0]);
    const bytes = join(
      [0xff, 0xd8, 0xff, 0xe1],
      u16(exif.length + 2),
      exif,
      frame,
      [0xff, 0xda, 0, 2, 1, 0xff, 0xd9],
    );
    expect(await look(bytes)).toMatchObject({
      kind: "jpeg",
      dimensions: { width: 10, height: 10 },
    });
  });

  test("by XMP in which nothing that begins ever ends", async () => {
    for (const piece of [':a="', "<rdf:li ", ":Location>", ":creator =", "<"]) {
      const frame = join([0xff, 0xc0, 0, 11, 8], u16(10), u16(10), [1, 1, 0x11, 0]);
      const text = join(
        "http://ns.adobe.com/xap/1.0/\0",
        many(Math.floor(60_000 / piece.length), join(piece)),
      );
      const bytes = join(
        [0xff, 0xd8, 0xff, 0xe1],
        u16(text.length + 2),
        text,
        frame,
        [0xff, 0xda, 0, 2, 1, 0xff, 0xd9],
      );
      expect(await look(bytes)).toMatchObject({ kind: "jpeg" });
    }
  });

  test("by a picture whose items are in thousands of places that take no room to name", async () => {
    const item = join(u16(1), u16(0), u16(0xffff));
    const places = full("iloc", 0, [0, 0], u16(5_000), many(5_000, item));
    const meta = full("meta", 0, full("hdlr", 0, zeros(4), "pict", zeros(13)), places);
    expect(await look(join(box("ftyp", "avif", u32(0)), meta))).toBe("broken");
  });

  test("by a film whose table of chunks has a million of them in one place", async () => {
    const offsets = full("stco", 0, u32(1_000_000), many(1_000_000, join(u32(40))));
    const runs = full("stsc", 0, u32(1), u32(1), u32(1), u32(1));
    const sizes = full("stsz", 0, u32(4), u32(1_000_000));
    const table = box("stbl", full("stsd", 0, u32(1), box("gpmd")), runs, sizes, offsets);
    const media = box("mdia", full("hdlr", 0, zeros(4), "meta", zeros(13)), box("minf", table));
    const bytes = join(
      box("ftyp", "isom", u32(0)),
      box("mdat", payload(1_000, 1)),
      box("moov", box("trak", media)),
    );
    expect(await look(bytes)).toMatchObject({ kind: "mp4", isOpaque: true });
  });

  test("by an archive in a comment that unpacks to gigabytes", async () => {
    const zip = new Blob([new Uint8Array(20_000_000)])
      .stream()
      .pipeThrough(new CompressionStream("deflate"));
    const packed = new Uint8Array(await new Response(zip).arrayBuffer());
    const chunk = (name: string, content: Uint8Array): Uint8Array =>
      join(u32(content.length), name, content, zeros(4));
    const header = chunk("IHDR", join(u32(10), u32(10), [8, 2, 0, 0, 0]));
    const bytes = join(
      "\x89PNG\r\n\x1a\n",
      header,
      chunk("zTXt", join("Comment\0\0", packed)),
      chunk("iCCP", join("x\0\0", packed)),
      chunk("IDAT", payload(9, 1)),
      chunk("IEND", join()),
    );
    const result = await look(bytes);
    expect(result).toMatchObject({ kind: "png", dimensions: { width: 10, height: 10 } });
    if (typeof result !== "string") expect(result.cleaned.size).toBeLessThan(200);
  });

  test("that is large is never in memory as a whole: only its boxes are read", async () => {
    const film = new Uint8Array(60_000_000);
    const head = join(box("ftyp", "isom", u32(0)), u32(film.length + 8), "mdat");
    const file = new Counted([
      head,
      film,
      box("moov", full("mvhd", 0, zeros(96)), box("udta", zeros(99))),
    ]);
    const result = await examine(file, "film.mp4");
    expect(result).toMatchObject({ kind: "mp4", isOpaque: false });
    expect(file.readBytes).toBeLessThan(500_000);
    if (typeof result !== "string") expect(result.cleaned.size).toBe(file.size);
  });
});
