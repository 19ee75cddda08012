import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CryptoError } from "ts-mls/mlsError.js";
import { parseHex, toHex, utf8, type Bytes } from "../../shared/bytes.ts";
import { decapsulate, deriveKeyPair, exportFrom } from "./hpke.ts";
import { expand, hmac } from "./kdf.ts";
import { provider } from "./provider.ts";
import { isSmallOrder } from "./small-order.ts";
import { randomBytes, ready, sodium } from "./sodium.ts";

const { hpke, signature, hash } = provider;
const NONE = new Uint8Array(0);

function hex(text: string): Bytes {
  const bytes = parseHex(text);
  if (bytes === null) throw new Error("not hex");
  return bytes;
}

/** The points of small order, with and without the top bit that X25519 ignores. */
const WEAK_KEYS = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].flatMap((text) => {
  const withTopBit = hex(text);
  withTopBit[31] = (withTopBit[31] ?? 0) | 128;
  return [hex(text), withTopBit];
});

beforeAll(ready);

describe("HPKE", () => {
  it("agrees with RFC 9180, A.2.1 (base mode, our suite)", () => {
    const info = hex("4f6465206f6e2061204772656369616e2055726e");
    const pair = deriveKeyPair(
      hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"),
    );
    expect(toHex(pair.privateKey)).toBe(
      "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    );
    expect(toHex(pair.publicKey)).toBe(
      "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
    );
    const kemOutput = hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    const context = decapsulate(pair, kemOutput, info);
    expect(toHex(context.key)).toBe(
      "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
    );
    expect(toHex(context.nonce)).toBe("5c4d98150661b848853b547f");
    expect(toHex(context.exporterSecret)).toBe(
      "a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922",
    );
    expect(toHex(exportFrom(context, NONE, 32))).toBe(
      "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
    );
    expect(toHex(exportFrom(context, utf8("TestContext"), 32))).toBe(
      "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
    );
  });

  it("opens what alice sealed to bob, and nothing altered", async () => {
    const bob = await hpke.generateKeyPair();
    const [info, data, text] = [utf8("info"), utf8("data"), utf8("hello bob")];
    const { enc, ct } = await hpke.seal(bob.publicKey, text, info, data);
    expect(await hpke.open(bob.privateKey, enc, ct, info, data)).toEqual(text);

    const flipped = ct.slice();
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    const otherKem = enc.slice();
    otherKem[0] = (otherKem[0] ?? 0) ^ 1;
    const carol = await hpke.generateKeyPair();
    await expect(hpke.open(bob.privateKey, enc, flipped, info, data)).rejects.toThrow(CryptoError);
    await expect(hpke.open(bob.privateKey, otherKem, ct, info, data)).rejects.toThrow(CryptoError);
    await expect(hpke.open(bob.privateKey, enc, ct, data, data)).rejects.toThrow(CryptoError);
    await expect(hpke.open(bob.privateKey, enc, ct, info, info)).rejects.toThrow(CryptoError);
    await expect(hpke.open(carol.privateKey, enc, ct, info, data)).rejects.toThrow(CryptoError);
  });

  it("exports the same secret to both ends, bound to context and info", async () => {
    const bob = await hpke.generateKeyPair();
    const { enc, secret } = await hpke.exportSecret(bob.publicKey, utf8("c"), 32, utf8("i"));
    const again = (context: string, info: string) =>
      hpke.importSecret(bob.privateKey, utf8(context), enc, 32, utf8(info));
    expect(await again("c", "i")).toEqual(secret);
    expect(await again("d", "i")).not.toEqual(secret);
    expect(await again("c", "j")).not.toEqual(secret);
  });

  it("keeps a key pair through export and import", async () => {
    const bob = await hpke.deriveKeyPair(randomBytes(32));
    const privateKey = await hpke.importPrivateKey(await hpke.exportPrivateKey(bob.privateKey));
    const publicKey = await hpke.importPublicKey(await hpke.exportPublicKey(bob.publicKey));
    const { enc, ct } = await hpke.seal(publicKey, utf8("hello"), NONE);
    expect(await hpke.open(privateKey, enc, ct, NONE)).toEqual(utf8("hello"));
  });

  it("refuses keys of small order wherever they enter, as key or as KEM output", async () => {
    expect(WEAK_KEYS).toHaveLength(14);
    const bob = await hpke.generateKeyPair();
    for (const weak of WEAK_KEYS) {
      expect(isSmallOrder(weak)).toBe(true);
      // Our list and libsodium's must not differ.
      expect(() => sodium.crypto_scalarmult(randomBytes(32), weak)).toThrow("weak");
      await expect(hpke.importPublicKey(weak)).rejects.toThrow(CryptoError);
      await expect(hpke.open(bob.privateKey, weak, new Uint8Array(32), NONE)).rejects.toThrow(
        CryptoError,
      );
      await expect(hpke.importSecret(bob.privateKey, NONE, weak, 32, NONE)).rejects.toThrow(
        CryptoError,
      );
    }
    expect(isSmallOrder(sodium.crypto_scalarmult_base(randomBytes(32)))).toBe(false);
  });

  it("refuses keys of another length", async () => {
    for (const length of [0, 31, 33]) {
      await expect(hpke.importPublicKey(new Uint8Array(length).fill(9))).rejects.toThrow(
        CryptoError,
      );
      await expect(hpke.importPrivateKey(new Uint8Array(length))).rejects.toThrow(CryptoError);
    }
  });
});

describe("Ed25519", () => {
  it("signs alike with a seed and with the key grown from it", async () => {
    const seed = randomBytes(32);
    const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
    const signed = await signature.sign(privateKey, utf8("hello"));
    expect(await signature.sign(seed, utf8("hello"))).toEqual(signed);
    expect(await signature.verify(publicKey, utf8("hello"), signed)).toBe(true);
    expect(await signature.verify(publicKey, utf8("hellO"), signed)).toBe(false);
  });

  it("makes keys that ts-mls can use, new ones each time", async () => {
    const [alice, bob] = [await signature.keygen(), await signature.keygen()];
    expect(alice.publicKey).not.toEqual(bob.publicKey);
    const signed = await signature.sign(alice.signKey, utf8("I am alice"));
    expect(await signature.verify(alice.publicKey, utf8("I am alice"), signed)).toBe(true);
    expect(await signature.verify(bob.publicKey, utf8("I am alice"), signed)).toBe(false);
  });

  it("refuses, and does not throw on, public keys of small order or not in canonical form", async () => {
    // With A of small order, S = 0 and R = A verify for many texts where the check is missing.
    const weak = [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "0100000000000000000000000000000000000000000000000000000000000080",
    ];
    for (const text of weak) {
      const forged = new Uint8Array(64);
      forged.set(hex(text));
      for (let counter = 0; counter < 64; counter++) {
        expect(await signature.verify(hex(text), Uint8Array.of(counter), forged)).toBe(false);
      }
    }
  });

  it("refuses lengths that are not Ed25519's", async () => {
    expect(await signature.verify(new Uint8Array(31), NONE, new Uint8Array(64))).toBe(false);
    expect(await signature.verify(new Uint8Array(32), NONE, new Uint8Array(63))).toBe(false);
    await expect(signature.sign(new Uint8Array(48), NONE)).rejects.toThrow(CryptoError);
  });
});

describe("HMAC", () => {
  it("is the same by our three ways to take a key and by WebCrypto", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.uint8Array({ maxLength: 300 }),
        async (key, input) => {
          const algorithm = { name: "HMAC", hash: "SHA-256" };
          const theirs = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
          const expected = new Uint8Array(await crypto.subtle.sign("HMAC", theirs, input));
          expect(hmac(key, input)).toEqual(expected);
          expect(await hash.verifyMac(key, expected, input)).toBe(true);
          expect(await hash.verifyMac(key, expected.subarray(1), input)).toBe(false);
        },
      ),
    );
  });
});

describe("HKDF", () => {
  it("ends at 255 blocks (RFC 5869 §2.3)", () => {
    const key = randomBytes(32);
    const longest = expand(key, NONE, 255 * 32);
    expect(longest).toHaveLength(255 * 32);
    expect(expand(key, NONE, 33)).toEqual(longest.slice(0, 33));
    expect(() => expand(key, NONE, 255 * 32 + 1)).toThrow(RangeError);
  });
});

describe("the provider", () => {
  it("resolves in microtasks only, so that a hand-turned clock never has to wait for it", async () => {
    let turned = false;
    const timer = setTimeout(() => (turned = true), 0);
    const immediate = setImmediate(() => (turned = true));
    const bob = await hpke.generateKeyPair();
    const { enc, ct } = await hpke.seal(bob.publicKey, utf8("hello"), NONE);
    await hpke.open(bob.privateKey, enc, ct, NONE);
    const alice = await signature.keygen();
    const signed = await signature.sign(alice.signKey, NONE);
    await signature.verify(alice.publicKey, NONE, signed);
    await provider.kdf.expand(await provider.kdf.extract(NONE, NONE), NONE, 64);
    await hash.digest(NONE);
    expect(turned).toBe(false);
    clearTimeout(timer);
    clearImmediate(immediate);
  });
});
