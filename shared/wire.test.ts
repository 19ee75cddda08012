import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeWhole, Malformed, Reader, Writer } from "./wire.ts";

test("what is written is read, in the same order", () => {
  const fields = fc.tuple(
    fc.integer({ min: 0, max: 0xff }),
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.maxSafeNat(),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.uint8Array({ maxLength: 1_000 }),
  );
  fc.assert(
    fc.property(fields, ([a, b, c, d, e, f]) => {
      const written = new Writer().u8(a).u16(b).u32(c).u53(d).u64(e).bytes(f).fixed(f).done();
      const read = decodeWhole(written, (reader) => [
        reader.u8(),
        reader.u16(),
        reader.u32(),
        reader.u53(),
        reader.u64(),
        reader.bytes(1_000),
        reader.fixed(f.length),
      ]);
      expect(read).toEqual([a, b, c, d, e, Uint8Array.from(f), Uint8Array.from(f)]);
    }),
  );
});

test("numbers are big-endian", () => {
  expect(
    new Writer()
      .u16(0x0102)
      .u32(0x03040506)
      .u53(2 ** 53 - 1)
      .done(),
  ).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0x1f, 255, 255, 255, 255, 255, 255));
});

describe("refused, as Malformed and nothing else", () => {
  test.each<[string, number[], (reader: Reader) => unknown]>([
    ["a u8 of nothing", [], (reader) => reader.u8()],
    ["a u16 of one byte", [1], (reader) => reader.u16()],
    ["a u32 of three", [1, 2, 3], (reader) => reader.u32()],
    ["a u53 of seven", [0, 0, 0, 0, 0, 0, 0], (reader) => reader.u53()],
    ["2^53", [0, 0x20, 0, 0, 0, 0, 0, 0], (reader) => reader.u53()],
    ["2^64 - 1 as u53", Array(8).fill(255), (reader) => reader.u53()],
    ["a u64 of seven", Array(7).fill(0), (reader) => reader.u64()],
    ["fixed bytes that run out", [1, 2], (reader) => reader.fixed(3)],
    ["bytes longer than allowed", [0, 0, 0, 2, 1, 1], (reader) => reader.bytes(1)],
    ["bytes longer than there are", [0, 0, 0, 9, 1], (reader) => reader.bytes(100)],
    ["bytes of 2^32 - 1", [255, 255, 255, 255], (reader) => reader.bytes(2 ** 32)],
    ["a list longer than allowed", [0, 2, 1, 1], (reader) => reader.list(1, () => reader.u8())],
    ["a list that runs out", [0, 2, 1], (reader) => reader.list(9, () => reader.u8())],
    ["trailing bytes", [1, 2], (reader) => reader.u8()],
  ])("%s", (_, bytes, read) => {
    expect(decodeWhole(Uint8Array.from(bytes), read)).toBeNull();
    const reader = new Reader(Uint8Array.from(bytes));
    expect(() => {
      read(reader);
      reader.end();
    }).toThrow(Malformed);
  });

  test("a fault of ours is not mistaken for the peer's", () => {
    const ours = () => {
      throw new TypeError("a bug");
    };
    expect(() => decodeWhole(new Uint8Array(0), ours)).toThrow(TypeError);
  });
});

test("bytes read are a copy: a socket's slab may be used again", () => {
  const slab = new Uint8Array([9, 9, 1, 2, 3, 9]);
  const view = slab.subarray(2, 5);
  const read = decodeWhole(view, (reader) => reader.fixed(3));
  slab.fill(0);
  expect(read).toEqual(Uint8Array.of(1, 2, 3));
  expect(read?.buffer.byteLength).toBe(3);
});
