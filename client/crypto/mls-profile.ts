/**
 * What every leaf of our groups looks like, to the byte (DESIGN §4, "Who is who"). A leaf that differs
 * in anything but its keys, session and nickname is refused: whatever members could disagree about
 * later is left no room.
 */
import { encodeCapabilities, type Capabilities } from "ts-mls/capabilities.js";
import type { ClientConfig } from "ts-mls/clientConfig.js";
import { defaultKeyPackageEqualityConfig } from "ts-mls/keyPackageEqualityConfig.js";
import type { LeafNode } from "ts-mls/leafNode.js";
import { concat, equal, parseUtf8, utf8, type Bytes } from "../../shared/bytes.ts";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "../../shared/entry.ts";
import { idBytes, SESSION_ID_BYTES, type SessionId } from "../../shared/ids.ts";
import { MAX_NICKNAME_BYTES } from "../../shared/limits.ts";
import { X25519_BYTES } from "./hpke.ts";
import { sessionOf } from "./identity.ts";
import { HASH_BYTES } from "./kdf.ts";
import { POLICY_EXTENSION, ROOM_CARD_EXTENSION } from "./mls-policy.ts";
import { provider } from "./provider.ts";
import { isSmallOrder } from "./small-order.ts";

/** MLS wants each leaf to list what it can read; the second type waits for the room card (DESIGN §4). */
export const CAPABILITIES: Capabilities = {
  versions: ["mls10"],
  ciphersuites: [provider.name],
  extensions: [POLICY_EXTENSION, ROOM_CARD_EXTENSION],
  proposals: [],
  credentials: ["basic"],
};
/** Their one encoding. */
export const CAPABILITIES_BYTES = encodeCapabilities(CAPABILITIES);

/** Of the founder's leaf, the only one that MLS gives a lifetime: for ever, so that no clock is read. */
export const LIFETIME = { notBefore: 0n, notAfter: 0xffff_ffff_ffff_ffffn } as const;

/** Epochs whose posts and signals still open after their commit (RFC 9420 §15.3; 0 would keep all). */
export const RETAINED_EPOCHS = 4;

/**
 * Bounds of the library's work and memory. A member takes fresh keys after 64 posts of its own in one
 * epoch, so 128 generations leave as many again for what was sealed and then lost; a larger jump is
 * refused before anything is hashed.
 */
export const CLIENT_CONFIG: ClientConfig = {
  keyRetentionConfig: {
    retainKeysForEpochs: RETAINED_EPOCHS,
    retainKeysForGenerations: 32,
    maximumForwardRatchetSteps: 128,
  },
  lifetimeConfig: { maximumTotalLifetime: LIFETIME.notAfter, validateLifetimeOnReceive: false },
  keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
  // Outer envelopes are padded to buckets; padding twice would only make text look longer.
  paddingConfig: { kind: "alwaysPad", paddingLength: 0 },
  authService: {
    validateCredential: async (credential, signaturePublicKey) =>
      credential.credentialType === "basic" &&
      "identity" in credential &&
      parseIdentity(credential.identity, signaturePublicKey) !== null,
  },
};

/** A member as its leaf names it. */
export interface Named {
  readonly session: SessionId;
  readonly nickname: string;
}

/** The identity of a basic credential: 16 bytes of session id, then the nickname. */
export function identityOf({ session, nickname }: Named): Bytes {
  const name = utf8(nickname);
  if (name.length < 1 || name.length > MAX_NICKNAME_BYTES || parseUtf8(name) !== nickname) {
    throw new RangeError(`a nickname of 1 to ${MAX_NICKNAME_BYTES} bytes was expected`);
  }
  return concat(idBytes(session), name);
}

/** The inverse of `identityOf`; null where it is malformed or names another key's session. */
export function parseIdentity(identity: Uint8Array, signatureKey: Uint8Array): Named | null {
  const nameBytes = identity.length - SESSION_ID_BYTES;
  if (nameBytes < 1 || nameBytes > MAX_NICKNAME_BYTES) return null;
  if (signatureKey.length !== PUBLIC_KEY_BYTES) return null;
  const session = sessionOf(signatureKey);
  if (!equal(identity.subarray(0, SESSION_ID_BYTES), idBytes(session))) return null;
  const nickname = parseUtf8(identity.subarray(SESSION_ID_BYTES));
  return nickname === null ? null : { session, nickname };
}

/**
 * Whom the leaf at place `at` names, or null where it has not exactly our profile. Its signature is
 * checked elsewhere.
 */
export function parseLeaf(leaf: LeafNode, at: number): Named | null {
  if (!isUsableKey(leaf.hpkePublicKey) || leaf.signature.length !== SIGNATURE_BYTES) return null;
  if (leaf.extensions.length !== 0 || !hasOurSource(leaf, at)) return null;
  if (!equal(encodeCapabilities(leaf.capabilities), CAPABILITIES_BYTES)) return null;
  const { credential } = leaf;
  if (credential.credentialType !== "basic" || !("identity" in credential)) return null;
  return parseIdentity(credential.identity, leaf.signaturePublicKey);
}

// Everyone comes by a commit; only the founder's first leaf, at place 0, never was in one.
function hasOurSource(leaf: LeafNode, at: number): boolean {
  switch (leaf.leafNodeSource) {
    case "commit":
      return leaf.parentHash.length === 0 || leaf.parentHash.length === HASH_BYTES;
    case "key_package":
      return (
        at === 0 &&
        leaf.lifetime.notBefore === LIFETIME.notBefore &&
        leaf.lifetime.notAfter === LIFETIME.notAfter
      );
    case "update":
      return false;
  }
}

/** True for an X25519 public key of 32 bytes in canonical form (RFC 7748 §5) and not of small order. */
export function isUsableKey(key: Uint8Array): boolean {
  if (key.length !== X25519_BYTES) return false;
  const top = key[X25519_BYTES - 1] ?? 255;
  if (top > 127) return false;
  // Of the values below 2^255, only the last 19 are not below the prime.
  const isLast = top === 127 && key.subarray(1, X25519_BYTES - 1).every((byte) => byte === 255);
  if (isLast && (key[0] ?? 255) >= 0xed) return false;
  return !isSmallOrder(key);
}
