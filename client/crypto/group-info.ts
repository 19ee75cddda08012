/**
 * The GroupInfo that a joiner starts from (RFC 9420 §12.4.3). All of it but the signature follows from
 * the group's state, so every member can rebuild the one that a committer published (DESIGN §4).
 */
import { createGroupInfoWithExternalPubAndRatchetTree } from "ts-mls/createCommit.js";
import type { ClientState } from "ts-mls/clientState.js";
import {
  decodeGroupInfo,
  encodeGroupInfo,
  verifyGroupInfoSignature,
  type GroupInfo,
} from "ts-mls/groupInfo.js";
import { decodeRatchetTree, encodeRatchetTree, type RatchetTree } from "ts-mls/ratchetTree.js";
import { equal, type Bytes } from "../../shared/bytes.ts";
import { SIGNATURE_BYTES } from "../../shared/entry.ts";
import { idBytes, type RouteId } from "../../shared/ids.ts";
import { MAX_GROUP_INFO_BYTES } from "../../shared/limits.ts";
import type { Policy } from "../../shared/policy.ts";
import { hasOnlyPlainParents } from "./group-checks.ts";
import { X25519_BYTES } from "./hpke.ts";
import { decodeExactly } from "./mls-decode.ts";
import { parseContextExtensions } from "./mls-policy.ts";
import { looksLikeTree } from "./mls-skim.ts";
import { leafAt, membersOf, type Group, type Member } from "./mls-state.ts";
import { provider } from "./provider.ts";

/** Nonce, tag and the least padding of the outer seal around a GroupInfo. */
const SEAL_OVERHEAD_BYTES = 41;
/** Longest GroupInfo whose sealed form is within its limit. */
export const MAX_PLAIN_GROUP_INFO_BYTES = MAX_GROUP_INFO_BYTES - SEAL_OVERHEAD_BYTES;

/** A GroupInfo read and found to be of our shape; nothing is known yet of its signatures. */
export interface ReadGroupInfo {
  readonly info: GroupInfo;
  readonly tree: RatchetTree;
  readonly members: readonly Member[];
  readonly policy: Policy;
}

/** Reads encoded bytes; null unless it is canonical, of this room, and every leaf of our profile. */
export function readGroupInfo(bytes: Uint8Array, routeId: RouteId): ReadGroupInfo | null {
  if (bytes.length > MAX_PLAIN_GROUP_INFO_BYTES) return null;
  const info = decodeExactly(bytes, decodeGroupInfo, encodeGroupInfo);
  if (info === null || info.signature.length !== SIGNATURE_BYTES) return null;
  const { version, cipherSuite, groupId, extensions } = info.groupContext;
  if (version !== "mls10" || cipherSuite !== provider.name) return null;
  if (!equal(groupId, idBytes(routeId))) return null;
  const policy = parseContextExtensions(extensions);
  const [externalPub, treeExtension, ...others] = info.extensions;
  if (policy === null || others.length > 0) return null;
  if (externalPub?.extensionType !== "external_pub") return null;
  if (externalPub.extensionData.length !== X25519_BYTES) return null;
  if (treeExtension?.extensionType !== "ratchet_tree") return null;
  if (!looksLikeTree(treeExtension.extensionData)) return null;
  const tree = decodeExactly(treeExtension.extensionData, decodeRatchetTree, encodeRatchetTree);
  // A room of n members never needs more than n leaves, since who joins takes the first blank one.
  if (tree === null || leafCount(tree) > policy.memberCap) return null;
  if (!hasOnlyPlainParents(tree)) return null;
  const members = membersOf(tree);
  return members === null ? null : { info, tree, members, policy };
}

/** The encoded GroupInfo of the state's epoch, signed by its own leaf, and that signature. */
export async function signedGroupInfo(
  state: ClientState,
): Promise<{ readonly groupInfo: Bytes; readonly groupInfoSignature: Bytes }> {
  const info = await createGroupInfoWithExternalPubAndRatchetTree(state, [], provider);
  return {
    groupInfo: Uint8Array.from(encodeGroupInfo(info)),
    groupInfoSignature: Uint8Array.from(info.signature),
  };
}

/**
 * The encoded GroupInfo of the state's epoch as the leaf at `signer` must have published it with this
 * signature; null where the signature is not that leaf's, or the result is too long to be sealed.
 */
export async function rebuiltGroupInfo(
  state: ClientState,
  signer: number,
  signature: Uint8Array,
): Promise<Bytes | null> {
  const leaf = leafAt(state.ratchetTree, signer);
  if (leaf === null || signature.length !== SIGNATURE_BYTES) return null;
  const info: GroupInfo = {
    groupContext: state.groupContext,
    extensions: await infoExtensions(state),
    confirmationTag: state.confirmationTag,
    signer,
    signature,
  };
  const valid = await verifyGroupInfoSignature(info, leaf.signaturePublicKey, provider.signature);
  if (!valid) return null;
  const encoded = Uint8Array.from(encodeGroupInfo(info));
  return encoded.length <= MAX_PLAIN_GROUP_INFO_BYTES ? encoded : null;
}

/** The encoded GroupInfo of my epoch, signed by me: what a re-founding publishes (DESIGN §2). */
export async function groupInfoOf(group: Group): Promise<Bytes> {
  return (await signedGroupInfo(group.inner.mls)).groupInfo;
}

/** True for a GroupInfo of exactly my epoch, signed by a member of it. */
export async function matchesGroup(group: Group, groupInfo: Uint8Array): Promise<boolean> {
  if (groupInfo.length > MAX_PLAIN_GROUP_INFO_BYTES) return false;
  const info = decodeExactly(groupInfo, decodeGroupInfo, encodeGroupInfo);
  if (info === null) return false;
  // Everything but who signed is rebuilt from my own state, so equality covers all of it.
  const rebuilt = await rebuiltGroupInfo(group.inner.mls, info.signer, info.signature);
  return rebuilt !== null && equal(rebuilt, groupInfo);
}

// In the order in which the library writes them.
async function infoExtensions(state: ClientState): Promise<GroupInfo["extensions"]> {
  const { publicKey } = await provider.hpke.deriveKeyPair(state.keySchedule.externalSecret);
  return [
    {
      extensionType: "external_pub",
      extensionData: await provider.hpke.exportPublicKey(publicKey),
    },
    { extensionType: "ratchet_tree", extensionData: encodeRatchetTree(state.ratchetTree) },
  ];
}

// The last node is never blank, so this counts up to the last leaf that somebody has.
function leafCount(tree: RatchetTree): number {
  const last = tree.findLastIndex((node) => node !== undefined);
  return Math.floor(last / 2) + 1;
}
