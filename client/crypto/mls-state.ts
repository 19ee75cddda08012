/**
 * A group as the client sees it, around the state that ts-mls keeps. Nothing here is ever changed in
 * place: a transition makes a new Group and names the secrets that only the old one needed.
 */
import type { ClientState } from "ts-mls/clientState.js";
import { mlsExporter } from "ts-mls/keySchedule.js";
import type { LeafNode } from "ts-mls/leafNode.js";
import type { RatchetTree } from "ts-mls/ratchetTree.js";
import type { GenerationSecret, SecretTree } from "ts-mls/secretTree.js";
import type { Bytes } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import { HASH_BYTES } from "./kdf.ts";
import { parseContextExtensions } from "./mls-policy.ts";
import { parseLeaf, type Named } from "./mls-profile.ts";
import { provider } from "./provider.ts";

const SIGNAL_LABEL = "mayfly v1 signal";
const NO_CONTEXT = new Uint8Array(0);

/** A leaf of the group; `leaf` is its place, which a later member may take over. */
export interface Member extends Named {
  readonly leaf: number;
}

/** One epoch of a group, as its member `me` holds it. */
export interface Group {
  readonly epoch: bigint;
  /** 32 bytes, equal for all who hold the same epoch (RFC 9420 §8.7). */
  readonly authenticator: Bytes;
  /** All leaves, in leaf order. */
  readonly members: readonly Member[];
  readonly me: SessionId;
  readonly policy: Policy;
  /** Only for this folder. */
  readonly inner: Inner;
}

export interface Inner {
  readonly mls: ClientState;
  /** Of the present and the retained epochs, 32 bytes each. */
  readonly signalKeys: ReadonlyMap<bigint, Uint8Array>;
  /** Hashes of the leaf signatures that were found valid, so that none is verified twice. */
  readonly verified: ReadonlySet<string>;
}

/** The leaf at place `at`, or null where the tree is blank there or has no such place. */
export function leafAt(tree: RatchetTree, at: number): LeafNode | null {
  const node = tree[2 * at];
  return node?.nodeType === "leaf" ? node.leaf : null;
}

/** All leaves in order, or null where one has not our profile. */
export function membersOf(tree: RatchetTree): readonly Member[] | null {
  const members: Member[] = [];
  for (let at = 0; 2 * at < tree.length; at++) {
    const leaf = leafAt(tree, at);
    if (leaf === null) continue;
    const named = parseLeaf(leaf, at);
    if (named === null) return null;
    members.push({ leaf: at, ...named });
  }
  return members;
}

/** Wraps a checked MLS state; `before` lends the signal keys of the epochs that are still retained. */
export async function groupOf(
  mls: ClientState,
  me: SessionId,
  carried: { readonly before: Group | null; readonly verified: ReadonlySet<string> },
): Promise<Group> {
  const members = membersOf(mls.ratchetTree);
  const policy = parseContextExtensions(mls.groupContext.extensions);
  if (members === null || policy === null) throw new RangeError("an unchecked group state");
  const { exporterSecret } = mls.keySchedule;
  const signalKey = await mlsExporter(
    exporterSecret,
    SIGNAL_LABEL,
    NO_CONTEXT,
    HASH_BYTES,
    provider,
  );
  const retained = [...(carried.before?.inner.signalKeys ?? [])].filter(([epoch]) =>
    mls.historicalReceiverData.has(epoch),
  );
  return {
    epoch: mls.groupContext.epoch,
    authenticator: Uint8Array.from(mls.keySchedule.epochAuthenticator),
    members,
    me,
    policy,
    inner: {
      mls,
      signalKeys: new Map([...retained, [mls.groupContext.epoch, signalKey]]),
      verified: carried.verified,
    },
  };
}

/** The same epoch with another MLS state, after a post was sealed or opened. */
export function withState(group: Group, mls: ClientState): Group {
  return { ...group, inner: { ...group.inner, mls } };
}

/** The tree of the present or of a retained epoch, or null. */
export function treeOfEpoch(group: Group, epoch: bigint): RatchetTree | null {
  if (epoch === group.epoch) return group.inner.mls.ratchetTree;
  return group.inner.mls.historicalReceiverData.get(epoch)?.ratchetTree ?? null;
}

/** The session of the leaf at a place of an epoch's tree, or null. */
export function sessionAt(tree: RatchetTree, at: number): SessionId | null {
  const leaf = leafAt(tree, at);
  return leaf === null ? null : (parseLeaf(leaf, at)?.session ?? null);
}

/** What `before` holds and `after`, a later epoch of the same group, does not: to be wiped. */
export function spentBetween(before: Group, after: Group): readonly Uint8Array[] {
  const kept = new Set(secretsOf(after));
  return secretsOf(before).filter((secret) => !kept.has(secret));
}

/**
 * Every secret of the group, present and retained epochs, except the signature key, which is the
 * identity's. The epoch authenticator is no secret among members, and callers keep it.
 */
export function secretsOf(group: Group): readonly Uint8Array[] {
  const { mls, signalKeys } = group.inner;
  const { epochAuthenticator: _, ...schedule } = mls.keySchedule;
  const retained = [...mls.historicalReceiverData.values()].flatMap((epoch) => [
    epoch.senderDataSecret,
    epoch.resumptionPsk,
    ...ratchetSecrets(epoch.secretTree),
  ]);
  return [
    ...Object.values(schedule),
    ...Object.values(mls.privatePath.privateKeys),
    ...ratchetSecrets(mls.secretTree),
    ...retained,
    ...signalKeys.values(),
  ];
}

const ratchetSecrets = (tree: SecretTree) =>
  tree.flatMap((node) => [...generations(node.application), ...generations(node.handshake)]);
const generations = (ratchet: GenerationSecret) => [
  ratchet.secret,
  ...Object.values(ratchet.unusedGenerations),
];
