/**
 * The one import of libsodium. Only what is listed here is used: primitives as they are, nothing of
 * the string conveniences, so that every call is bytes in, bytes out.
 */
import library from "libsodium-wrappers-sumo";
import type { Bytes } from "../../shared/bytes.ts";

interface KeyPair {
  readonly publicKey: Bytes;
  readonly privateKey: Bytes;
}

/** What we call of libsodium, with its own names. All throw on a wrong length, and where noted. */
interface Sodium {
  readonly crypto_pwhash_ALG_ARGON2ID13: number;
  /** Overwrites with zeros. */
  memzero(bytes: Uint8Array): void;
  /** Equality in constant time; throws when the lengths differ. */
  memcmp(a: Uint8Array, b: Uint8Array): boolean;
  crypto_hash_sha256(input: Uint8Array): Bytes;
  /** HMAC-SHA-256 with a key of exactly 32 bytes. */
  crypto_auth_hmacsha256(input: Uint8Array, key: Uint8Array): Bytes;
  /** BLAKE2b, 16 to 64 bytes out. */
  crypto_generichash(lengthBytes: number, input: Uint8Array, key: Uint8Array | null): Bytes;
  crypto_pwhash(
    lengthBytes: number,
    password: Uint8Array,
    salt: Uint8Array,
    opsLimit: number,
    memoryLimitBytes: number,
    algorithm: number,
  ): Bytes;
  /** X25519; throws on a result of zero, so on every key of small order. */
  crypto_scalarmult(privateKey: Uint8Array, publicKey: Uint8Array): Bytes;
  crypto_scalarmult_base(privateKey: Uint8Array): Bytes;
  crypto_sign_keypair(): KeyPair;
  crypto_sign_seed_keypair(seed: Uint8Array): KeyPair;
  crypto_sign_detached(input: Uint8Array, privateKey: Uint8Array): Bytes;
  /** Strict: false for keys and signatures of small order or not in canonical form. */
  crypto_sign_verify_detached(
    signature: Uint8Array,
    input: Uint8Array,
    publicKey: Uint8Array,
  ): boolean;
  crypto_aead_chacha20poly1305_ietf_encrypt: Seal;
  crypto_aead_chacha20poly1305_ietf_decrypt: Open;
  crypto_aead_xchacha20poly1305_ietf_encrypt: Seal;
  crypto_aead_xchacha20poly1305_ietf_decrypt: Open;
}

/** `unused` is the library's place for a secret nonce, which these algorithms don't have. */
type Seal = (
  plaintext: Uint8Array,
  associatedData: Uint8Array | null,
  unused: null,
  nonce: Uint8Array,
  key: Uint8Array,
) => Bytes;
/** Throws when the tag does not hold. */
type Open = (
  unused: null,
  ciphertext: Uint8Array,
  associatedData: Uint8Array | null,
  nonce: Uint8Array,
  key: Uint8Array,
) => Bytes;

/**
 * The library. Its functions are there only after `ready()`.
 * The assertion says what its own types leave open: that its results never share a buffer.
 */
export const sodium = library as unknown as Sodium;

/** Resolves once every function of this folder may be called; calling it again costs nothing. */
export function ready(): Promise<void> {
  return library.ready;
}

/**
 * Bytes nobody can guess, at most 65,536. They come from the platform's generator, where libsodium
 * would ask as well, but 4 bytes at a time, which costs more than sealing does.
 */
export function randomBytes(lengthBytes: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(lengthBytes));
}
