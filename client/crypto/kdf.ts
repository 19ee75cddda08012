/** HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869), for MLS, HPKE and our own labels alike. */
import { concat, type Bytes } from "../../shared/bytes.ts";
import { sodium } from "./sodium.ts";

/** Size of a SHA-256 hash, of an HMAC over it and of a pseudorandom key. */
export const HASH_BYTES = 32;

const BLOCK_BYTES = 64;
const MOST_BLOCKS = 255;

/** HMAC-SHA-256, 32 bytes, under a key of any length. */
export function hmac(key: Uint8Array, input: Uint8Array): Bytes {
  if (key.length === HASH_BYTES) return sodium.crypto_auth_hmacsha256(input, key);
  return hmacOfAnyKey(key, input);
}

// The library's one-shot HMAC takes keys of 32 bytes. Shorter ones may be padded with zeros, as HMAC
// itself does; longer ones than a block are hashed, as HMAC does; those between are spelt out.
function hmacOfAnyKey(key: Uint8Array, input: Uint8Array): Bytes {
  if (key.length > BLOCK_BYTES) return hmac(sodium.crypto_hash_sha256(key), input);
  if (key.length < HASH_BYTES) {
    const padded = new Uint8Array(HASH_BYTES);
    padded.set(key);
    return sodium.crypto_auth_hmacsha256(input, padded);
  }
  const inner = new Uint8Array(BLOCK_BYTES).fill(0x36);
  const outer = new Uint8Array(BLOCK_BYTES).fill(0x5c);
  key.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  const hash = sodium.crypto_hash_sha256(concat(inner, input));
  return sodium.crypto_hash_sha256(concat(outer, hash));
}

/** HKDF-Extract (RFC 5869 §2.2): a pseudorandom key of 32 bytes. */
export function extract(salt: Uint8Array, keyMaterial: Uint8Array): Bytes {
  return hmac(salt, keyMaterial);
}

/**
 * HKDF-Expand (RFC 5869 §2.3) to `lengthBytes`.
 * @throws RangeError above 255 × 32 bytes, where HKDF ends.
 */
export function expand(key: Uint8Array, label: Uint8Array, lengthBytes: number): Bytes {
  const blocks = Math.ceil(lengthBytes / HASH_BYTES);
  if (blocks > MOST_BLOCKS) throw new RangeError("more than HKDF can give");
  const output = new Uint8Array(blocks * HASH_BYTES);
  let block = new Uint8Array(0);
  for (let index = 1; index <= blocks; index++) {
    block = hmac(key, concat(block, label, Uint8Array.of(index)));
    output.set(block, (index - 1) * HASH_BYTES);
  }
  return blocks * HASH_BYTES === lengthBytes ? output : output.slice(0, lengthBytes);
}
