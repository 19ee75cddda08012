/**
 * Typing, read marks and confirms (DESIGN §4, "Signals"): sealed under a key that the epoch exports, so
 * that nothing of the ratchets is used up by what may get lost, and signed, since all members hold it.
 */
import { concat, utf8, type Bytes } from "../../shared/bytes.ts";
import { SIGNATURE_BYTES } from "../../shared/entry.ts";
import type { SessionId } from "../../shared/ids.ts";
import { decodeWhole, Writer } from "../../shared/wire.ts";
import { leafAt, sessionAt, treeOfEpoch, type Group } from "./mls-state.ts";
import { randomBytes, sodium } from "./sodium.ts";

const SIGNATURE_LABEL = utf8("mayfly v1 signal signature\0");
const EPOCH_BYTES = 8;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const LEAF_BYTES = 4;
const COUNTER_BYTES = 8;

/** Longest sealed signal, so that its envelope is of the smallest size. */
export const MAX_SEALED_SIGNAL_BYTES = 400;
/** Longest body. */
export const MAX_SIGNAL_BODY_BYTES =
  MAX_SEALED_SIGNAL_BYTES -
  (EPOCH_BYTES + NONCE_BYTES + TAG_BYTES + LEAF_BYTES + COUNTER_BYTES + SIGNATURE_BYTES);

interface Signal {
  readonly epoch: bigint;
  /** The sender's own count; that it rises is for the caller to check. */
  readonly counter: number;
  readonly body: Bytes;
  /** Leaf of the sender in that epoch. */
  readonly leaf: number;
}

/**
 * Seals in the group's epoch: epoch ‖ nonce ‖ sealed(leaf ‖ counter ‖ signature ‖ body).
 * @throws RangeError for a body that is too long.
 */
export function sealSignal(group: Group, counter: number, body: Uint8Array): Bytes {
  if (body.length > MAX_SIGNAL_BODY_BYTES) throw new RangeError("the signal is too long");
  const { mls, signalKeys } = group.inner;
  const { epoch } = group;
  const leaf = mls.privatePath.leafIndex;
  const key = signalKeys.get(epoch);
  if (key === undefined) throw new Error("a group without its signal key");
  const signed = signedBytes(group, { epoch, leaf, counter, body });
  const plaintext = new Writer()
    .u32(leaf)
    .u53(counter)
    .fixed(sodium.crypto_sign_detached(signed, mls.signaturePrivateKey))
    .fixed(body)
    .done();
  const header = new Writer().u64(epoch).done();
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    plaintext,
    header,
    null,
    nonce,
    key,
  );
  return concat(header, nonce, sealed);
}

/** Opens a signal of `session` in the present or a retained epoch; null for any other. */
export function openSignal(group: Group, session: SessionId, sealed: Uint8Array): Signal | null {
  if (sealed.length > MAX_SEALED_SIGNAL_BYTES) return null;
  const outer = decodeWhole(sealed, (reader) => ({
    epoch: reader.u64(),
    nonce: reader.fixed(NONCE_BYTES),
    ciphertext: reader.fixed(Math.max(sealed.length - EPOCH_BYTES - NONCE_BYTES, 0)),
  }));
  if (outer === null) return null;
  const { epoch } = outer;
  const key = group.inner.signalKeys.get(epoch);
  const tree = treeOfEpoch(group, epoch);
  if (key === undefined || tree === null) return null;
  const plaintext = decrypted(outer, key);
  if (plaintext === null) return null;
  const inner = decodeWhole(plaintext, (reader) => ({
    leaf: reader.u32(),
    counter: reader.u53(),
    signature: reader.fixed(SIGNATURE_BYTES),
    body: reader.fixed(
      Math.max(plaintext.length - LEAF_BYTES - COUNTER_BYTES - SIGNATURE_BYTES, 0),
    ),
  }));
  if (inner === null || sessionAt(tree, inner.leaf) !== session) return null;
  const { signature, ...rest } = inner;
  const signatureKey = leafAt(tree, inner.leaf)?.signaturePublicKey;
  if (signatureKey === undefined) return null;
  const signed = signedBytes(group, { epoch, ...rest });
  if (!sodium.crypto_sign_verify_detached(signature, signed, signatureKey)) return null;
  return { epoch, ...rest };
}

function decrypted(
  outer: { readonly epoch: bigint; readonly nonce: Bytes; readonly ciphertext: Bytes },
  key: Uint8Array,
): Bytes | null {
  const header = new Writer().u64(outer.epoch).done();
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      outer.ciphertext,
      header,
      outer.nonce,
      key,
    );
  } catch {
    return null;
  }
}

function signedBytes(
  group: Group,
  signal: Omit<Signal, "body"> & { readonly body: Uint8Array },
): Bytes {
  return new Writer()
    .fixed(SIGNATURE_LABEL)
    .bytes(group.inner.mls.groupContext.groupId)
    .u64(signal.epoch)
    .u32(signal.leaf)
    .u53(signal.counter)
    .bytes(signal.body)
    .done();
}
