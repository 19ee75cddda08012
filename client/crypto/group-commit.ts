/**
 * A commit record before the library sees it: everything that can be told from its bytes and the
 * public tree, so with one verdict for all members (DESIGN §4, "Commits"). Only two shapes pass: a
 * joiner's external init, alone; and a member's commit of removals or of nothing.
 */
import type { Commit } from "ts-mls/commit.js";
import { encodeCredential } from "ts-mls/credential.js";
import {
  decodePublicMessage,
  encodePublicMessage,
  type PublicMessage,
} from "ts-mls/publicMessage.js";
import {
  addLeafNode,
  filteredDirectPathAndCopathResolution,
  removeLeafNode,
  type RatchetTree,
} from "ts-mls/ratchetTree.js";
import { nodeToLeafIndex, toLeafIndex } from "ts-mls/treemath.js";
import type { UpdatePath } from "ts-mls/updatePath.js";
import { equal } from "../../shared/bytes.ts";
import { SIGNATURE_BYTES } from "../../shared/entry.ts";
import type { SessionId } from "../../shared/ids.ts";
import { MAX_COMMIT_BYTES } from "../../shared/limits.ts";
import { HASH_BYTES } from "./kdf.ts";
import { decodeExactly } from "./mls-decode.ts";
import { isUsableKey, parseLeaf } from "./mls-profile.ts";
import { looksLikeCommit } from "./mls-skim.ts";
import { leafAt, type Group, type Member } from "./mls-state.ts";

/** What a group needs to know of a commit record and of the sealed GroupInfo that it names. */
export interface CommitRecord {
  readonly session: SessionId;
  readonly removes: readonly SessionId[];
  /** An encoded MLS PublicMessage. */
  readonly commit: Uint8Array;
  /** Of the new epoch's GroupInfo by the committer, 64 bytes. */
  readonly groupInfoSignature: Uint8Array;
  /** True where these bytes, sealed, are what the record names by hash. */
  readonly isGroupInfo: (groupInfo: Uint8Array) => boolean;
}

/** A commit that may be given to the library. */
export interface ReadCommit {
  readonly message: PublicMessage;
  /** Leaf of the committer in the new tree. */
  readonly committer: number;
  readonly joined: Member | null;
  readonly removed: readonly Member[];
}

/** An encrypted path secret: 32 bytes and a tag. */
const SEALED_SECRET_BYTES = HASH_BYTES + 16;

type Made = Pick<Commit, "proposals"> & { readonly path: UpdatePath };
type Change = Omit<ReadCommit, "message"> & { readonly provisional: RatchetTree };

/** Reads `record.commit` as the next commit of `group`; a text says why it is void. */
export function readCommit(group: Group, record: CommitRecord): ReadCommit | string {
  if (record.commit.length > MAX_COMMIT_BYTES) return "the commit is too long";
  if (!looksLikeCommit(record.commit)) return "the commit is not of our shape";
  const message = decodeExactly(record.commit, decodePublicMessage, encodePublicMessage);
  if (message === null) return "the commit is malformed";
  const { content, auth } = message;
  if (content.contentType !== "commit" || auth.contentType !== "commit") return "not a commit";
  const { groupId, epoch } = group.inner.mls.groupContext;
  if (!equal(content.groupId, groupId)) return "the commit is of another group";
  if (content.epoch !== epoch) return "the commit is of another epoch";
  if (content.authenticatedData.length > 0) return "the commit carries data of its own";
  if (auth.signature.length !== SIGNATURE_BYTES) return "the commit's signature is malformed";
  if (auth.confirmationTag.length !== HASH_BYTES) return "the commit's tag is malformed";
  const { path, proposals } = content.commit;
  if (path === undefined) return "the commit has no path";
  const made = { proposals, path };
  const change =
    content.sender.senderType === "new_member_commit"
      ? readJoin(group, record, made)
      : content.sender.senderType === "member"
        ? readChange(group, record, { ...made, committer: content.sender.leafIndex })
        : "the commit's sender is no member";
  if (typeof change === "string") return change;
  const { provisional, ...read } = change;
  return isPathFor(provisional, read.committer, path)
    ? { message, ...read }
    : "the path does not fit the tree";
}

function readJoin(group: Group, record: CommitRecord, { proposals, path }: Made): Change | string {
  const [init, ...others] = proposals;
  if (init?.proposalOrRefType !== "proposal" || others.length > 0)
    return "more than an external init";
  if (init.proposal.proposalType !== "external_init") return "not an external init";
  if (!isUsableKey(init.proposal.externalInit.kemOutput)) return "the external init is malformed";
  if (record.removes.length > 0) return "the removals differ from those listed";
  if (group.members.some(({ session }) => session === record.session))
    return "a member joins again";
  if (group.members.length >= group.policy.memberCap) return "the room is full";
  const [provisional, node] = addLeafNode(group.inner.mls.ratchetTree, path.leafNode);
  const committer = nodeToLeafIndex(node);
  const named = parseLeaf(path.leafNode, committer);
  if (named?.session !== record.session) return "the leaf has not our profile";
  return { provisional, committer, joined: { leaf: committer, ...named }, removed: [] };
}

function readChange(
  group: Group,
  record: CommitRecord,
  { proposals, path, committer }: Made & { readonly committer: number },
): Change | string {
  const tree = group.inner.mls.ratchetTree;
  const member = group.members.find(({ leaf }) => leaf === committer);
  const before = leafAt(tree, committer);
  if (member === undefined || before === null) return "the commit's sender is no member";
  if (member.session !== record.session) return "the commit is another session's";
  if (parseLeaf(path.leafNode, committer) === null) return "the leaf has not our profile";
  const kept =
    equal(path.leafNode.signaturePublicKey, before.signaturePublicKey) &&
    equal(encodeCredential(path.leafNode.credential), encodeCredential(before.credential));
  if (!kept) return "the committer changed its key or name";
  const removed: Member[] = [];
  for (const item of proposals) {
    if (item.proposalOrRefType !== "proposal") return "a proposal by reference";
    const { proposal } = item;
    if (proposal.proposalType !== "remove") return "more than removals";
    const target = group.members.find(({ leaf }) => leaf === proposal.remove.removed);
    if (target === undefined || target === member) return "a removal of nobody or of oneself";
    if (removed.includes(target)) return "a removal twice";
    removed.push(target);
  }
  const listed = new Set(record.removes);
  const isAsListed =
    record.removes.length === removed.length && removed.every(({ session }) => listed.has(session));
  if (!isAsListed) return "the removals differ from those listed";
  const provisional = removed.reduce(
    (rest, { leaf }) => removeLeafNode(rest, toLeafIndex(leaf)),
    tree,
  );
  return { provisional, committer, joined: null, removed };
}

// One usable key per node of the filtered direct path and one ciphertext per member to be told
// (RFC 9420 §7.6). The library would fail on a missing one, but only for whom it is missing.
function isPathFor(tree: RatchetTree, committer: number, { nodes }: UpdatePath): boolean {
  const expected = filteredDirectPathAndCopathResolution(toLeafIndex(committer), tree);
  if (nodes.length !== expected.length) return false;
  return nodes.every(
    ({ hpkePublicKey, encryptedPathSecret }, level) =>
      isUsableKey(hpkePublicKey) &&
      encryptedPathSecret.length === expected[level]?.resolution.length &&
      encryptedPathSecret.every(
        ({ kemOutput, ciphertext }) =>
          isUsableKey(kemOutput) && ciphertext.length === SEALED_SECRET_BYTES,
      ),
  );
}
