import { crc32, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import { tiff } from "../specimens/metadata.ts";
import { join, payload, u32 } from "../specimens/parts.ts";
import { png } from "../specimens/pictures.ts";

async function clean(bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const result = await examine(new Blob([bytes]), "x.png");
  if (typeof result === "string") throw new Error(result);
  return Buffer.from(await result.cleaned.arrayBuffer());
}

interface Chunk {
  readonly name: string;
  readonly content: Buffer;
  readonly sum: number;
}

function chunksOf(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const content = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    const sum = bytes.readUInt32BE(at + 8 + content.length);
    chunks.push({ name: bytes.toString("latin1", at + 4, at + 8), content, sum });
  }
  return chunks;
}

/** As Node has it, which is not who wrote ours. */
const sumOf = ({ name, content }: Chunk): number =>
  crc32(Buffer.concat([Buffer.from(name), content]));

describe("[HOSTILE 53] a PNG", () => {
  test("leaves with chunks of the picture only, and with their sums right", async () => {
    const chunks = chunksOf(await clean(png().bytes));
    expect(chunks.map(({ name }) => name)).toEqual(["IHDR", "iCCP", "IDAT", "IDAT", "IEND"]);
    for (const chunk of chunks) expect(chunk.sum).toBe(sumOf(chunk));
  });

  test("leaves with its colours under a name of ours", async () => {
    const [, profile] = chunksOf(await clean(png().bytes));
    expect(profile?.content.toString("latin1", 0, 5)).toBe("icc\0\0");
    const colours = inflateSync(profile?.content.subarray(5) ?? Buffer.alloc(0));
    expect(colours.includes(Buffer.from(payload(12, 3)))).toBe(true);
  });

  test("with a profile that is none leaves without it", async () => {
    const { bytes } = png();
    const odd = Buffer.from(bytes);
    odd.write("none", odd.indexOf("acsp"));
    expect(chunksOf(await clean(Uint8Array.from(odd))).map(({ name }) => name)).toEqual([
      "IHDR",
      "IDAT",
      "IDAT",
      "IEND",
    ]);
  });

  test("that is turned stays so, by EXIF that says nothing else", async () => {
    const { bytes } = png();
    const exif = join("eXIf", tiff(6));
    const turned = join(
      bytes.subarray(0, 33),
      u32(exif.length - 4),
      exif,
      u32(crc32(exif)),
      bytes.subarray(33),
    );
    const chunk = chunksOf(await clean(turned)).find(({ name }) => name === "eXIf");
    expect(chunk?.content.length).toBe(26);
    expect(chunk?.content.readUInt16BE(18)).toBe(6);
    expect(chunk?.sum).toBe(chunk === undefined ? 0 : sumOf(chunk));
    expect(await examine(new Blob([turned]), "x")).toMatchObject({
      dimensions: { width: 480, height: 640 },
    });
  });

  test.each([2_000_000, 20_000_000])(
    "with %d bytes of EXIF leaves without them, however few are read",
    async (length) => {
      const { bytes } = png();
      const exif = join("eXIf", tiff(6), new Uint8Array(length).fill(0x41));
      const long = join(bytes.subarray(0, 33), u32(exif.length - 4), exif, u32(0));
      const left = await clean(join(long, bytes.subarray(33)));
      expect(left.length).toBe((await clean(bytes)).length + 12 + 26);
      expect(left.includes("Canary")).toBe(false);
    },
  );

  test("cut off within its pixels leaves as far as it goes", async () => {
    const { bytes } = png();
    const cut = bytes.slice(0, Buffer.from(bytes).indexOf("IDAT") + 5_000);
    const odd = join(bytes.subarray(0, Buffer.from(bytes).indexOf("IEND") - 4), "Canary");
    expect((await clean(odd)).includes("Canary")).toBe(false);
    expect((await clean(cut)).subarray(-4_996)).toEqual(Buffer.from(cut.subarray(-4_996)));
  });
});
