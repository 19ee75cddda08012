import { describe, expect, test } from "vitest";
import { fileIdOf, routeIdOf } from "./ids.ts";
import { CHUNK_BYTES, MAX_FILE_CHUNKS, MAX_GRANT_BYTES } from "./limits.ts";
import * as media from "./media.ts";

const WHOLE = media.SEALED_CHUNK_BYTES;

describe("[M1] the chunks of a file", () => {
  test.each([
    [17, 1],
    [WHOLE, 1],
    [WHOLE + 17, 2],
    [3 * WHOLE, 3],
    [400 * WHOLE + 1_000, 401],
  ])("of %i sealed bytes add up to them", (totalBytes, count) => {
    expect(media.isSealedSize(totalBytes)).toBe(true);
    expect(media.chunkCount(totalBytes)).toBe(count);
    const sizes = Array.from({ length: count }, (_, i) => media.sealedChunkBytes(totalBytes, i));
    expect(sizes.slice(0, -1).every((size) => size === WHOLE)).toBe(true);
    expect(sizes.reduce<number>((sum, size) => sum + (size ?? Number.NaN), 0)).toBe(totalBytes);
  });

  test("are none before the first and none after the last", () => {
    for (const index of [-1, 2, 0.5, Number.NaN, 2 ** 53]) {
      expect(media.sealedChunkBytes(WHOLE + 17, index)).toBeNull();
    }
  });

  test("do not add up to a seal around nothing, to parts of a byte, or to more than allowed", () => {
    const most = MAX_FILE_CHUNKS * WHOLE;
    expect(media.isSealedSize(most)).toBe(true);
    for (const size of [0, -17, 16, WHOLE + 1, WHOLE + 16, 17.5, most + 17, Number.NaN, 2 ** 53])
      expect(media.isSealedSize(size)).toBe(false);
  });

  test("hold 256 KiB each", () => {
    expect(CHUNK_BYTES).toBe(262_144);
    expect(WHOLE).toBe(262_160);
  });
});

test("[M5] a chunk's path names room, file and index", () => {
  const route = routeIdOf(new Uint8Array(16).fill(1));
  const file = fileIdOf(new Uint8Array(16).fill(0xfe));
  expect(media.chunkPath(route, file, 12)).toBe(`/media/${"01".repeat(16)}/${"fe".repeat(16)}/12`);
  expect(media.filePath(route, file)).toBe(`/media/${"01".repeat(16)}/${"fe".repeat(16)}`);
});

describe("[M5] the header that carries a grant", () => {
  test("gives it back", () => {
    for (const grant of [Uint8Array.of(0), new Uint8Array(MAX_GRANT_BYTES).fill(0xab)])
      expect(media.parseAuthorization(media.authorizationOf(grant))).toEqual(grant);
  });

  test.each([
    "",
    "Bearer",
    "Bearer ",
    "bearer 00",
    "Basic 00",
    "Bearer 0",
    "Bearer 0g",
    "Bearer AB",
    "Bearer 00 ",
    "Bearer 00, Bearer 01",
    `Bearer ${"00".repeat(MAX_GRANT_BYTES + 1)}`,
  ])("%j holds none", (header) => {
    expect(media.parseAuthorization(header)).toBeNull();
  });
});
