/**
 * HPKE in base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, one
 * sealing per context, which is all that MLS asks. A key of small order is refused wherever it enters.
 */
import { concat, utf8, type Bytes } from "../../shared/bytes.ts";
import { expand, extract, HASH_BYTES } from "./kdf.ts";
import { randomBytes, sodium } from "./sodium.ts";

/** Public keys, private keys and KEM outputs of X25519. */
export const X25519_BYTES = 32;
/** Key and nonce of ChaCha20-Poly1305. */
export const AEAD_KEY_BYTES = 32;
export const AEAD_NONCE_BYTES = 12;

export interface HpkeKeyPair {
  readonly publicKey: Bytes;
  readonly privateKey: Bytes;
}

/** What both ends of one HPKE exchange share. */
export interface HpkeContext {
  readonly key: Bytes;
  readonly nonce: Bytes;
  readonly exporterSecret: Bytes;
}

const NONE: Bytes = new Uint8Array(0);
const MODE_BASE = Uint8Array.of(0);
const KEM_SUITE = concat(utf8("KEM"), Uint8Array.of(0x00, 0x20));
const HPKE_SUITE = concat(utf8("HPKE"), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x03));
const VERSION = utf8("HPKE-v1");

const labelOf = (suite: Bytes, label: string) => concat(VERSION, suite, utf8(label));
const LABEL = {
  derivePrk: labelOf(KEM_SUITE, "dkp_prk"),
  derivePrivate: labelOf(KEM_SUITE, "sk"),
  exchangePrk: labelOf(KEM_SUITE, "eae_prk"),
  sharedSecret: labelOf(KEM_SUITE, "shared_secret"),
  pskId: labelOf(HPKE_SUITE, "psk_id_hash"),
  info: labelOf(HPKE_SUITE, "info_hash"),
  secret: labelOf(HPKE_SUITE, "secret"),
  key: labelOf(HPKE_SUITE, "key"),
  nonce: labelOf(HPKE_SUITE, "base_nonce"),
  exporter: labelOf(HPKE_SUITE, "exp"),
  exported: labelOf(HPKE_SUITE, "sec"),
} as const;

// RFC 9180 §4: LabeledExtract and LabeledExpand; the label brings version and suite.
const labeledExtract = (salt: Uint8Array, label: Bytes, input: Uint8Array) =>
  extract(salt, concat(label, input));
const labeledExpand = (key: Uint8Array, label: Bytes, context: Uint8Array, lengthBytes: number) =>
  expand(
    key,
    concat(Uint8Array.of(lengthBytes >> 8, lengthBytes & 255), label, context),
    lengthBytes,
  );

/** A key pair from a seed of at least 32 bytes (RFC 9180 §7.1.3). */
export function deriveKeyPair(seed: Uint8Array): HpkeKeyPair {
  const prk = labeledExtract(NONE, LABEL.derivePrk, seed);
  const privateKey = labeledExpand(prk, LABEL.derivePrivate, NONE, X25519_BYTES);
  sodium.memzero(prk);
  return { privateKey, publicKey: sodium.crypto_scalarmult_base(privateKey) };
}

/**
 * The sender's end: a fresh KEM output of 32 bytes and the context.
 * @throws where `publicKey` is not 32 bytes or of small order.
 */
export function encapsulate(
  publicKey: Uint8Array,
  info: Uint8Array,
): { readonly kemOutput: Bytes; readonly context: HpkeContext } {
  const ephemeral = randomBytes(X25519_BYTES);
  const kemOutput = sodium.crypto_scalarmult_base(ephemeral);
  const dh = sodium.crypto_scalarmult(ephemeral, publicKey);
  sodium.memzero(ephemeral);
  return { kemOutput, context: schedule(dh, concat(kemOutput, publicKey), info) };
}

/**
 * The recipient's end of `encapsulate`. The public key is that of `pair.privateKey`.
 * @throws where `kemOutput` is not 32 bytes or of small order.
 */
export function decapsulate(
  pair: HpkeKeyPair,
  kemOutput: Uint8Array,
  info: Uint8Array,
): HpkeContext {
  const dh = sodium.crypto_scalarmult(pair.privateKey, kemOutput);
  return schedule(dh, concat(kemOutput, pair.publicKey), info);
}

/** A secret of `lengthBytes` that both ends can derive (RFC 9180 §5.3). */
export function exportFrom(
  context: HpkeContext,
  exporterContext: Uint8Array,
  lengthBytes: number,
): Bytes {
  return labeledExpand(context.exporterSecret, LABEL.exported, exporterContext, lengthBytes);
}

// RFC 9180 §4.1 (ExtractAndExpand) and §5.1 (KeySchedule); consumes `dh`.
function schedule(dh: Bytes, kemContext: Bytes, info: Uint8Array): HpkeContext {
  const exchangePrk = labeledExtract(NONE, LABEL.exchangePrk, dh);
  const shared = labeledExpand(exchangePrk, LABEL.sharedSecret, kemContext, HASH_BYTES);
  const context = concat(MODE_BASE, pskIdHash(), labeledExtract(NONE, LABEL.info, info));
  const secret = labeledExtract(shared, LABEL.secret, NONE);
  const derived = {
    key: labeledExpand(secret, LABEL.key, context, AEAD_KEY_BYTES),
    nonce: labeledExpand(secret, LABEL.nonce, context, AEAD_NONCE_BYTES),
    exporterSecret: labeledExpand(secret, LABEL.exporter, context, HASH_BYTES),
  };
  for (const spent of [dh, exchangePrk, shared, secret]) sodium.memzero(spent);
  return derived;
}

// Base mode has no pre-shared key, so this is one value for ever; kept, since a join needs it ~100 times.
let pskIdHashKept: Bytes | null = null;
function pskIdHash(): Bytes {
  pskIdHashKept ??= labeledExtract(NONE, LABEL.pskId, NONE);
  return pskIdHashKept;
}
