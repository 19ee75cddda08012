import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import { join, le, payload, u32, zeros } from "../specimens/parts.ts";
import { ogg, oggSum } from "../specimens/sounds.ts";

interface Page {
  readonly bytes: Buffer;
  readonly content: Buffer;
}

function pagesOf(bytes: Buffer): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < bytes.length;) {
    const table = bytes.subarray(at + 27, at + 27 + (bytes[at + 26] ?? 0));
    const from = at + 27 + table.length;
    const to = table.reduce((sum, size) => sum + size, from);
    pages.push({ bytes: bytes.subarray(at, to), content: bytes.subarray(from, to) });
    at = to;
  }
  return pages;
}

async function clean(bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const result = await examine(new Blob([bytes]), "x.ogg");
  if (typeof result === "string") throw new Error(result);
  return Buffer.from(await result.cleaned.arrayBuffer());
}

describe("[HOSTILE 53] sound in Ogg", () => {
  test.each(["vorbis", "opus"] as const)(
    "of %s has pages with right sums, as many and as long as before",
    async (codec) => {
      const { bytes } = ogg(codec);
      const pages = pagesOf(await clean(bytes));
      expect(pages.map((page) => page.bytes.length)).toEqual(
        pagesOf(Buffer.from(bytes)).map((page) => page.bytes.length),
      );
      for (const page of pages) {
        const bare = Uint8Array.from(page.bytes);
        bare.fill(0, 22, 26);
        expect(page.bytes.readUInt32LE(22)).toBe(oggSum(bare));
      }
    },
  );

  test.each(["vorbis", "opus"] as const)(
    "of %s has no comments, in a packet that can still be read",
    async (codec) => {
      const [, first, second] = pagesOf(await clean(ogg(codec).bytes));
      const length = (second?.bytes[27] ?? 0) + 255;
      const packet = Buffer.concat([
        first?.content ?? Buffer.alloc(0),
        second?.content ?? Buffer.alloc(0),
      ]).subarray(0, length);
      const from = codec === "vorbis" ? 7 : 8;
      const coder = packet.readUInt32LE(from);
      expect(packet.readUInt32LE(from + 4 + coder)).toBe(0);
      // The bit without which Vorbis is refused.
      expect([...packet.subarray(from + 8 + coder)]).toEqual(codec === "vorbis" ? [1] : []);
    },
  );

  test("with damage behind its comments is cleaned as far as that, and promises nothing", async () => {
    const { bytes } = ogg("opus");
    const odd = join(bytes, "noise", bytes);
    expect(await examine(new Blob([odd]), "x")).toMatchObject({ kind: "ogg", isOpaque: true });
    expect((await clean(odd)).subarray(0, bytes.length)).toEqual(await clean(bytes));
  });

  test("of pages that belong to no stream leaves as it is, and says so", async () => {
    const bytes = Uint8Array.from(ogg("opus").bytes);
    bytes[5] = 0;
    expect(await examine(new Blob([bytes]), "x")).toMatchObject({ kind: "ogg", isOpaque: true });
    expect(await clean(bytes)).toEqual(Buffer.from(bytes));
  });

  test("of a codec that is not known here leaves as it is, and says so", async () => {
    const page = (flags: number, content: Uint8Array) =>
      join("OggS", [0, flags], zeros(8), le(u32(1)), zeros(8), [1, content.length], content);
    const bytes = join(
      page(2, join("Speex   ", payload(60, 1))),
      page(0, join(le(u32(4)), "me!!", zeros(4))),
      page(4, payload(9, 1)),
    );
    expect(await examine(new Blob([bytes]), "x")).toMatchObject({
      kind: "ogg",
      isOpaque: true,
      removed: [],
    });
    expect(await clean(bytes)).toEqual(Buffer.from(bytes));
  });
});
