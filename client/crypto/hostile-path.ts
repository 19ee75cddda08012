/** For tests only: the update path of a hostile commit (RFC 9420 §7.5), with a hook at each step. */
import type { ClientState } from "ts-mls/clientState.js";
import { encryptWithLabel } from "ts-mls/crypto/hpke.js";
import { deriveSecret } from "ts-mls/crypto/kdf.js";
import { encodeGroupContext } from "ts-mls/groupContext.js";
import type { HPKECiphertext } from "ts-mls/hpkeCiphertext.js";
import { signLeafNodeCommit, type LeafNodeTBSCommit } from "ts-mls/leafNode.js";
import { calculateParentHash } from "ts-mls/parentHash.js";
import type { ProposalOrRef } from "ts-mls/proposalOrRefType.js";
import {
  filteredDirectPathAndCopathResolution,
  getHpkePublicKey,
  type RatchetTree,
} from "ts-mls/ratchetTree.js";
import type { Sender } from "ts-mls/sender.js";
import { treeHashRoot } from "ts-mls/treeHash.js";
import { directPath, leafToNodeIndex, leafWidth, toLeafIndex } from "ts-mls/treemath.js";
import type { UpdatePath } from "ts-mls/updatePath.js";
import { CAPABILITIES } from "./mls-profile.ts";
import { provider } from "./provider.ts";
import { randomBytes } from "./sodium.ts";

/** What to do otherwise than an honest client. */
export interface Bend {
  readonly proposals?: readonly ProposalOrRef[];
  /** Behind those. */
  readonly moreProposals?: readonly ProposalOrRef[];
  /** The path's leaf before it is signed. */
  readonly leaf?: (leaf: LeafNodeTBSCommit) => LeafNodeTBSCommit;
  /** The public key written at a level of the path, 0 nearest to the leaf. */
  readonly nodeKey?: (publicKey: Uint8Array, level: number) => Uint8Array;
  /** The path secret as sealed for one node of the tree. */
  readonly ciphertext?: (sealed: HPKECiphertext, recipient: number) => HPKECiphertext;
  /** The finished path before the commit is signed. */
  readonly path?: (path: UpdatePath) => UpdatePath;
  readonly authenticatedData?: Uint8Array;
  readonly confirmationTag?: (tag: Uint8Array) => Uint8Array;
  readonly sender?: Sender;
}

/** Who commits to what. */
export interface Maker {
  readonly before: Pick<ClientState, "groupContext" | "confirmationTag">;
  /** The tree with the removals done, or with the joiner's leaf. */
  readonly tree: RatchetTree;
  readonly leaf: number;
  readonly sender: Sender;
  readonly proposals: readonly ProposalOrRef[];
  readonly initSecret: Uint8Array;
  readonly membershipKey: Uint8Array;
  readonly signatureKeys: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  readonly identity: Uint8Array;
}

/** A leaf of our profile, but for its keys. */
export const leafOf = (signaturePublicKey: Uint8Array, identity: Uint8Array) => ({
  leafNodeSource: "commit" as const,
  signaturePublicKey,
  capabilities: CAPABILITIES,
  credential: { credentialType: "basic" as const, identity },
  extensions: [],
});

/** What createUpdatePath of ts-mls does, bent; the commit secret comes with it. */
export async function bentPath(maker: Maker, bend: Bend) {
  const { kdf, hpke, hash, signature } = provider;
  const at = toLeafIndex(maker.leaf);
  const expected = filteredDirectPathAndCopathResolution(at, maker.tree);
  const tree = maker.tree.slice();
  const own = leafToNodeIndex(at);
  for (const node of directPath(own, leafWidth(tree.length))) tree[node] = undefined;
  let secret: Uint8Array = randomBytes(32);
  const leafKeys = await hpke.deriveKeyPair(await deriveSecret(secret, "node", kdf));
  const privateKeys: Record<number, Uint8Array> = {
    [own]: await hpke.exportPrivateKey(leafKeys.privateKey),
  };
  const secrets: Uint8Array[] = [];
  for (const [level, { nodeIndex }] of expected.entries()) {
    secret = await deriveSecret(secret, "path", kdf);
    secrets.push(secret);
    const keys = await hpke.deriveKeyPair(await deriveSecret(secret, "node", kdf));
    privateKeys[nodeIndex] = await hpke.exportPrivateKey(keys.privateKey);
    const publicKey = await hpke.exportPublicKey(keys.publicKey);
    const hpkePublicKey = bend.nodeKey?.(publicKey, level) ?? publicKey;
    const parent = { hpkePublicKey, parentHash: new Uint8Array(0), unmergedLeaves: [] };
    tree[nodeIndex] = { nodeType: "parent", parent };
  }
  const commitSecret =
    expected.length === 0 ? new Uint8Array(32) : await deriveSecret(secret, "path", kdf);
  for (const { nodeIndex } of expected.toReversed()) {
    const node = tree[nodeIndex];
    if (node?.nodeType !== "parent") throw new Error("no parent");
    const [parentHash] = await calculateParentHash(tree, nodeIndex, hash);
    tree[nodeIndex] = { nodeType: "parent", parent: { ...node.parent, parentHash } };
  }
  const honest: LeafNodeTBSCommit = {
    ...leafOf(maker.signatureKeys.publicKey, maker.identity),
    hpkePublicKey: await hpke.exportPublicKey(leafKeys.publicKey),
    parentHash: (await calculateParentHash(tree, own, hash))[0],
    groupId: maker.before.groupContext.groupId,
    leafIndex: maker.leaf,
  };
  const tbs = bend.leaf?.(honest) ?? honest;
  const leaf = await signLeafNodeCommit(tbs, maker.signatureKeys.privateKey, signature);
  tree[own] = { nodeType: "leaf", leaf };
  const { groupContext } = maker.before;
  const context = encodeGroupContext({
    ...groupContext,
    treeHash: await treeHashRoot(tree, hash),
    epoch: groupContext.epoch + 1n,
  });
  const nodes: UpdatePath["nodes"] = [];
  for (const [level, { nodeIndex, resolution }] of expected.entries()) {
    const node = tree[nodeIndex];
    if (node === undefined) throw new Error("no parent");
    const encryptedPathSecret: HPKECiphertext[] = [];
    for (const recipient of resolution) {
      const target = maker.tree[recipient];
      if (target === undefined) throw new Error("no recipient");
      const key = await hpke.importPublicKey(getHpkePublicKey(target));
      const plaintext = secrets[level] ?? new Uint8Array(32);
      const { enc, ct } = await encryptWithLabel(key, "UpdatePathNode", context, plaintext, hpke);
      const sealed = { kemOutput: enc, ciphertext: ct };
      encryptedPathSecret.push(bend.ciphertext?.(sealed, recipient) ?? sealed);
    }
    nodes.push({ hpkePublicKey: getHpkePublicKey(node), encryptedPathSecret });
  }
  const path: UpdatePath = { leafNode: leaf, nodes };
  return { tree, path: bend.path?.(path) ?? path, privateKeys, commitSecret };
}
