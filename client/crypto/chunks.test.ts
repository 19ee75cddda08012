import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { equal, type Bytes } from "../../shared/bytes.ts";
import { fileIdOf } from "../../shared/ids.ts";
import { CHUNK_BYTES } from "../../shared/limits.ts";
import { chunkCount, isSealedSize, sealedChunkBytes } from "../../shared/media.ts";
import {
  chunkRange,
  chunksOf,
  createFileKey,
  openChunk,
  paddedBytes,
  sealChunk,
  sealedBytes,
  type FileSeal,
} from "./chunks.ts";
import { randomBytes, ready } from "./sodium.ts";

beforeAll(ready);

const newSeal = (sizeBytes: number): FileSeal => ({
  file: fileIdOf(randomBytes(16)),
  key: createFileKey(),
  sizeBytes,
});

/** `sizeBytes` that differ from place to place. */
function content(sizeBytes: number): Bytes {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8)) % 251);
}

function sealAll(seal: FileSeal, bytes: Bytes): Bytes[] {
  return Array.from({ length: chunksOf(seal.sizeBytes) }, (_, index) => {
    const { from, to } = chunkRange(seal.sizeBytes, index);
    return sealChunk(seal, index, bytes.subarray(from, to));
  });
}

const SIZES = [0, 1, 2, 9, 1_000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3_000_000];

describe("[DESIGN 6] a file as chunks", () => {
  test.each(SIZES)("of %i bytes comes out as it went in, each chunk by itself", (sizeBytes) => {
    const seal = newSeal(sizeBytes);
    const bytes = content(sizeBytes);
    const sealed = sealAll(seal, bytes);
    for (const index of sealed.keys()) {
      const { from, to } = chunkRange(sizeBytes, index);
      const opened = openChunk(seal, index, sealed[index] ?? bytes);
      expect(opened !== null && equal(opened, bytes.subarray(from, to))).toBe(true);
    }
  });

  test.each(SIZES)("[M1] of %i bytes has the sizes that relays expect", (sizeBytes) => {
    const seal = newSeal(sizeBytes);
    const sealed = sealAll(seal, content(sizeBytes));
    const total = sealedBytes(sizeBytes);
    expect(isSealedSize(total)).toBe(true);
    expect(chunkCount(total)).toBe(sealed.length);
    expect(sealed.map(({ length }) => length)).toEqual(
      sealed.map((_, index) => sealedChunkBytes(total, index)),
    );
  });

  test("[M6] sealed again it has the same bytes", () => {
    const seal = newSeal(600_000);
    const again = sealAll(seal, content(600_000));
    for (const [index, chunk] of sealAll(seal, content(600_000)).entries()) {
      expect(equal(chunk, again[index] ?? chunk.subarray(1))).toBe(true);
    }
  });

  test("is padded by 12 % at most, to one of few sizes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (sizeBytes) => {
        const padded = paddedBytes(sizeBytes);
        expect(padded).toBeGreaterThanOrEqual(sizeBytes);
        expect(padded).toBeLessThanOrEqual(Math.max(sizeBytes * 1.12, 1));
        expect(paddedBytes(padded)).toBe(padded);
      }),
    );
    const sizes = new Set(Array.from({ length: 100_000 }, (_, i) => paddedBytes(1_000_000 + i)));
    expect(sizes.size).toBeLessThan(10);
  });

  test("refuses to seal what is not the chunk's content", () => {
    const seal = newSeal(300_000);
    expect(() => sealChunk(seal, 0, content(300_000))).toThrow(RangeError);
    expect(() => sealChunk(seal, 1, content(CHUNK_BYTES))).toThrow(RangeError);
    expect(() => sealChunk(seal, 2, content(1))).toThrow(RangeError);
  });
});

describe("[HOSTILE 55] a chunk", () => {
  const SIZE = 2 * CHUNK_BYTES + 5_000;
  const bytes = content(SIZE);

  test("in another's place does not open", () => {
    const seal = newSeal(SIZE);
    const [first, second, last] = sealAll(seal, bytes);
    expect(openChunk(seal, 0, second ?? bytes)).toBeNull();
    expect(openChunk(seal, 1, first ?? bytes)).toBeNull();
    expect(openChunk(seal, 1, last ?? bytes)).toBeNull();
    expect(openChunk(seal, 2, first ?? bytes)).toBeNull();
  });

  test("of another file or under another key does not open", () => {
    const seal = newSeal(SIZE);
    const [first] = sealAll(seal, bytes);
    expect(openChunk({ ...seal, file: newSeal(1).file }, 0, first ?? bytes)).toBeNull();
    expect(openChunk({ ...seal, key: createFileKey() }, 0, first ?? bytes)).toBeNull();
  });

  test("changed in any bit, cut or lengthened does not open", () => {
    const seal = newSeal(700);
    const [only] = sealAll(seal, content(700));
    if (only === undefined) throw new Error("no chunk");
    for (let at = 0; at < only.length; at++) {
      const changed = only.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(openChunk(seal, 0, changed)).toBeNull();
    }
    expect(openChunk(seal, 0, only.subarray(0, only.length - 1))).toBeNull();
    expect(openChunk(seal, 0, Uint8Array.of(...only, 0))).toBeNull();
    expect(openChunk(seal, 0, new Uint8Array())).toBeNull();
  });

  test("that is the last does not open where more is announced, nor the other way round", () => {
    const twoChunks = newSeal(2 * CHUNK_BYTES);
    const three = { ...twoChunks, sizeBytes: 3 * CHUNK_BYTES };
    const last = sealAll(twoChunks, content(2 * CHUNK_BYTES))[1] ?? bytes;
    expect(openChunk(three, 1, last)).toBeNull();
    const middle = sealAll(three, content(3 * CHUNK_BYTES))[1] ?? bytes;
    expect(openChunk(twoChunks, 1, middle)).toBeNull();
  });
});
