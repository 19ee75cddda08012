import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tiff } from "../specimens/metadata.ts";
import { CANARY, join, le, PLACE, u16, u32, zeros } from "../specimens/parts.ts";
import type { Found } from "../examined.ts";
import { exifOfTurn, readExif } from "./exif.ts";
import { viewOf } from "./source.ts";

function read(bytes: Uint8Array<ArrayBuffer>): { readonly found: Found[]; readonly turn: number } {
  const found: Found[] = [];
  const turn = readExif(viewOf(bytes), (what, value) => void found.push({ what, value }));
  return { found, turn };
}

/** One directory of entries with values of up to four bytes, by either order of bytes. */
const little = (tag: number, type: number, count: number, value: readonly number[]) =>
  join(
    "II\x2a\0",
    le(u32(8)),
    le(u16(1)),
    le(u16(tag)),
    le(u16(type)),
    le(u32(count)),
    value,
    zeros(4 - value.length),
    zeros(4),
  );

describe("EXIF", () => {
  test("tells place, camera, days, people, programs, and that there is a small picture", () => {
    const { found } = read(tiff());
    for (const what of ["camera", "author", "software", "comment"] as const) {
      expect(
        found.some(
          (one) =>
            (one.what === what && one.value.includes("Canary")) || one.value.startsWith("Maker"),
        ),
      ).toBe(true);
    }
    expect(found).toContainEqual({ what: "location", value: PLACE });
    expect(found).toContainEqual({ what: "dates", value: "2024-05-01 12:00:01" });
    expect(found).toContainEqual({ what: "thumbnail", value: "" });
    expect(found).toContainEqual({ what: "comment", value: CANARY });
  });

  test("is read in either order of bytes", () => {
    expect(read(little(0x0112, 3, 1, le(u16(6)))).turn).toBe(6);
    expect(read(little(0x010f, 2, 3, [0x4d, 0x65, 0])).found).toEqual([
      { what: "camera", value: "Me" },
    ]);
    expect(read(tiff(8)).turn).toBe(8);
  });

  test("that names no way of turning there is, is upright", () => {
    for (const turn of [0, 9, 255]) expect(read(tiff(turn)).turn).toBe(1);
  });

  test("south and west are negative", () => {
    const bytes = tiff();
    const text = Buffer.from(bytes.buffer);
    text.write("S", text.indexOf("N\0\0\0", 2_000), "latin1");
    text.write("W", text.indexOf("E\0\0\0", 2_000), "latin1");
    expect(read(bytes).found).toContainEqual({ what: "location", value: "-48.85833, -2.29444" });
  });

  test("with a place that has no numbers still tells that there is one", () => {
    expect(read(little(0x8825, 4, 1, le(u32(8)))).found).toContainEqual({
      what: "location",
      value: "",
    });
  });

  test("of Windows is read as it is written there", () => {
    expect(read(little(0x9c9d, 1, 4, [0x41, 0, 0x42, 0])).found).toEqual([
      { what: "author", value: "AB" },
    ]);
  });

  test("that we write says how the picture is turned, and nothing else", () => {
    for (const turn of [2, 3, 4, 5, 6, 7, 8])
      expect(read(exifOfTurn(turn))).toEqual({ found: [], turn });
  });

  test("whose thousands of entries name the same bytes tells them once", () => {
    const bytes = new Uint8Array(65_530).fill(0x41);
    const entries = 5_400;
    bytes.set(join("MM\0\x2a", u32(8), u16(entries)));
    for (let index = 0; index < entries; index++)
      bytes.set(join(u16(0x010f), u16(2), u32(65_500), u32(8)), 10 + 12 * index);
    expect(read(bytes).found.filter(({ what }) => what === "camera")).toHaveLength(1);
  });

  test("of megabytes is read as far as a JPEG could hold it, and no further", () => {
    const bytes = new Uint8Array(4_000_000).fill(0x41);
    const rows = [0x010f, 0x0131].map((tag, index) =>
      join(u16(tag), u16(2), u32(20), u32(60_000 + 40_000 * index)),
    );
    bytes.set(join("MM\0\x2a", u32(8), u16(rows.length), ...rows, u32(0)));
    expect(read(bytes).found).toEqual([
      { what: "camera", value: "A".repeat(20) },
      { what: "software", value: "" },
    ]);
  });

  test("whose place cannot be found still says how the picture is turned", () => {
    const bytes = tiff(6);
    const text = Buffer.from(bytes.buffer);
    const pointer = text.indexOf(Uint8Array.from([...u16(0x8825), ...u16(4)]));
    bytes.set([...u16(0x8825), ...u16(9), ...u32(1), ...u32(-5 >>> 0)], pointer);
    expect(read(bytes).turn).toBe(6);
  });

  test("whose words cannot be found tells that they are there, and no words of the reader", () => {
    expect(read(little(0x010f, 2, 90, le(u32(0xff_ff_ff)))).found).toEqual([
      { what: "camera", value: "" },
    ]);
  });

  test("of any bytes throws nothing", () => {
    const heads = ["", "II\x2a\0\x08\0\0\0", "MM\0\x2a\0\0\0\x08"];
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 200 }), (head, noise) => {
        const { turn } = read(join(head, noise));
        expect(turn).toBeGreaterThanOrEqual(1);
        expect(turn).toBeLessThanOrEqual(8);
      }),
    );
  });
});
