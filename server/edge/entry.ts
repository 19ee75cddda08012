/** The door (DESIGN §3): who may come in, and as which session. */
import { createHash, createPublicKey, verify } from "node:crypto";
import { toBase64url, type Bytes } from "../../shared/bytes.ts";
import { CLOSE, type CloseReason } from "../../shared/close-codes.ts";
import { entryBytes, ROUTE_LABEL, SESSION_LABEL } from "../../shared/entry.ts";
import {
  ROUTE_ID_BYTES,
  routeIdOf,
  SESSION_ID_BYTES,
  sessionIdOf,
  type RouteId,
  type SessionId,
} from "../../shared/ids.ts";
import { PROTOCOL_VERSION, type Enter } from "../../shared/protocol.ts";

/** What this connection knows of itself; the signatures must cover it. */
export interface Door {
  /** Origin that the browser named in the upgrade request. */
  readonly origin: string;
  /** What this connection was sent, 32 bytes; never checked twice. */
  readonly challenge: Bytes;
}

export type Entered =
  | { readonly kind: "admitted"; readonly routeId: RouteId; readonly session: SessionId }
  | { readonly kind: "refused"; readonly reason: CloseReason };

const NOT_ADMITTED: Entered = { kind: "refused", reason: CLOSE.notAdmitted };

/**
 * Admits who knows the room's link and owns the session's key: the door key hashes to the route id,
 * and both keys signed this connection's challenge (Ed25519, RFC 8032). Never throws.
 */
export function checkEntry(enter: Enter, door: Door): Entered {
  if (enter.version !== PROTOCOL_VERSION) {
    return { kind: "refused", reason: CLOSE.upgradeRequired };
  }
  if (routeIdOf(labelled(ROUTE_LABEL, enter.doorKey, ROUTE_ID_BYTES)) !== enter.routeId) {
    return NOT_ADMITTED;
  }
  const { routeId, sessionKey } = enter;
  const entry = { origin: door.origin, routeId, sessionKey, challenge: door.challenge };
  if (!isSigned(entryBytes("door", entry), enter.doorKey, enter.doorSignature)) return NOT_ADMITTED;
  if (!isSigned(entryBytes("session", entry), sessionKey, enter.sessionSignature)) {
    return NOT_ADMITTED;
  }
  const session = sessionIdOf(labelled(SESSION_LABEL, sessionKey, SESSION_ID_BYTES));
  return { kind: "admitted", routeId, session };
}

function labelled(label: Bytes, key: Bytes, lengthBytes: number): Uint8Array {
  return createHash("sha256").update(label).update(key).digest().subarray(0, lengthBytes);
}

/** True where `signature` (64 bytes) is by `key` (32 bytes) over `bytes`; bytes that are no key sign nothing. */
function isSigned(bytes: Bytes, key: Bytes, signature: Bytes): boolean {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: toBase64url(key) };
    return verify(null, bytes, createPublicKey({ key: jwk, format: "jwk" }), signature);
  } catch {
    return false;
  }
}
