/** What an insider may offer: commits of every kind of badness, and posts that say what it likes. */
import { randomBytes } from "node:crypto";
import { bentCommit } from "../../client/crypto/hostile.ts";
import type { Bend } from "../../client/crypto/hostile-path.ts";
import { commit } from "../../client/crypto/group.ts";
import { groupOf, membersOf, type Group } from "../../client/crypto/mls-state.ts";
import { sha256 } from "../../client/crypto/hash.ts";
import type { Entrant } from "../../client/state/entering.ts";
import { sealCommit, sealGroupInfo } from "../../client/state/seals.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Offer } from "../../shared/protocol.ts";

type CommitOffer = Extract<Offer, { kind: "commit" }>;

/** A commit that an insider makes; what is not honest about it is its kind. */
export type HostileCommit =
  /** Valid: removes these members, or brings fresh keys only. */
  | { readonly kind: "valid"; readonly removes?: readonly SessionId[] }
  /** Sealed as it should be, but no commit inside; `lists` these as removed. The GroupInfo is noise. */
  | { readonly kind: "garbage"; readonly lists?: readonly SessionId[] }
  /** Bytes that were never sealed by anyone. */
  | { readonly kind: "unsealed" }
  /** No commit inside, and beside it the GroupInfo of a group that stands in no order. */
  | { readonly kind: "phantom"; readonly group: Group; readonly groupInfo: Bytes }
  /** Removes `removes` from the group, but tells the relay of `lists`. */
  | {
      readonly kind: "lying";
      readonly removes: readonly SessionId[];
      readonly lists: readonly SessionId[];
    }
  /** A valid commit with a GroupInfo beside it that nobody can use. */
  | { readonly kind: "bad-group-info" }
  /** Valid but for the members at whose leaves the path secret is broken. */
  | { readonly kind: "valid-for-some"; readonly victims: readonly SessionId[] }
  /** Bent in any other way. */
  | { readonly kind: "bent"; readonly bend: Bend; readonly removes?: readonly SessionId[] };

/** What the relay is told; with it the group that the maker goes on in where the record counts for it. */
export interface MadeCommit {
  readonly offer: CommitOffer;
  readonly after: {
    readonly group: Group;
    readonly commit: Bytes;
    readonly groupInfo: Bytes;
    readonly groupInfoSignature: Bytes;
  } | null;
}

export interface Parts {
  readonly commit: Bytes;
  readonly groupInfoSignature: Bytes;
  readonly sealedGroupInfo: Bytes;
  readonly lists: readonly SessionId[];
}

const noise = (length: number): Bytes => Uint8Array.from(randomBytes(length));

/** Makes a commit of `group`, which follows record `follows`. */
export async function hostileCommit(
  who: Entrant,
  on: { readonly group: Group; readonly follows: number; readonly ref: number },
  what: HostileCommit,
): Promise<MadeCommit> {
  const { group } = on;
  const offer = (parts: Parts): CommitOffer => commitOfferOf(who, on, parts);
  switch (what.kind) {
    case "valid": {
      const lists = what.removes ?? [];
      const pending = await commit(group, lists);
      const sealedGroupInfo = sealedInfo(who, pending.groupInfo);
      return { offer: offer({ ...pending, sealedGroupInfo, lists }), after: pending };
    }
    case "garbage":
      return { offer: offer({ ...junk(), lists: what.lists ?? [] }), after: null };
    case "unsealed":
      return { offer: { ...offer({ ...junk(), lists: [] }), sealed: noise(512) }, after: null };
    case "phantom": {
      const sealedGroupInfo = sealedInfo(who, what.groupInfo);
      return { offer: offer({ ...junk(), sealedGroupInfo, lists: [] }), after: null };
    }
    case "lying": {
      const pending = await commit(group, what.removes);
      const sealedGroupInfo = sealedInfo(who, pending.groupInfo);
      return { offer: offer({ ...pending, sealedGroupInfo, lists: what.lists }), after: null };
    }
    case "bad-group-info": {
      const pending = await commit(group, []);
      return { offer: offer({ ...pending, sealedGroupInfo: noise(4096), lists: [] }), after: null };
    }
    case "valid-for-some": {
      const leaves = new Set(leavesOf(group, what.victims).map((leaf) => 2 * leaf));
      const ciphertext: Bend["ciphertext"] = (sealed, recipient) =>
        leaves.has(recipient) ? { ...sealed, ciphertext: noise(sealed.ciphertext.length) } : sealed;
      return bent(who, on, { kind: "bent", bend: { ciphertext } });
    }
    case "bent":
      return bent(who, on, what);
  }
}

async function bent(
  who: Entrant,
  on: { readonly group: Group; readonly follows: number; readonly ref: number },
  { bend, removes = [] }: Extract<HostileCommit, { kind: "bent" }>,
): Promise<MadeCommit> {
  const { group } = on;
  const forged = await bentCommit({ ...who, group }, leavesOf(group, removes), bend);
  const made = {
    commit: Uint8Array.from(forged.commit),
    groupInfo: Uint8Array.from(forged.groupInfo),
    groupInfoSignature: Uint8Array.from(forged.groupInfoSignature),
  };
  const sealedGroupInfo = sealedInfo(who, made.groupInfo);
  const offer = commitOfferOf(who, on, { ...made, sealedGroupInfo, lists: removes });
  // Bent so far that not even its maker can go on in it.
  if (membersOf(forged.state.ratchetTree) === null) return { offer, after: null };
  const { verified } = group.inner;
  const after = await groupOf(forged.state, group.me, { before: group, verified });
  return { offer, after: { ...made, group: after } };
}

/** The offer of any commit, under the maker's own seals; `lists` is what the relay is told of removals. */
export function commitOfferOf(
  { keys, identity }: Entrant,
  { follows, ref }: { readonly follows: number; readonly ref: number },
  { commit: inner, groupInfoSignature, sealedGroupInfo, lists }: Parts,
): CommitOffer {
  const groupInfoHash = sha256(sealedGroupInfo);
  const removes = lists.toSorted();
  const header = { session: identity.session, follows, removes, groupInfoHash };
  const sealed = sealCommit(keys, header, { commit: inner, groupInfoSignature });
  if (sealed === null) throw new Error("a hostile commit that is too large");
  return {
    kind: "commit",
    ref,
    follows,
    removes,
    groupInfoHash,
    sealed,
    groupInfo: sealedGroupInfo,
  };
}

/** A GroupInfo sealed as members seal it. */
export function sealedInfo({ keys }: Entrant, groupInfo: Bytes): Bytes {
  const info = sealGroupInfo(keys, groupInfo);
  if (info === null) throw new Error("a hostile GroupInfo that is too large");
  return info.sealed;
}

const junk = () => ({
  commit: noise(200),
  groupInfoSignature: noise(64),
  sealedGroupInfo: noise(1024),
});

function leavesOf(group: Group, sessions: readonly SessionId[]): number[] {
  return group.members.flatMap(({ session, leaf }) => (sessions.includes(session) ? [leaf] : []));
}
