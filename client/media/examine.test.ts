import { describe, expect, test } from "vitest";
import { utf8 } from "../../shared/bytes.ts";
import type { Examined, ExamineFault } from "./examined.ts";
import { examine } from "./examine.ts";
import { mimeOf } from "./kinds.ts";
import { allSpecimens } from "./specimens/all.ts";
import { film } from "./specimens/iso.ts";
import { isoImage } from "./specimens/iso-image.ts";
import { CANARY, join, PLACE, type Specimen } from "./specimens/parts.ts";
import { gif, jpeg, png, webp } from "./specimens/pictures.ts";

const look = (bytes: Uint8Array<ArrayBuffer>, name = "x"): Promise<Examined | ExamineFault> =>
  examine(new Blob([bytes]), name);
const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

/** Where `piece` is in `whole`, from `from` on; -1 where it is not. */
const placeOf = (whole: Uint8Array, piece: Uint8Array, from = 0): number =>
  Buffer.from(whole).indexOf(Buffer.from(piece), from);

const examined = async (specimen: Specimen): Promise<Examined> => {
  const result = await look(specimen.bytes, specimen.name);
  if (typeof result === "string") throw new Error(`${specimen.kind} is ${result}`);
  return result;
};

describe("[HOSTILE 53] a file that is sent", () => {
  test.each(allSpecimens())(
    "as $kind ($name) keeps nothing of what was planted in it",
    async (specimen) => {
      expect(placeOf(specimen.bytes, utf8(CANARY))).toBeGreaterThan(0);
      const { kind, cleaned, kept, isOpaque } = await examined(specimen);
      expect(kind).toBe(specimen.kind);
      expect({ kept, isOpaque }).toEqual({ kept: [], isOpaque: false });
      const left = Buffer.from(await bytesOf(cleaned)).toString("latin1");
      // Any word of it, however it was packed.
      expect(left).not.toMatch(/Canary|canary|CANARY|coal|2024|\+48\.8|xmpmeta/);
      expect(cleaned.type).toBe(mimeOf(kind));
    },
  );

  test.each(allSpecimens())(
    "as $kind ($name) shows what it showed, byte for byte",
    async (specimen) => {
      const left = await bytesOf((await examined(specimen)).cleaned);
      let at = 0;
      for (const piece of specimen.shown) {
        const place = placeOf(left, piece, at);
        expect(place).toBeGreaterThanOrEqual(at);
        // Boxes may stand before what they tell of.
        if (specimen.kind !== "mp4" && specimen.kind !== "mov" && specimen.kind !== "m4a")
          at = place + piece.length;
      }
    },
  );

  test.each(allSpecimens())("as $kind ($name) has told what it told", async (specimen) => {
    const { removed } = await examined(specimen);
    expect(removed.map(({ what }) => what)).toEqual(expect.arrayContaining([...specimen.tells]));
    expect(removed.some(({ value }) => value.includes(CANARY))).toBe(true);
    for (const { value } of removed) expect(value).toMatch(/^[^\p{C}]{0,120}$/u);
  });

  test.each(allSpecimens())(
    "as $kind ($name) and is received and sent again has nothing more to tell",
    async (specimen) => {
      const first = await examined(specimen);
      const bytes = await bytesOf(first.cleaned);
      const again = await look(Uint8Array.from(bytes), specimen.name);
      if (typeof again === "string") throw new Error(again);
      expect(again.removed.filter(({ value }) => value !== "")).toEqual([]);
      expect(Buffer.from(await bytesOf(again.cleaned)).equals(bytes)).toBe(true);
      expect(again.dimensions).toEqual(first.dimensions);
    },
  );

  test("that was taken at a place says which, in degrees", async () => {
    for (const specimen of [jpeg(), png(), webp(), isoImage("heic")]) {
      const { removed } = await examined(specimen);
      expect(removed).toContainEqual({ what: "location", value: PLACE });
      expect(removed).toContainEqual({ what: "dates", value: "2024-05-01 12:00:01" });
    }
  });

  test("has no data behind the end of its picture", async () => {
    for (const specimen of [jpeg(), png(), gif(), webp()]) {
      const left = Buffer.from(await bytesOf((await examined(specimen)).cleaned));
      expect(left.includes("ftyp")).toBe(false);
      const end = specimen.shown.at(-1);
      if (specimen.kind !== "webp" && end !== undefined)
        expect(left.subarray(-end.length)).toEqual(Buffer.from(end));
    }
  });

  test("keeps how a picture is turned, and nothing else of its EXIF", async () => {
    for (const turn of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { cleaned, dimensions } = await examined(jpeg(turn));
      const left = Buffer.from(await bytesOf(cleaned));
      const at = left.indexOf("Exif\0\0");
      expect(at > 0).toBe(turn !== 1);
      if (at > 0) expect(left.readUInt16BE(at + 6 + 18)).toBe(turn);
      expect(dimensions).toEqual(
        turn > 4 ? { width: 480, height: 640 } : { width: 640, height: 480 },
      );
    }
  });
});

describe("what is known of a file beforehand", () => {
  test("are the sides as they will be shown", async () => {
    const sides = { width: 640, height: 480 };
    for (const specimen of [png(), gif(), webp(), isoImage("avif"), film("mp4")]) {
      expect((await examined(specimen)).dimensions).toEqual(sides);
    }
    const turned = { width: 480, height: 640 };
    expect((await examined(isoImage("heic", 1))).dimensions).toEqual(turned);
    expect((await examined(film("mov", true))).dimensions).toEqual(turned);
    expect((await examined(film("m4a"))).dimensions).toBeNull();
  });

  test("is whether it moves", async () => {
    for (const specimen of [gif(), webp()])
      expect((await examined(specimen)).isAnimated).toBe(true);
    for (const specimen of [jpeg(), png()])
      expect((await examined(specimen)).isAnimated).toBe(false);
  });

  test("[HOSTILE 52] is that it has more pixels than are decoded here", async () => {
    const all = [
      jpeg(1, 65_535, 65_535),
      png(65_535, 65_535),
      gif(20_000, 10),
      webp(16_383, 16_383),
      isoImage("avif", 0, 9_000, 9_000),
    ];
    for (const { bytes } of all) expect(await look(bytes)).toBe("too-many-pixels");
  });

  test("[HOSTILE 52] is that a picture says to be one and is broken", async () => {
    for (const specimen of [jpeg(), png(), gif(), webp(), isoImage("heic")]) {
      expect(await look(specimen.bytes.slice(0, 40))).toBe("broken");
    }
  });

  test("is its name, cleaned", async () => {
    const result = await look(png().bytes, "../../holiday\u202Egnp.exe");
    expect(result).toMatchObject({ name: "holidaygnp.exe.png" });
  });
});

describe("a file that nothing can be promised of", () => {
  test.each([
    ["zip", "PK\x03\x04 word/document.xml"],
    ["svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ["html", "<!doctype html><title>x</title>"],
    ["other", "\x7fELF\x02\x01\x01\0"],
    ["avi", "RIFF\x24\0\0\0AVI LIST"],
  ] as const)("as a %s leaves as it is and says so", async (kind, text) => {
    const bytes = join(text);
    const result = await look(bytes);
    expect(result).toMatchObject({ kind, isOpaque: true, removed: [], dimensions: null });
    if (typeof result !== "string") expect(await bytesOf(result.cleaned)).toEqual(bytes);
  });

  test("as text hides nothing", async () => {
    expect(await look(utf8("hello"))).toMatchObject({ kind: "text", isOpaque: false });
  });

  test("as a PDF names what stays in it", async () => {
    const info = `<< /Author (${CANARY} \\(me\\)) /Creator <FEFF0057006F00720064> /CreationDate (D:20240501120000Z) >>`;
    const result = await look(
      join("%PDF-1.7\n", info, `<x:xmpmeta><dc:title>${CANARY}</dc:title>`),
    );
    expect(result).toMatchObject({ kind: "pdf", isOpaque: true, removed: [] });
    if (typeof result === "string") return;
    expect(result.kept).toEqual([
      { what: "author", value: `${CANARY} (me)` },
      { what: "software", value: "Word" },
      { what: "dates", value: "D:20240501120000Z" },
      { what: "comment", value: CANARY },
    ]);
  });

  test("as a film that is cut within its tables is left alone, and what was found is said to stay", async () => {
    const { bytes } = film("mp4");
    const cut = bytes.slice(0, Buffer.from(bytes).indexOf("moov") + 500);
    const movie = cut.slice();
    const result = await look(movie);
    if (typeof result === "string") throw new Error(result);
    expect(result.kind).toBe("mp4");
  });

  test("that cannot be read is told apart from one that is broken", async () => {
    const gone = new Blob([png().bytes]);
    gone.slice = () => {
      throw new DOMException("gone", "NotFoundError");
    };
    expect(await examine(gone, "x.png")).toBe("unreadable");
  });
});
