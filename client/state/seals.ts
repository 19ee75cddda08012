/** The outer seal put around each kind of content, under the header that its record will have. */
import type { Bytes } from "../../shared/bytes.ts";
import { equal, toHex } from "../../shared/bytes.ts";
import { groupInfoHeader, sealHeader, signalHeader } from "../../shared/codec/records.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import type { Commit, Open, Post, Record } from "../../shared/protocol.ts";
import { openEnvelope, sealDeterministic, sealEnvelope } from "../crypto/envelope.ts";
import { sha256 } from "../crypto/hash.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import {
  decodeCommitCover,
  decodePostCover,
  encodeCommitCover,
  encodePostCover,
  type CommitCover,
  type PostCover,
} from "./content.ts";

type Keys = Pick<RoomKeys, "outerKey" | "routeId">;

/** Headers don't cover the sealed part itself. */
const NONE: Bytes = new Uint8Array(0);

/** The sealed GroupInfo of an `open`; null when it is too large. */
export function sealOpen(
  keys: Keys,
  open: { readonly session: SessionId; readonly rules: number; readonly policy: Policy },
  groupInfo: Bytes,
): Bytes | null {
  const header = sealHeader(keys.routeId, {
    kind: "open",
    ...open,
    refounding: null,
    sealed: NONE,
  });
  return sealDeterministic(keys.outerKey, header, groupInfo);
}

/** The GroupInfo that an `open` brought; null where it is not sealed for this room. */
export function openOpen(keys: Keys, open: Open): Bytes | null {
  return openEnvelope(keys.outerKey, sealHeader(keys.routeId, open), open.sealed);
}

/** A sealed GroupInfo that travels beside a commit, and the hash that the commit's record names. */
export function sealGroupInfo(
  keys: Keys,
  groupInfo: Bytes,
): { readonly sealed: Bytes; readonly hash: Bytes } | null {
  const sealed = sealDeterministic(keys.outerKey, groupInfoHeader(keys.routeId), groupInfo);
  return sealed === null ? null : { sealed, hash: sha256(sealed) };
}

/** True where `groupInfo`, sealed as every member seals it, is what the record names. */
export function isGroupInfoOf(keys: Keys, record: Commit, groupInfo: Bytes): boolean {
  const made = sealGroupInfo(keys, groupInfo);
  return made !== null && equal(made.hash, record.groupInfoHash);
}

/** What a relay handed a joiner beside the last commit record; null where it is not what the record names. */
export function openGroupInfo(keys: Keys, last: Record, sealed: Bytes): Bytes | null {
  if (last.kind === "open") return equal(last.sealed, sealed) ? openOpen(keys, last) : null;
  if (last.kind !== "commit" || !equal(sha256(sealed), last.groupInfoHash)) return null;
  return openEnvelope(keys.outerKey, groupInfoHeader(keys.routeId), sealed);
}

type Unsealed<T> = Omit<T, "kind" | "sealed">;

export function sealCommit(keys: Keys, commit: Unsealed<Commit>, cover: CommitCover): Bytes | null {
  const header = sealHeader(keys.routeId, { kind: "commit", ...commit, sealed: NONE });
  return sealEnvelope(keys.outerKey, header, encodeCommitCover(cover));
}

export function openCommit(keys: Keys, record: Commit): CommitCover | null {
  const plaintext = openEnvelope(keys.outerKey, sealHeader(keys.routeId, record), record.sealed);
  return plaintext === null ? null : decodeCommitCover(plaintext);
}

export function sealPostCover(keys: Keys, post: Unsealed<Post>, cover: PostCover): Bytes | null {
  const header = sealHeader(keys.routeId, { kind: "post", ...post, sealed: NONE });
  return sealEnvelope(keys.outerKey, header, encodePostCover(cover));
}

export function openPostCover(keys: Keys, record: Post): PostCover | null {
  const plaintext = openEnvelope(keys.outerKey, sealHeader(keys.routeId, record), record.sealed);
  return plaintext === null ? null : decodePostCover(plaintext);
}

export function sealSignalCover(keys: Keys, session: SessionId, signal: Bytes): Bytes | null {
  return sealEnvelope(keys.outerKey, signalHeader(keys.routeId, session), signal);
}

export function openSignalCover(keys: Keys, session: SessionId, sealed: Bytes): Bytes | null {
  return openEnvelope(keys.outerKey, signalHeader(keys.routeId, session), sealed);
}

/** Short text that tells sealed bytes apart, for use as a map's key. */
export function fingerprint(bytes: Uint8Array): string {
  return toHex(sha256(bytes).subarray(0, 16));
}
