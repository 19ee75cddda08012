/** A visitor for tests of the edge: real keys and signatures, and frames that would open a real door. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { concat, parseBase64url, type Bytes } from "../../shared/bytes.ts";
import { encodeClientFrame } from "../../shared/codec/client-frames.ts";
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import { entryBytes, ROUTE_LABEL, SESSION_LABEL } from "../../shared/entry.ts";
import { routeIdOf, sessionIdOf, type RouteId, type SessionId } from "../../shared/ids.ts";
import { PROTOCOL_VERSION, type Enter } from "../../shared/protocol.ts";

export interface KeyPair {
  readonly secret: KeyObject;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Bytes;
}

/** A fresh Ed25519 pair. */
export function createKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const x = publicKey.export({ format: "jwk" }).x ?? "";
  return { secret: privateKey, publicKey: parseBase64url(x) ?? new Uint8Array() };
}

function hashed(label: Bytes, key: Bytes): Uint8Array {
  return createHash("sha256").update(concat(label, key)).digest().subarray(0, 16);
}

export function routeOf(door: KeyPair): RouteId {
  return routeIdOf(hashed(ROUTE_LABEL, door.publicKey));
}

export function sessionOf(own: KeyPair): SessionId {
  return sessionIdOf(hashed(SESSION_LABEL, own.publicKey));
}

export interface Attempt {
  readonly door: KeyPair;
  readonly own: KeyPair;
  readonly origin: string;
  readonly challenge: Bytes;
  /** A route that a thief names and signs, though `door` is not its door. */
  readonly claimed?: RouteId;
  /** Fields that a liar writes otherwise, after signing. */
  readonly lie?: Partial<Enter>;
}

/** The entry of one who holds `door` and `own`, as a client would write it. */
export function enterFrame({ door, own, origin, challenge, claimed, lie }: Attempt): Enter {
  const routeId = claimed ?? routeOf(door);
  const entry = { origin, routeId, sessionKey: own.publicKey, challenge };
  return {
    kind: "enter",
    version: PROTOCOL_VERSION,
    routeId,
    doorKey: door.publicKey,
    sessionKey: own.publicKey,
    doorSignature: signed(entryBytes("door", entry), door.secret),
    sessionSignature: signed(entryBytes("session", entry), own.secret),
    connections: 1,
    cursor: null,
    ...lie,
  };
}

function signed(bytes: Bytes, secret: KeyObject): Bytes {
  return new Uint8Array(sign(null, bytes, secret));
}

/** Bytes of the entry above, answering the challenge frame that a relay sent. */
export function answer(challengeFrame: Uint8Array, attempt: Omit<Attempt, "challenge">): Bytes {
  const frame = decodeServerFrame(challengeFrame);
  if (frame?.kind !== "challenge") throw new Error("a challenge was expected first");
  return encodeClientFrame(enterFrame({ ...attempt, challenge: frame.challenge }));
}
