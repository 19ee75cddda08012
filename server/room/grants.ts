/**
 * Grants: what a session may do with files over HTTP, said by a relay and believed by every relay of the
 * region, since they share the secret under it ([M3]).
 */
import { concat, utf8, type Bytes } from "../../shared/bytes.ts";
import { readFile, readSealedSize, readSession } from "../../shared/codec/fields.ts";
import type { Clock } from "../../shared/clock.ts";
import { idBytes, type FileId, type RouteId, type SessionId } from "../../shared/ids.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../../shared/wire.ts";

export type Grant =
  /** To send and delete this file. */
  | {
      readonly kind: "upload";
      readonly session: SessionId;
      readonly file: FileId;
      readonly totalBytes: number;
    }
  /** To read every file of the room. */
  | { readonly kind: "reading"; readonly session: SessionId };

/** What is done with a secret; of the platform, so it is handed in. */
export interface Authentication {
  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  readonly hmacSha256: (key: Bytes, bytes: Bytes) => Bytes;
  /** Equality in a time that does not depend on where they differ; of equal lengths. */
  readonly isEqual: (a: Bytes, b: Bytes) => boolean;
}

export interface GrantsParts extends Authentication {
  readonly clock: Pick<Clock, "now" | "wall">;
  /** The secret that all relays share, 32 bytes: theirs, or `own` where they have none. @throws */
  readonly shared: (own: Bytes) => Promise<Bytes>;
  /** Fresh random bytes of that length. */
  readonly random: (length: number) => Bytes;
}

export interface Grants {
  /** Valid for GRANT_MS from now, in that room only. @throws where the shared secret cannot be had. */
  give(routeId: RouteId, grant: Grant): Promise<Bytes>;
  /** What was granted for this room; null for anything that no relay of ours gave, or that has ended. */
  check(routeId: RouteId, grant: Bytes): Promise<Grant | null>;
}

export const GRANT_MS = 5 * 60_000;
const SECRET_BYTES = 32;
const MAC_BYTES = 32;
const LABEL = utf8("mayfly media grant 1");
const KIND_BYTE = { upload: 1, reading: 2 } as const;
/** The shared secret is looked at so often while it is in use: Redis may have begun anew. */
const LOOK_MS = 60_000;
/** And so often at most because of grants that don't fit. */
const LOOK_AGAIN_MS = 1_000;

export function createGrants(parts: GrantsParts): Grants {
  const { clock, hmacSha256 } = parts;
  /** The newest first; the one before counts on while the relays change over. */
  let secrets: readonly Bytes[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    // One that fails is tried again a second later.
    lookedMs = clock.now() - LOOK_MS + LOOK_AGAIN_MS;
    const [own = parts.random(SECRET_BYTES)] = secrets;
    const shared = await parts.shared(own);
    lookedMs = clock.now();
    const isNew = secrets[0] === undefined || !parts.isEqual(shared, secrets[0]);
    if (isNew) secrets = [shared, ...secrets].slice(0, 2);
  }

  async function lookUnless(youngerMs: number): Promise<void> {
    if (looking === null && clock.now() - lookedMs < youngerMs) return;
    looking ??= look().finally(() => (looking = null));
    await looking;
  }

  const macOf = (secret: Bytes, routeId: RouteId, body: Bytes): Bytes =>
    hmacSha256(secret, concat(LABEL, idBytes(routeId), body));

  function isOurs(routeId: RouteId, body: Bytes, mac: Bytes): boolean {
    // Each secret is tried, so that the time tells nothing of which one fits.
    return secrets
      .map((secret) => parts.isEqual(macOf(secret, routeId, body), mac))
      .some((fits) => fits);
  }

  return {
    async give(routeId, grant) {
      await lookUnless(LOOK_MS);
      const [secret] = secrets;
      if (secret === undefined) throw new Error("no secret for grants");
      const body = encodeBody(grant, clock.wall() + GRANT_MS);
      return concat(body, macOf(secret, routeId, body));
    },
    async check(routeId, grant) {
      if (grant.length <= MAC_BYTES) return null;
      const body = grant.slice(0, -MAC_BYTES);
      const mac = grant.slice(-MAC_BYTES);
      if (!isOurs(routeId, body, mac)) {
        await lookUnless(LOOK_AGAIN_MS);
        if (!isOurs(routeId, body, mac)) return null;
      }
      const told = decodeWhole(body, readBody);
      return told === null || told.endsAtMs <= clock.wall() ? null : told.grant;
    },
  };
}

function encodeBody(grant: Grant, endsAtMs: number): Bytes {
  const writer = new Writer().u8(KIND_BYTE[grant.kind]).u53(endsAtMs).fixed(idBytes(grant.session));
  if (grant.kind === "upload") writer.fixed(idBytes(grant.file)).u53(grant.totalBytes);
  return writer.done();
}

function readBody(reader: Reader): { readonly grant: Grant; readonly endsAtMs: number } {
  const kind = reader.u8();
  const endsAtMs = reader.u53();
  const session = readSession(reader);
  switch (kind) {
    case KIND_BYTE.upload: {
      const file = readFile(reader);
      return {
        endsAtMs,
        grant: { kind: "upload", session, file, totalBytes: readSealedSize(reader) },
      };
    }
    case KIND_BYTE.reading:
      return { endsAtMs, grant: { kind: "reading", session } };
    default:
      throw new Malformed("a grant of unknown kind");
  }
}
