import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Found } from "../examined.ts";
import { join, u16, u32 } from "../specimens/parts.ts";
import { readPhotoshop } from "./iptc.ts";
import { viewOf } from "./source.ts";

function read(bytes: Uint8Array<ArrayBuffer>): Found[] {
  const found: Found[] = [];
  readPhotoshop(viewOf(bytes), (what, value) => void found.push({ what, value }));
  return found;
}
const dataset = (record: number, id: number, text: string) =>
  join([0x1c, record, id], u16(text.length), text);

describe("Photoshop's blocks", () => {
  test("tell what IPTC says, behind blocks of other kinds and names", () => {
    const iptc = join(
      dataset(1, 90, "\x1b%G"),
      dataset(2, 80, "alice"),
      dataset(2, 90, "Paris"),
      dataset(2, 200, "?"),
    );
    const named = join("8BIM", u16(0x03ed), "\x05names", u32(3), "odd", [0]);
    const texts = join("8BIM", u16(0x0404), u16(0), u32(iptc.length), iptc);
    const padding = iptc.length % 2 === 1 ? [0] : [];
    const small = join("8BIM", u16(0x040c), u16(0), u32(4), "tiny");
    const bytes = join(named, texts, padding, small);
    expect(read(bytes)).toEqual([
      { what: "author", value: "alice" },
      { what: "location", value: "Paris" },
      { what: "thumbnail", value: "" },
    ]);
  });

  test("that are damaged throw nothing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        read(join("8BIM\x04\x04\0\0", noise));
        read(join("8BIM\x04\x04\0\0\0\0\0\x40\x1c\x02", noise));
      }),
    );
  });
});
