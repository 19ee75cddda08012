/**
 * The outer seal (DESIGN §4): XChaCha20-Poly1305-IETF under the outer key, as nonce ‖ ciphertext ‖ tag,
 * of exactly one of the bucket sizes, with the header as associated data.
 */
import { concat, utf8, type Bytes } from "../../shared/bytes.ts";
import { BUCKETS_BYTES } from "../../shared/limits.ts";
import { expand } from "./kdf.ts";
import { randomBytes, sodium } from "./sodium.ts";

const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const NONCE_KEY_BYTES = 32;
const NONCE_LABEL = utf8("mayfly v1 deterministic nonce\0");
/** Padding is this byte, then zeros (ISO/IEC 7816-4): never ambiguous, at least one byte. */
const PAD_MARK = 0x80;
const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES + 1;

/** Longest plaintext that the largest bucket holds. */
export const MAX_PLAINTEXT_BYTES = Math.max(...BUCKETS_BYTES) - OVERHEAD_BYTES;

/** Seals under a random nonce, so that equal plaintexts look unrelated; null when it is too large. */
export function sealEnvelope(
  outerKey: Uint8Array,
  header: Uint8Array,
  plaintext: Uint8Array,
): Bytes | null {
  return sealWith(randomBytes(NONCE_BYTES), { outerKey, header, plaintext });
}

/**
 * Seals so that whoever holds the same key, header and plaintext comes to the same bytes: for a
 * GroupInfo, which every member rebuilds and compares. The nonce is a keyed BLAKE2b of header and
 * plaintext, so one nonce never serves two of them. Null when it is too large.
 */
export function sealDeterministic(
  outerKey: Uint8Array,
  header: Uint8Array,
  plaintext: Uint8Array,
): Bytes | null {
  const nonceKey = expand(outerKey, NONCE_LABEL, NONCE_KEY_BYTES);
  const headerLength = new Uint8Array(4);
  new DataView(headerLength.buffer).setUint32(0, header.length);
  const input = concat(headerLength, header, plaintext);
  const nonce = sodium.crypto_generichash(NONCE_BYTES, input, nonceKey);
  sodium.memzero(nonceKey);
  return sealWith(nonce, { outerKey, header, plaintext });
}

/** The plaintext of what either function sealed; null for another size, key, header or tag. */
export function openEnvelope(
  outerKey: Uint8Array,
  header: Uint8Array,
  sealed: Uint8Array,
): Bytes | null {
  if (!BUCKETS_BYTES.includes(sealed.length)) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const ciphertext = sealed.subarray(NONCE_BYTES);
  let padded: Bytes;
  try {
    padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      ciphertext,
      header,
      nonce,
      outerKey,
    );
  } catch {
    return null;
  }
  return withoutPadding(padded);
}

function sealWith(
  nonce: Bytes,
  parts: {
    readonly outerKey: Uint8Array;
    readonly header: Uint8Array;
    readonly plaintext: Uint8Array;
  },
): Bytes | null {
  const { outerKey, header, plaintext } = parts;
  const bucket = BUCKETS_BYTES.find((size) => plaintext.length + OVERHEAD_BYTES <= size);
  if (bucket === undefined) return null;
  const padded = new Uint8Array(bucket - NONCE_BYTES - TAG_BYTES);
  padded.set(plaintext);
  padded[plaintext.length] = PAD_MARK;
  const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    padded,
    header,
    null,
    nonce,
    outerKey,
  );
  return concat(nonce, sealed);
}

function withoutPadding(padded: Bytes): Bytes | null {
  let end = padded.length - 1;
  while (padded[end] === 0) end--;
  return padded[end] === PAD_MARK ? padded.slice(0, end) : null;
}
