/** From the link's secret to the keys of a room (DESIGN §3). */
import { concat, utf8, type Bytes } from "../../shared/bytes.ts";
import { ROUTE_LABEL } from "../../shared/entry.ts";
import { ROUTE_ID_BYTES, routeIdOf, type RouteId } from "../../shared/ids.ts";
import { sha256 } from "./hash.ts";
import { expand, extract } from "./kdf.ts";
import { SECRET_BYTES } from "./link.ts";
import { randomBytes, sodium } from "./sodium.ts";

/** Ed25519 with libsodium's private key: seed and public key, 64 bytes. */
export interface SigningKeys {
  /** 32 bytes. */
  readonly publicKey: Bytes;
  /** 64 bytes. */
  readonly privateKey: Bytes;
}

export interface RoomKeys {
  /** Who holds these was given the link, and the passphrase if there is one. */
  readonly door: SigningKeys;
  readonly routeId: RouteId;
  /** Of the outer seal, 32 bytes. */
  readonly outerKey: Bytes;
}

const KEY_BYTES = 32;
const ROOT_LABEL = utf8("mayfly v1 link secret\0");
const ROOT_WITH_PASSPHRASE_LABEL = utf8("mayfly v1 link secret and passphrase\0");
const SALT_LABEL = utf8("mayfly v1 passphrase salt\0");
const DOOR_LABEL = utf8("mayfly v1 door key\0");
const OUTER_LABEL = utf8("mayfly v1 outer key\0");

/**
 * Argon2id (RFC 9106), fixed: everyone with link and passphrase must come to the same room. 64 MiB is
 * what a phone's browser still grants; three passes take a desktop under a second, once at the door.
 */
const ARGON2_PASSES = 3;
const ARGON2_MEMORY_BYTES = 64 * 1024 * 1024;
const ARGON2_SALT_BYTES = 16;

/** The secret of a new room, 32 bytes. */
export function createSecret(): Bytes {
  return randomBytes(SECRET_BYTES);
}

/**
 * All keys that follow from the link; with a passphrase it computes for a noticeable time. Another
 * passphrase (an empty one too) leads to another room. The secret stays the caller's to wipe.
 * @throws RangeError unless the secret has 32 bytes.
 */
export function deriveRoomKeys(secret: Uint8Array, passphrase: string | null): RoomKeys {
  if (secret.length !== SECRET_BYTES) throw new RangeError("a secret of 32 bytes was expected");
  const root = passphrase === null ? extract(ROOT_LABEL, secret) : mix(secret, passphrase);
  const seed = expand(root, DOOR_LABEL, KEY_BYTES);
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
  const outerKey = expand(root, OUTER_LABEL, KEY_BYTES);
  wipe(root, seed);
  const routeId = routeIdOf(sha256(concat(ROUTE_LABEL, publicKey)).subarray(0, ROUTE_ID_BYTES));
  return { door: { publicKey, privateKey }, routeId, outerKey };
}

// NFC first: keyboards differ in how they compose an é, people don't.
function mix(secret: Uint8Array, passphrase: string): Bytes {
  const plainRoot = extract(ROOT_LABEL, secret);
  const salt = expand(plainRoot, SALT_LABEL, ARGON2_SALT_BYTES);
  const stretched = sodium.crypto_pwhash(
    KEY_BYTES,
    utf8(passphrase.normalize("NFC")),
    salt,
    ARGON2_PASSES,
    ARGON2_MEMORY_BYTES,
    sodium.crypto_pwhash_ALG_ARGON2ID13,
  );
  const both = concat(secret, stretched);
  const root = extract(ROOT_WITH_PASSPHRASE_LABEL, both);
  wipe(plainRoot, salt, stretched, both);
  return root;
}

/** Overwrites keys that are spent. Best effort: what the engine copied meanwhile, nobody can reach. */
export function wipe(...spent: readonly Uint8Array[]): void {
  for (const bytes of spent) sodium.memzero(bytes);
}
