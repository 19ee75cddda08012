/** One session's own key: its id is a hash of it, its leaf and its entry are signed by it (DESIGN §4). */
import { concat, type Bytes } from "../../shared/bytes.ts";
import { entryBytes, SESSION_LABEL } from "../../shared/entry.ts";
import { SESSION_ID_BYTES, sessionIdOf, type RouteId, type SessionId } from "../../shared/ids.ts";
import { sha256 } from "./hash.ts";
import type { RoomKeys, SigningKeys } from "./keys.ts";
import { sodium } from "./sodium.ts";

export interface Identity extends SigningKeys {
  readonly session: SessionId;
}

/** Where and when a session enters; the challenge is the relay's, 32 bytes. */
export interface Door {
  readonly origin: string;
  readonly challenge: Uint8Array;
}

/** Ed25519 signatures, 64 bytes each, each over its own label. */
export interface EntrySignatures {
  readonly doorSignature: Bytes;
  readonly sessionSignature: Bytes;
}

/** A session nobody has been before; every join, and every rejoin, makes a new one. */
export function createIdentity(): Identity {
  const { publicKey, privateKey } = sodium.crypto_sign_keypair();
  return { session: sessionOf(publicKey), publicKey, privateKey };
}

/** The id that belongs to a session's Ed25519 public key of 32 bytes. */
export function sessionOf(publicKey: Uint8Array): SessionId {
  return sessionIdOf(sha256(concat(SESSION_LABEL, publicKey)).subarray(0, SESSION_ID_BYTES));
}

/** Answers a relay's challenge: by the door's key that the link was given, by the session's who it is. */
export function signEntry(
  keys: { readonly door: RoomKeys["door"]; readonly routeId: RouteId },
  identity: Identity,
  door: Door,
): EntrySignatures {
  const entry = { ...door, routeId: keys.routeId, sessionKey: identity.publicKey };
  return {
    doorSignature: sodium.crypto_sign_detached(entryBytes("door", entry), keys.door.privateKey),
    sessionSignature: sodium.crypto_sign_detached(
      entryBytes("session", entry),
      identity.privateKey,
    ),
  };
}
