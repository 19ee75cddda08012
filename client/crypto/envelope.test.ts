import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { concat, equal, toHex, utf8, type Bytes } from "../../shared/bytes.ts";
import { BUCKETS_BYTES } from "../../shared/limits.ts";
import { MAX_PLAINTEXT_BYTES, openEnvelope, sealDeterministic, sealEnvelope } from "./envelope.ts";
import { randomBytes, ready, sodium } from "./sodium.ts";

beforeAll(ready);

const HEADER = utf8("version, route id, kind");
const seals = [
  ["at random", sealEnvelope],
  ["deterministically", sealDeterministic],
] as const;

function sealed(seal: typeof sealEnvelope, key: Uint8Array, plaintext: Uint8Array): Bytes {
  const envelope = seal(key, HEADER, plaintext);
  if (envelope === null) throw new Error("too large");
  return envelope;
}

function flipped(bytes: Uint8Array, at: number): Bytes {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe.each(seals)("an envelope sealed %s", (_, seal) => {
  it("is opened by whoever has the key and the header", () => {
    const key = randomBytes(32);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), fc.uint8Array(), (plaintext, header) => {
        const envelope = seal(key, header, plaintext);
        expect(envelope).not.toBeNull();
        expect(openEnvelope(key, header, envelope ?? new Uint8Array(0))).toEqual(
          Uint8Array.from(plaintext),
        );
      }),
    );
  });

  it("gives back plaintexts that end like padding", () => {
    const key = randomBytes(32);
    for (const tail of [[0x80], [0x80, 0], [0, 0, 0], [0x80, 0x80], [0]]) {
      const plaintext = concat(utf8("text"), Uint8Array.from(tail));
      expect(openEnvelope(key, HEADER, sealed(seal, key, plaintext))).toEqual(plaintext);
    }
  });

  it("has one of eight sizes, whatever the length of the text from 0 to 5,000", () => {
    const key = randomBytes(32);
    const sizes = new Map<number, number>();
    for (let length = 0; length <= 5_000; length++) {
      const plaintext = new Uint8Array(length).fill(length);
      const envelope = sealed(seal, key, plaintext);
      // The smallest that holds it: nonce 24, tag 16, and at least one byte of padding.
      expect(envelope.length).toBe(BUCKETS_BYTES.find((size) => size >= length + 41));
      // `toEqual` would take 20 s over all these bytes.
      const opened = openEnvelope(key, HEADER, envelope);
      expect(opened !== null && equal(opened, plaintext)).toBe(true);
      sizes.set(envelope.length, (sizes.get(envelope.length) ?? 0) + 1);
    }
    expect([...sizes.keys()]).toEqual([512, 1_024, 2_048, 4_096, 8_192]);
    expect(BUCKETS_BYTES.length).toBeLessThanOrEqual(8);
  });

  it("goes up to the largest bucket, to the byte at each border, and no further", () => {
    const key = randomBytes(32);
    for (const size of BUCKETS_BYTES) {
      const full = new Uint8Array(size - 41).fill(0x80);
      expect(sealed(seal, key, full)).toHaveLength(size);
      expect(openEnvelope(key, HEADER, sealed(seal, key, full))).toEqual(full);
      const more = seal(key, HEADER, new Uint8Array(size - 40));
      expect(more === null ? null : more.length).toBe(size === 65_536 ? null : size * 2);
    }
    expect(MAX_PLAINTEXT_BYTES).toBe(65_536 - 41);
  });

  it("stays closed after any one bit was flipped: nonce, text, padding or tag", () => {
    const key = randomBytes(32);
    const envelope = sealed(seal, key, utf8("hello"));
    for (let at = 0; at < envelope.length; at++) {
      expect(openEnvelope(key, HEADER, flipped(envelope, at)), `byte ${at}`).toBeNull();
    }
  });

  it("stays closed when cut short or made longer", () => {
    const key = randomBytes(32);
    const envelope = sealed(seal, key, new Uint8Array(600));
    for (let length = 0; length < envelope.length; length++) {
      expect(openEnvelope(key, HEADER, envelope.subarray(0, length))).toBeNull();
    }
    expect(openEnvelope(key, HEADER, concat(envelope, new Uint8Array(1_024)))).toBeNull();
    expect(openEnvelope(key, HEADER, concat(envelope, Uint8Array.of(0)))).toBeNull();
  });

  it("stays closed under another header or another key", () => {
    const key = randomBytes(32);
    const envelope = sealed(seal, key, utf8("hello"));
    const others = [
      new Uint8Array(0),
      flipped(HEADER, 0),
      HEADER.subarray(1),
      concat(HEADER, HEADER),
    ];
    for (const header of others) expect(openEnvelope(key, header, envelope)).toBeNull();
    expect(openEnvelope(flipped(key, 31), HEADER, envelope)).toBeNull();
    expect(openEnvelope(randomBytes(32), HEADER, envelope)).toBeNull();
  });

  it("stays closed when its padding is not ours, though the seal holds", () => {
    const key = randomBytes(32);
    const nonce = randomBytes(24);
    for (const padded of [new Uint8Array(472), new Uint8Array(472).fill(1)]) {
      const envelope = concat(
        nonce,
        sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, HEADER, null, nonce, key),
      );
      expect(envelope).toHaveLength(512);
      expect(openEnvelope(key, HEADER, envelope)).toBeNull();
    }
  });
});

describe("the random seal", () => {
  it("stays closed at a size that is no bucket, though the seal holds", () => {
    const [key, nonce] = [randomBytes(32), randomBytes(24)];
    for (const size of [472, 473, 471]) {
      const padded = new Uint8Array(size);
      padded[0] = 0x80;
      const envelope = concat(
        nonce,
        sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, HEADER, null, nonce, key),
      );
      const isBucket = envelope.length === 512;
      expect(openEnvelope(key, HEADER, envelope)).toEqual(isBucket ? new Uint8Array(0) : null);
    }
  });

  it("never gives the same envelope, nor the same nonce, for the same text", () => {
    const key = randomBytes(32);
    const nonces = Array.from({ length: 1_000 }, () =>
      toHex(sealed(sealEnvelope, key, utf8("hello")).subarray(0, 24)),
    );
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

describe("the deterministic seal", () => {
  it("gives alice and bob the same bytes for the same GroupInfo, and others for any other", () => {
    const key = randomBytes(32);
    const groupInfo = randomBytes(3_000);
    const alices = sealed(sealDeterministic, key, groupInfo);
    expect(sealed(sealDeterministic, key.slice(), groupInfo.slice())).toEqual(alices);

    const nonceOf = (header: Uint8Array, plaintext: Uint8Array, other = key) =>
      toHex((sealDeterministic(other, header, plaintext) ?? alices).subarray(0, 24));
    const nonces = [
      nonceOf(HEADER, groupInfo),
      nonceOf(HEADER, flipped(groupInfo, 0)),
      nonceOf(HEADER, flipped(groupInfo, 2_999)),
      nonceOf(flipped(HEADER, 0), groupInfo),
      nonceOf(HEADER, groupInfo, flipped(key, 0)),
      // The border between header and plaintext counts, too.
      nonceOf(concat(HEADER, groupInfo.subarray(0, 1)), groupInfo.subarray(1)),
      nonceOf(HEADER.subarray(1), concat(HEADER.subarray(0, 1), groupInfo)),
    ];
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it("takes the nonce that is known for these inputs, computed apart from this code", () => {
    const key = Uint8Array.from({ length: 32 }, (_, index) => index + 64);
    const envelope = sealDeterministic(key, utf8("header"), utf8("plaintext"));
    expect(toHex((envelope ?? key).subarray(0, 24))).toBe(
      "e1888f11ace4bd340a9c515f368dc39dd59184c26eb92d3f",
    );
    expect(openEnvelope(key, utf8("header"), envelope ?? key)).toEqual(utf8("plaintext"));
  });
});
