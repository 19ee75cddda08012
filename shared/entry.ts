/** The bytes that are hashed and signed at the door (DESIGN §3); both ends build them here. */
import { concat, utf8, type Bytes } from "./bytes.ts";
import { idBytes, type RouteId } from "./ids.ts";
import { PROTOCOL_VERSION } from "./protocol.ts";

/** Label before a door's public key; the first 16 bytes of SHA-256 of both are the route id. */
export const ROUTE_LABEL: Bytes = utf8("mayfly v1 route id");
/** Label before a session's public key; the first 16 bytes of SHA-256 of both are the session id. */
export const SESSION_LABEL: Bytes = utf8("mayfly v1 session id");

const DOOR_LABEL = utf8("mayfly v1 entry by door key\0");
const OWN_LABEL = utf8("mayfly v1 entry by session key\0");

/** Size of the challenge that a relay sends first. */
export const CHALLENGE_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

export interface Entry {
  /** Origin of the page, as the browser reports it; a relay accepts its own only. */
  readonly origin: string;
  readonly routeId: RouteId;
  /** Ed25519, 32 bytes. */
  readonly sessionKey: Uint8Array;
  /** Fresh from this relay for this connection, 32 bytes. */
  readonly challenge: Uint8Array;
}

/** What both keys sign, each under its own label, so that neither signature serves as the other. */
export function entryBytes(signer: "door" | "session", entry: Entry): Bytes {
  const origin = utf8(entry.origin);
  return concat(
    signer === "door" ? DOOR_LABEL : OWN_LABEL,
    Uint8Array.of(PROTOCOL_VERSION, origin.length >> 8, origin.length & 255),
    origin,
    idBytes(entry.routeId),
    entry.sessionKey,
    entry.challenge,
  );
}
