/**
 * For tests only: a client that holds real keys and makes commits of which any part is bent. It does
 * what ts-mls does when it commits, step by step, with a hook at each step.
 */
import { exportSecret, nextEpochContext, type ClientState } from "ts-mls/clientState.js";
import { createConfirmationTag, createContentCommitSignature } from "ts-mls/framedContent.js";
import { initializeEpoch } from "ts-mls/keySchedule.js";
import type { LeafNodeTBSCommit } from "ts-mls/leafNode.js";
import { protectPublicMessage } from "ts-mls/messageProtectionPublic.js";
import type { ProposalOrRef } from "ts-mls/proposalOrRefType.js";
import { encodePublicMessage } from "ts-mls/publicMessage.js";
import { addLeafNode, removeLeafNode } from "ts-mls/ratchetTree.js";
import { createSecretTree } from "ts-mls/secretTree.js";
import { treeHashRoot } from "ts-mls/treeHash.js";
import { leafWidth, nodeToLeafIndex, toLeafIndex } from "ts-mls/treemath.js";
import type { RouteId } from "../../shared/ids.ts";
import { readGroupInfo, signedGroupInfo } from "./group-info.ts";
import type { Newcomer } from "./group-world.ts";
import { bentPath, leafOf, type Bend, type Maker } from "./hostile-path.ts";
import { CLIENT_CONFIG, identityOf } from "./mls-profile.ts";
import type { Group } from "./mls-state.ts";
import { provider } from "./provider.ts";
import { randomBytes } from "./sodium.ts";

export interface Forged {
  readonly commit: Uint8Array;
  readonly groupInfo: Uint8Array;
  readonly groupInfoSignature: Uint8Array;
  /** The state that the forger holds afterwards. */
  readonly state: ClientState;
}

/** A proposal by value, as a commit carries it. */
export const proposing = (
  proposal: Extract<ProposalOrRef, { proposalOrRefType: "proposal" }>["proposal"],
): ProposalOrRef => ({
  proposalOrRefType: "proposal",
  proposal,
});
export const removal = (leaf: number): ProposalOrRef =>
  proposing({ proposalType: "remove", remove: { removed: leaf } });

/** A member's commit that removes the leaves at these places, bent. */
export async function bentCommit(
  { group, identity }: Newcomer & { readonly group: Group },
  removed: readonly number[],
  bend: Bend,
): Promise<Forged> {
  const { mls } = group.inner;
  const leaf = mls.privatePath.leafIndex;
  const own = mls.ratchetTree[2 * leaf];
  if (own?.nodeType !== "leaf" || !("identity" in own.leaf.credential)) throw new Error("no leaf");
  return forge(
    {
      before: mls,
      tree: removed.reduce((tree, at) => removeLeafNode(tree, toLeafIndex(at)), mls.ratchetTree),
      leaf,
      sender: { senderType: "member", leafIndex: leaf },
      proposals: removed.map(removal),
      initSecret: mls.keySchedule.initSecret,
      membershipKey: mls.keySchedule.membershipKey,
      signatureKeys: identity,
      identity: own.leaf.credential.identity,
    },
    bend,
  );
}

/** A joiner's external commit, bent; leaves at `removed` are taken out of the tree first. */
export async function bentJoin(
  who: Newcomer,
  room: { readonly groupInfo: Uint8Array; readonly routeId: RouteId },
  bend: Bend & { readonly removed?: readonly number[] },
): Promise<Forged> {
  const read = readGroupInfo(room.groupInfo, room.routeId);
  const externalPub = read?.info.extensions[0]?.extensionData;
  if (read === null || externalPub === undefined) throw new Error("an unreadable GroupInfo");
  const { enc, secret } = await exportSecret(externalPub, provider);
  const identity = identityOf({ session: who.identity.session, nickname: who.nickname });
  const placeholder: LeafNodeTBSCommit & { signature: Uint8Array } = {
    ...leafOf(who.identity.publicKey, identity),
    hpkePublicKey: randomBytes(32),
    parentHash: new Uint8Array(0),
    groupId: read.info.groupContext.groupId,
    leafIndex: 0,
    signature: new Uint8Array(64),
  };
  const rest = (bend.removed ?? []).reduce(
    (tree, at) => removeLeafNode(tree, toLeafIndex(at)),
    read.tree,
  );
  const [tree, node] = addLeafNode(rest, placeholder);
  return forge(
    {
      before: read.info,
      tree,
      leaf: nodeToLeafIndex(node),
      sender: { senderType: "new_member_commit" },
      proposals: [
        ...(bend.removed ?? []).map(removal),
        proposing({ proposalType: "external_init", externalInit: { kemOutput: enc } }),
      ],
      initSecret: secret,
      membershipKey: new Uint8Array(32),
      signatureKeys: who.identity,
      identity,
    },
    bend,
  );
}

async function forge(maker: Maker, bend: Bend): Promise<Forged> {
  const { before, signatureKeys } = maker;
  const { groupContext } = before;
  const { tree, path, privateKeys, commitSecret } = await bentPath(maker, bend);
  const { signature, framedContent } = await createContentCommitSignature(
    groupContext,
    "mls_public_message",
    { proposals: [...(bend.proposals ?? maker.proposals), ...(bend.moreProposals ?? [])], path },
    bend.sender ?? maker.sender,
    bend.authenticatedData ?? new Uint8Array(0),
    signatureKeys.privateKey,
    provider.signature,
  );
  const context = await nextEpochContext(
    groupContext,
    "mls_public_message",
    framedContent,
    signature,
    await treeHashRoot(tree, provider.hash),
    before.confirmationTag,
    provider.hash,
  );
  const zeros = new Uint8Array(32);
  const epoch = await initializeEpoch(maker.initSecret, commitSecret, context, zeros, provider.kdf);
  const { confirmationKey } = epoch.keySchedule;
  const { confirmedTranscriptHash } = context;
  const tag = await createConfirmationTag(confirmationKey, confirmedTranscriptHash, provider.hash);
  const confirmationTag = bend.confirmationTag?.(tag) ?? tag;
  const content = {
    wireformat: "mls_public_message" as const,
    content: framedContent,
    auth: { contentType: "commit" as const, signature, confirmationTag },
  };
  const message = await protectPublicMessage(maker.membershipKey, groupContext, content, provider);
  const width = leafWidth(tree.length);
  const state: ClientState = {
    groupContext: context,
    keySchedule: epoch.keySchedule,
    secretTree: await createSecretTree(width, epoch.encryptionSecret, provider.kdf),
    ratchetTree: tree,
    privatePath: { leafIndex: maker.leaf, privateKeys },
    signaturePrivateKey: signatureKeys.privateKey,
    unappliedProposals: {},
    confirmationTag,
    historicalReceiverData: new Map(),
    groupActiveState: { kind: "active" },
    clientConfig: CLIENT_CONFIG,
  };
  return { commit: encodePublicMessage(message), ...(await signedGroupInfo(state)), state };
}
