/**
 * The link: `https://host/#<version><flags><secret>` (DESIGN §3). It needs no libsodium, since the
 * start screen reads it before that is there.
 */
import { parseBase64url, toBase64url, type Bytes } from "../../shared/bytes.ts";

/** Size of the secret that a room's keys come from. */
export const SECRET_BYTES = 32;

const VERSION = "1";
const PLAIN = "0";
const WITH_PASSPHRASE = "1";
const SECRET_CHARS = 43;

/** What stands before the fragment: nothing, or a bare origin. No path, no query, no user name. */
const HEAD = /^(?:https?:\/\/[^\s/?#@\\]+\/?)?$/i;
const FRAGMENT = new RegExp(`^${VERSION}([${PLAIN}${WITH_PASSPHRASE}])([\\w-]{${SECRET_CHARS}})$`);

export interface Link {
  readonly hasPassphrase: boolean;
  /** 32 bytes. */
  readonly secret: Bytes;
}

/** Reads `location.hash` or a whole link as we write them; null for anything else: it is damaged. */
export function parseLink(fragmentOrUrl: string): Link | null {
  const hash = fragmentOrUrl.indexOf("#");
  if (hash < 0 || !HEAD.test(fragmentOrUrl.slice(0, hash))) return null;
  const [, flag, text] = FRAGMENT.exec(fragmentOrUrl.slice(hash + 1)) ?? [];
  if (text === undefined) return null;
  const secret = parseBase64url(text);
  return secret === null ? null : { hasPassphrase: flag === WITH_PASSPHRASE, secret };
}

/**
 * The link that opens a room; `origin` as in `location.origin`, without a slash at its end.
 * @throws RangeError unless the secret has 32 bytes.
 */
export function encodeLink(origin: string, secret: Uint8Array, hasPassphrase: boolean): string {
  if (secret.length !== SECRET_BYTES) throw new RangeError("a secret of 32 bytes was expected");
  return `${origin}/#${VERSION}${hasPassphrase ? WITH_PASSPHRASE : PLAIN}${toBase64url(secret)}`;
}
