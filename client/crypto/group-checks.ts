/**
 * What must hold of a state before it is adopted (DESIGN §4, "Who is who"). Without these checks one
 * holder of the link jams a room for good; each has its attack in group-attacks.test.ts.
 */
import { validateRatchetTree, type ClientState } from "ts-mls/clientState.js";
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js";
import { encodeGroupContext } from "ts-mls/groupContext.js";
import { encodeLeafNode, type LeafNode } from "ts-mls/leafNode.js";
import { directPath, leafToNodeIndex, leafWidth, toLeafIndex } from "ts-mls/treemath.js";
import { getHpkePublicKey, type RatchetTree } from "ts-mls/ratchetTree.js";
import { concat, equal, toHex } from "../../shared/bytes.ts";
import type { ReadCommit } from "./group-commit.ts";
import { sha256 } from "./hash.ts";
import { CLIENT_CONFIG, isUsableKey } from "./mls-profile.ts";
import { leafAt, membersOf, type Group } from "./mls-state.ts";
import { provider } from "./provider.ts";
import { sodium } from "./sodium.ts";

/** Why the public part of `next` is not what `read` makes of `group`; null where it is. */
export function contextFault(group: Group, next: ClientState, read: ReadCommit): string | null {
  const before = group.inner.mls;
  const { epoch, treeHash, confirmedTranscriptHash } = next.groupContext;
  const expected = { ...before.groupContext, epoch: before.groupContext.epoch + 1n };
  const context = { ...expected, treeHash, confirmedTranscriptHash };
  if (epoch !== expected.epoch) return "the epoch does not follow";
  if (!equal(encodeGroupContext(next.groupContext), encodeGroupContext(context))) {
    return "the group's context changed";
  }
  return haveOnlyChanged(before.ratchetTree, next.ratchetTree, read)
    ? null
    : "other leaves changed than the commit says";
}

/**
 * The joiner's own validation of a tree (RFC 9420 §12.4.3.1) and our profile on top. Hashes of leaf
 * signatures in `known` are taken as verified; the result holds those of this tree. Null: refused.
 */
export async function validatedTree(
  { ratchetTree, groupContext }: Pick<ClientState, "ratchetTree" | "groupContext">,
  known: ReadonlySet<string>,
): Promise<ReadonlySet<string> | null> {
  if (membersOf(ratchetTree) === null || !hasOnlyPlainParents(ratchetTree)) return null;
  const { suite, verified } = verifyingOnce(known);
  const { lifetimeConfig, authService } = CLIENT_CONFIG;
  const fault = await validateRatchetTree(
    ratchetTree,
    groupContext,
    lifetimeConfig,
    authService,
    groupContext.treeHash,
    suite,
  );
  return fault === undefined ? verified : null;
}

/**
 * The state with exactly the private keys of my leaf and its non-blank ancestors, or null where one is
 * missing or does not fit its public key. A committer can write any key into the tree; only who was
 * given the private one sees that it is another's.
 */
export function withFittingKeys(state: ClientState): ClientState | null {
  const { ratchetTree, privatePath } = state;
  const own = leafToNodeIndex(toLeafIndex(privatePath.leafIndex));
  const privateKeys: Record<number, Uint8Array> = {};
  for (const at of [own, ...directPath(own, leafWidth(ratchetTree.length))]) {
    const node = ratchetTree[at];
    if (node === undefined) continue;
    const privateKey = privatePath.privateKeys[at];
    if (privateKey === undefined) return null;
    if (!equal(sodium.crypto_scalarmult_base(privateKey), getHpkePublicKey(node))) return null;
    privateKeys[at] = privateKey;
  }
  return own in privateKeys ? { ...state, privatePath: { ...privatePath, privateKeys } } : null;
}

/** True where every parent has a usable key and, since Add proposals alone make them, no unmerged leaf. */
export function hasOnlyPlainParents(tree: RatchetTree): boolean {
  return tree.every(
    (node) =>
      node?.nodeType !== "parent" ||
      (isUsableKey(node.parent.hpkePublicKey) && node.parent.unmergedLeaves.length === 0),
  );
}

function haveOnlyChanged(before: RatchetTree, after: RatchetTree, read: ReadCommit): boolean {
  const removed = new Set(read.removed.map(({ leaf }) => leaf));
  for (let at = 0; 2 * at < Math.max(before.length, after.length); at++) {
    const old = leafAt(before, at);
    const now = leafAt(after, at);
    const holds =
      at === read.committer
        ? now !== null && (old === null) === (read.joined !== null)
        : removed.has(at)
          ? old !== null && now === null
          : isSameLeaf(old, now);
    if (!holds) return false;
  }
  return true;
}

function isSameLeaf(a: LeafNode | null, b: LeafNode | null): boolean {
  if (a === b) return true;
  return a !== null && b !== null && equal(encodeLeafNode(a), encodeLeafNode(b));
}

/**
 * Our suite, except that signatures whose hashes are in `known` are not verified again: a hundred leaf
 * signatures are most of the work of a join, and all but one were there before. `verified` fills with
 * the hashes of those that held.
 */
export function verifyingOnce(known: ReadonlySet<string>): {
  readonly suite: CiphersuiteImpl;
  readonly verified: ReadonlySet<string>;
} {
  const verified = new Set<string>();
  const suite: CiphersuiteImpl = {
    ...provider,
    signature: {
      ...provider.signature,
      verify: async (publicKey, input, signature) => {
        if (publicKey.length !== 32 || signature.length !== 64) return false;
        const name = toHex(sha256(concat(publicKey, signature, input)));
        const holds =
          known.has(name) || (await provider.signature.verify(publicKey, input, signature));
        if (holds) verified.add(name);
        return holds;
      },
    },
  };
  return { suite, verified };
}
