import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import type { Examined } from "../examined.ts";
import { box, film, full } from "../specimens/iso.ts";
import { isoImage } from "../specimens/iso-image.ts";
import { join, payload, u16, u32, zeros } from "../specimens/parts.ts";

async function look(bytes: Uint8Array<ArrayBuffer>): Promise<Examined & { readonly left: Buffer }> {
  const result = await examine(new Blob([bytes]), "x.mp4");
  if (typeof result === "string") throw new Error(result);
  return { ...result, left: Buffer.from(await result.cleaned.arrayBuffer()) };
}

/** Types and sizes of boxes, one after the other. */
function boxesOf(bytes: Buffer, from = 0, to = bytes.length): [type: string, size: number][] {
  const boxes: [string, number][] = [];
  for (let at = from; at < to; at += bytes.readUInt32BE(at)) {
    boxes.push([bytes.toString("latin1", at + 4, at + 8), bytes.readUInt32BE(at)]);
  }
  return boxes;
}

const head = box("ftyp", "isom", u32(0));
const mvhd = full("mvhd", 0, zeros(96));

describe("[HOSTILE 53] a film", () => {
  test("keeps every box in its place: what is no content is free space of the same length", async () => {
    const { bytes } = film("mp4");
    const { left } = await look(bytes);
    const before = boxesOf(Buffer.from(bytes), 0, left.length);
    const free = new Set(["free", "uuid", "cnry"]);
    expect(boxesOf(left)).toEqual(
      before.map(([type, size]) => [free.has(type) ? "free" : type, size]),
    );
    const moov = left.indexOf("moov") + 4;
    const end = moov - 8 + left.readUInt32BE(moov - 8);
    expect(boxesOf(left, moov, end).map(([type]) => type)).toEqual([
      "mvhd",
      "trak",
      "trak",
      "free",
      "free",
      "free",
    ]);
  });

  test("has tables of samples as they were", async () => {
    const { bytes } = film("mp4");
    const { left } = await look(bytes);
    for (const table of ["stco", "stsz", "stsc", "stts"]) {
      const at = Buffer.from(bytes).indexOf(table);
      expect(left.subarray(at, at + 24)).toEqual(Buffer.from(bytes.subarray(at, at + 24)));
    }
  });

  test("no longer holds what its camera noted in a track of its own, between pictures that stay", async () => {
    const { bytes } = film("mov");
    const { left, removed } = await look(bytes);
    expect(removed).toContainEqual({ what: "location", value: "gpmd" });
    const at = Buffer.from(bytes).indexOf("gpmd Canary");
    expect(left.subarray(at, at + 20).every((byte) => byte === 0)).toBe(true);
    expect(left[at - 1]).toBe(bytes[at - 1]);
    const behind = at + "gpmd Canary of the coal mine".length;
    expect(left[behind]).toBe(bytes[behind]);
  });

  test("says that its data are in itself, where it named a path", async () => {
    const { bytes } = film("mov");
    const { left } = await look(bytes);
    const at = Buffer.from(bytes).indexOf("alis");
    // Nor do entries name their maker.
    expect(Buffer.from(bytes).includes("FFMP") && Buffer.from(bytes).includes("appl")).toBe(true);
    expect(left.includes("FFMP") || left.includes("appl")).toBe(false);
    // The flag that says so.
    expect(left.toString("latin1", at, at + 8)).toBe("alis\0\0\0\x01");
  });

  test("of a coder that is not known keeps what sets that one up, and says so", async () => {
    const { bytes } = film("mp4");
    const odd = Buffer.from(bytes);
    odd.write("odd1", odd.indexOf("avcC"));
    const { left, kept, isOpaque } = await look(Uint8Array.from(odd));
    expect({ kept, isOpaque }).toEqual({
      kept: [{ what: "other", value: "odd1" }],
      isOpaque: false,
    });
    expect(left.includes(Buffer.from(join("odd1", payload(30, 9))))).toBe(true);
  });

  test("whose coder's boxes do not follow one another promises nothing, but is cleaned all the same", async () => {
    const { bytes } = film("mp4");
    const odd = Buffer.from(bytes);
    odd.writeUInt32BE(10_000, odd.indexOf("avcC") - 4);
    const { left, kept, isOpaque } = await look(Uint8Array.from(odd));
    expect({ kept, isOpaque }).toEqual({ kept: [], isOpaque: true });
    expect(left.includes("gpmd Canary")).toBe(false);
  });

  test("of QuickTime's newer sounds is looked into behind their fields", async () => {
    const entryOf = (version: number, fields: number) =>
      box(
        "mp4a",
        zeros(8),
        u16(version),
        zeros(18 + fields),
        box("uuid", payload(16, 1), "Canary"),
      );
    for (const entry of [entryOf(0, 0), entryOf(1, 16), entryOf(2, 36)]) {
      const table = box("stbl", full("stsd", 0, u32(1), entry));
      const sound = full("hdlr", 0, zeros(4), "soun", zeros(13));
      const track = box("trak", box("mdia", sound, box("minf", table)));
      const { left, isOpaque } = await look(join(head, box("moov", mvhd, track)));
      expect(isOpaque).toBe(false);
      expect(left.includes("Canary")).toBe(false);
    }
  });

  test("in fragments says that such a track's samples stay, if it has one", async () => {
    const table = box(
      "stbl",
      full("stsd", 0, u32(1), box("mebx")),
      full("stsz", 0, u32(0), u32(0)),
      full("stsc", 0, u32(0)),
      full("stco", 0, u32(0)),
    );
    const media = box("mdia", full("hdlr", 0, zeros(4), "meta", zeros(13)), box("minf", table));
    const { kept } = await look(
      join(head, box("moov", mvhd, box("trak", media)), box("moof"), box("mdat", payload(9, 1))),
    );
    expect(kept).toEqual([{ what: "other", value: "mebx" }]);
  });

  test("whose end is missing keeps what there is of it", async () => {
    const bytes = join(head, box("moov", mvhd), u32(1_000), "mdat", payload(500, 1));
    expect((await look(bytes)).left).toEqual(Buffer.from(bytes));
  });

  test("longer than 4 GB in one box, as written by recorders, is walked over", async () => {
    const long = join([0, 0, 0, 1], "mdat", u32(0), u32(516), payload(500, 1));
    const { left, isOpaque } = await look(
      join(head, long, box("moov", mvhd, box("udta", "Canary"))),
    );
    expect(isOpaque).toBe(false);
    expect(left.includes("Canary")).toBe(false);
    expect(left.subarray(head.length, head.length + long.length)).toEqual(Buffer.from(long));
  });

  test("tells where it was taken by the numbers of 3GPP", async () => {
    const place = full(
      "loci",
      0,
      u16(0),
      "home\0\0",
      u32(Math.round(2.29444 * 65_536)),
      u32(Math.round(48.85833 * 65_536)),
      u32(0),
      "\0\0",
    );
    const { removed } = await look(join(head, box("moov", mvhd, box("udta", place))));
    expect(removed[0]?.what).toBe("location");
    expect(removed[0]?.value).toMatch(/^48\.8583\d, 2\.2944\d$/);
  });
});

describe("[HOSTILE 53] a picture of HEIF", () => {
  test("keeps every byte but those of its metadata where it is", async () => {
    const { bytes } = isoImage("heic");
    const { left } = await look(bytes);
    expect(left.length).toBe(bytes.length);
    const exif = Buffer.from(bytes).indexOf("MM\0\x2a");
    // EXIF that says nothing is still EXIF.
    expect(left.toString("latin1", exif, exif + 8)).toBe("MM\0\x2a\0\0\0\x08");
    expect(left.subarray(exif + 26, exif + 3_000).every((byte) => byte === 0)).toBe(true);
    for (const table of ["iloc", "iinf", "pitm", "ispe", "irot"]) {
      const at = Buffer.from(bytes).indexOf(table);
      expect(left.subarray(at, at + 12)).toEqual(Buffer.from(bytes.subarray(at, at + 12)));
    }
  });

  test("tells of what stood beside its items, too", async () => {
    const { removed } = await look(isoImage("avif").bytes);
    expect(removed).toContainEqual({ what: "other", value: "xml" });
    expect(removed).toContainEqual({ what: "other", value: "udes" });
  });

  test("with a small picture of its own says that it stays", async () => {
    const { bytes } = isoImage("avif");
    const thumb = Buffer.from(bytes);
    thumb.write("thmb", thumb.indexOf("cdsc"));
    expect((await look(Uint8Array.from(thumb))).kept).toEqual([{ what: "thumbnail", value: "" }]);
  });
});
