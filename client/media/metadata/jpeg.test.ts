import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import { readSegments } from "../jpeg.ts";
import { join, payload } from "../specimens/parts.ts";
import { jpeg } from "../specimens/pictures.ts";

async function clean(bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const result = await examine(new Blob([bytes]), "x.jpg");
  if (typeof result === "string") throw new Error(result);
  return Buffer.from(await result.cleaned.arrayBuffer());
}

describe("[HOSTILE 53] a JPEG", () => {
  test("leaves with the segments of its picture, its colours and how it is turned", async () => {
    const left = await clean(jpeg(6).bytes);
    const markers = readSegments(left)?.map(({ marker }) => marker.toString(16));
    expect(markers).toEqual(["e0", "e1", "e2", "e2", "ee", "db", "c2", "da"]);
    const sizes = readSegments(left)?.map(({ from, to }) => to - from) ?? [];
    // JFIF without its small picture; EXIF of one entry; Adobe's twelve bytes.
    expect([sizes[0], sizes[1], sizes[4]]).toEqual([18, 36, 16]);
  });

  test("has no comment between its scans either, and nothing behind its end", async () => {
    const left = await clean(jpeg().bytes);
    expect(left.includes(Buffer.of(0xff, 0xfe))).toBe(false);
    expect(left.subarray(-2)).toEqual(Buffer.of(0xff, 0xd9));
  });

  test("with a profile that is none leaves without it", async () => {
    const { bytes } = jpeg();
    const odd = Buffer.from(bytes);
    odd.write("none", odd.indexOf("acsp"));
    const left = await clean(Uint8Array.from(odd));
    expect(readSegments(left)?.map(({ marker }) => marker)).not.toContain(0xe2);
    expect(left.includes("Canary")).toBe(false);
  });

  test("cut off within a scan leaves as far as it goes", async () => {
    const { bytes } = jpeg();
    const cut = bytes.slice(0, 40_000);
    expect((await clean(cut)).subarray(-20_000)).toEqual(Buffer.from(cut.subarray(-20_000)));
  });

  test("whose end is missing leaves without what stands behind its last segment", async () => {
    const { bytes } = jpeg();
    const end = Buffer.from(bytes).lastIndexOf(Buffer.of(0xff, 0xd9));
    const whole = join(bytes.subarray(0, end), [0xff, 0xc4, 0, 4, 0, 0]);
    const odd = join(whole, "Canary");
    expect(await clean(odd)).toEqual(await clean(whole));
  });

  test("with bytes between segments that browsers pass over leaves without them", async () => {
    const { bytes } = jpeg();
    const frame = Buffer.from(bytes).indexOf(Buffer.of(0xff, 0xff, 0xff, 0xc2));
    const odd = join(
      bytes.subarray(0, frame),
      payload(9, 5),
      [0xff, 0, 0xff, 0x01],
      bytes.subarray(frame),
    );
    expect(await clean(odd)).toEqual(await clean(bytes));
  });
});
