/**
 * The primitives that ts-mls works with, each of them libsodium's: MLS cipher suite 0x0003
 * (RFC 9420 §17.1). Promises resolve in microtasks only: no timer, no WebCrypto.
 */
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js";
import type { Hash } from "ts-mls/crypto/hash.js";
import type { Hpke, PrivateKey, PublicKey } from "ts-mls/crypto/hpke.js";
import type { Signature } from "ts-mls/crypto/signature.js";
import { CryptoError } from "ts-mls/mlsError.js";
import type { Bytes } from "../../shared/bytes.ts";
import * as rfc9180 from "./hpke.ts";
import { expand, extract, HASH_BYTES, hmac } from "./kdf.ts";
import { isSmallOrder } from "./small-order.ts";
import { randomBytes, sodium } from "./sodium.ts";

const SEED_BYTES = 32;

/**
 * ts-mls calls HPKE keys CryptoKeys but never looks inside. Ours carry their bytes. These three
 * functions are the only place that knows, and the only casts.
 */
const publicKeyOf = (bytes: Uint8Array) => ({ type: "public", bytes }) as unknown as PublicKey;
const privateKeyOf = (pair: rfc9180.HpkeKeyPair) =>
  ({ type: "private", pair }) as unknown as PrivateKey;
const publicBytes = (key: PublicKey) => (key as unknown as { readonly bytes: Bytes }).bytes;
const keyPair = (key: PrivateKey) =>
  (key as unknown as { readonly pair: rfc9180.HpkeKeyPair }).pair;

/** Runs `work`; whatever the library throws leaves as ts-mls's own error, without its text's details. */
function orCryptoError<T>(refusal: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw new CryptoError(refusal);
  }
}

const aead = {
  seal: (key: Uint8Array, nonce: Uint8Array, data: Uint8Array | undefined, plaintext: Uint8Array) =>
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, data ?? null, null, nonce, key),
  open: (key: Uint8Array, nonce: Uint8Array, data: Uint8Array | undefined, sealed: Uint8Array) =>
    orCryptoError("an AEAD tag does not hold", () =>
      sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed, data ?? null, nonce, key),
    ),
};

const hash: Hash = {
  digest: async (input) => sodium.crypto_hash_sha256(input),
  mac: async (key, input) => hmac(key, input),
  verifyMac: async (key, mac, input) =>
    mac.length === HASH_BYTES && sodium.memcmp(hmac(key, input), mac),
};

/** Private keys are libsodium's 64 bytes; the bare seed of 32 bytes (RFC 8032) is taken as well. */
const signature: Signature = {
  sign: async (key, input) =>
    orCryptoError("not an Ed25519 private key", () =>
      key.length === SEED_BYTES
        ? sodium.crypto_sign_detached(input, sodium.crypto_sign_seed_keypair(key).privateKey)
        : sodium.crypto_sign_detached(input, key),
    ),
  verify: async (publicKey, input, signed) => {
    if (publicKey.length !== 32 || signed.length !== 64) return false;
    return sodium.crypto_sign_verify_detached(signed, input, publicKey);
  },
  keygen: async () => {
    const { publicKey, privateKey } = sodium.crypto_sign_keypair();
    return { publicKey, signKey: privateKey };
  },
};

const encapsulate = (key: PublicKey, info: Uint8Array) =>
  orCryptoError("an HPKE public key is refused", () => rfc9180.encapsulate(publicBytes(key), info));
const decapsulate = (key: PrivateKey, kemOutput: Uint8Array, info: Uint8Array) =>
  orCryptoError("a KEM output is refused", () =>
    rfc9180.decapsulate(keyPair(key), kemOutput, info),
  );
const asKeys = (pair: rfc9180.HpkeKeyPair) => ({
  privateKey: privateKeyOf(pair),
  publicKey: publicKeyOf(pair.publicKey),
});

const hpke: Hpke = {
  keyLength: rfc9180.AEAD_KEY_BYTES,
  nonceLength: rfc9180.AEAD_NONCE_BYTES,
  seal: async (publicKey, plaintext, info, data) => {
    const { kemOutput, context } = encapsulate(publicKey, info);
    return { enc: kemOutput, ct: aead.seal(context.key, context.nonce, data, plaintext) };
  },
  open: async (privateKey, kemOutput, sealed, info, data) => {
    const context = decapsulate(privateKey, kemOutput, info);
    return aead.open(context.key, context.nonce, data, sealed);
  },
  exportSecret: async (publicKey, exporterContext, lengthBytes, info) => {
    const { kemOutput, context } = encapsulate(publicKey, info);
    return { enc: kemOutput, secret: rfc9180.exportFrom(context, exporterContext, lengthBytes) };
  },
  importSecret: async (privateKey, exporterContext, kemOutput, lengthBytes, info) =>
    rfc9180.exportFrom(decapsulate(privateKey, kemOutput, info), exporterContext, lengthBytes),
  importPublicKey: async (bytes) => {
    if (bytes.length !== rfc9180.X25519_BYTES || isSmallOrder(bytes)) {
      throw new CryptoError("an HPKE public key is refused");
    }
    return publicKeyOf(bytes);
  },
  importPrivateKey: async (bytes) =>
    orCryptoError("not an X25519 private key", () =>
      privateKeyOf({
        privateKey: Uint8Array.from(bytes),
        publicKey: sodium.crypto_scalarmult_base(bytes),
      }),
    ),
  exportPublicKey: async (key) => publicBytes(key),
  exportPrivateKey: async (key) => keyPair(key).privateKey,
  encryptAead: async (key, nonce, data, plaintext) => aead.seal(key, nonce, data, plaintext),
  decryptAead: async (key, nonce, data, sealed) => aead.open(key, nonce, data, sealed),
  deriveKeyPair: async (seed) => asKeys(rfc9180.deriveKeyPair(seed)),
  generateKeyPair: async () => asKeys(rfc9180.deriveKeyPair(randomBytes(SEED_BYTES))),
};

/** MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519; usable once `ready()` has resolved. */
export const provider: CiphersuiteImpl = {
  name: "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
  hash,
  hpke,
  signature,
  kdf: {
    size: HASH_BYTES,
    extract: async (salt, keyMaterial) => extract(salt, keyMaterial),
    expand: async (key, label, lengthBytes) => expand(key, label, lengthBytes),
  },
  rng: { randomBytes: (lengthBytes) => randomBytes(lengthBytes) },
};
