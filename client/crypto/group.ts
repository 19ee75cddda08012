/**
 * The group's transitions (DESIGN §4): found, join, commit, apply. Each takes a state and gives the
 * next one with the secrets that are spent by it; wipe those once the new state is kept. Run one at a
 * time per room: two transitions from one state would share keys.
 */
import { addHistoricalReceiverData, createGroup, type ClientState } from "ts-mls/clientState.js";
import { createCommit, joinGroupExternal } from "ts-mls/createCommit.js";
import { generateKeyPackageWithKey } from "ts-mls/keyPackage.js";
import { processPublicMessage } from "ts-mls/processMessages.js";
import { emptyPskIndex } from "ts-mls/pskIndex.js";
import { encodePublicMessage, type PublicMessage } from "ts-mls/publicMessage.js";
import { equal, type Bytes } from "../../shared/bytes.ts";
import { idBytes, type RouteId, type SessionId } from "../../shared/ids.ts";
import { isPolicy, type Policy } from "../../shared/policy.ts";
import { contextFault, validatedTree, verifyingOnce, withFittingKeys } from "./group-checks.ts";
import { readCommit, type CommitRecord, type ReadCommit } from "./group-commit.ts";
import {
  MAX_PLAIN_GROUP_INFO_BYTES,
  readGroupInfo,
  rebuiltGroupInfo,
  signedGroupInfo,
} from "./group-info.ts";
import type { Identity } from "./identity.ts";
import { wipe } from "./keys.ts";
import { orNull } from "./mls-decode.ts";
import { withCommitSecret } from "./mls-lone.ts";
import { contextExtensions } from "./mls-policy.ts";
import { CAPABILITIES, CLIENT_CONFIG, identityOf, LIFETIME } from "./mls-profile.ts";
import { groupOf, secretsOf, spentBetween, type Group, type Member } from "./mls-state.ts";
import { provider } from "./provider.ts";

/** A commit on its way: keep it until a record that follows the same commit is processed. */
export interface Pending {
  /** The state after it; not to be used before `apply` or `adoptJoin` gave it back. */
  readonly group: Group;
  /** An encoded MLS PublicMessage. */
  readonly commit: Bytes;
  /** The encoded GroupInfo of the new epoch, to be sealed and proposed beside the commit. */
  readonly groupInfo: Bytes;
  /** 64 bytes, to be sealed with the commit: from it the others rebuild the GroupInfo. */
  readonly groupInfoSignature: Bytes;
}

export interface AppliedCommit {
  readonly kind: "applied";
  readonly group: Group;
  readonly removed: readonly Member[];
  readonly joined: Member | null;
  readonly spent: readonly Uint8Array[];
}
export interface VoidCommit {
  readonly kind: "void";
  /** For the log and for tests; holds no secret and nothing that a member wrote. */
  readonly reason: string;
}
export type Applied = AppliedCommit | VoidCommit | { readonly kind: "removed" };

interface Newcomer {
  readonly identity: Identity;
  readonly nickname: string;
  readonly routeId: RouteId;
}

const voidFor = (reason: string): VoidCommit => ({ kind: "void", reason });

/**
 * A group of one, at epoch 0, and its GroupInfo for `open`.
 * @throws RangeError for a nickname that is not 1 to 48 bytes of UTF-8, or an invalid policy.
 */
export async function found(
  input: Newcomer & { readonly policy: Policy },
): Promise<{ readonly group: Group; readonly groupInfo: Bytes }> {
  if (!isPolicy(input.policy)) throw new RangeError("an invalid policy");
  const { publicPackage, privatePackage } = await keyPackageOf(input);
  const state = await createGroup(
    idBytes(input.routeId),
    publicPackage,
    privatePackage,
    contextExtensions(input.policy),
    provider,
    CLIENT_CONFIG,
  );
  wipe(privatePackage.initPrivateKey);
  const verified = new Set<string>();
  const group = await groupOf(state, input.identity.session, { before: null, verified });
  return { group, groupInfo: (await signedGroupInfo(state)).groupInfo };
}

/**
 * An external commit into the group that `groupInfo` describes. Null where that is unusable: malformed,
 * of another room, with a leaf that is not of our profile, a bad signature or tree, or a full room.
 * @throws RangeError for a nickname that is not 1 to 48 bytes of UTF-8.
 */
export async function join(
  input: Newcomer & { readonly groupInfo: Uint8Array },
): Promise<Pending | null> {
  const { session } = input.identity;
  const { publicPackage, privatePackage } = await keyPackageOf(input);
  const read = readGroupInfo(input.groupInfo, input.routeId);
  if (read === null || read.members.length >= read.policy.memberCap) return null;
  if (read.members.some((member) => member.session === session)) return null;
  // Validates the whole tree and the signature of the leaf that made the GroupInfo.
  const { suite, verified } = verifyingOnce(new Set());
  const { info, tree } = read;
  const made = await orNull(() =>
    joinGroupExternal(info, publicPackage, privatePackage, false, suite, tree, CLIENT_CONFIG),
  );
  wipe(privatePackage.initPrivateKey, privatePackage.hpkePrivateKey);
  if (made === null) return null;
  const from = { before: null, known: verified };
  const pending = await pendingOf(made.newState, made.publicMessage, session, from);
  return pending.groupInfo.length <= MAX_PLAIN_GROUP_INFO_BYTES ? pending : null;
}

/**
 * A member's commit that removes `removes`; with none, it only brings fresh keys.
 * @throws RangeError where one of them is no member, is named twice, or is me.
 */
export async function commit(group: Group, removes: readonly SessionId[]): Promise<Pending> {
  const { mls, verified } = group.inner;
  const leaves = removes.map((session) => group.members.find((m) => m.session === session)?.leaf);
  const extraProposals = leaves.map((removed) => {
    if (removed === undefined || removed === mls.privatePath.leafIndex) {
      throw new RangeError("a removal of nobody or of oneself");
    }
    return { proposalType: "remove" as const, remove: { removed } };
  });
  if (new Set(leaves).size !== leaves.length) throw new RangeError("a removal twice");
  const created = await createCommit(
    { state: mls, cipherSuite: provider },
    { wireAsPublicMessage: true, extraProposals },
  );
  if (created.commit.wireformat !== "mls_public_message") throw new Error("not a PublicMessage");
  const made = { state: created.newState, commit: created.commit.publicMessage };
  const isAlone = group.members.length === removes.length + 1;
  const { state, commit: message } = isAlone ? await withCommitSecret(mls, made) : made;
  return pendingOf(state, message, group.me, { before: group, known: verified });
}

/**
 * The group after the next commit record. Every check that all members can make comes before anything
 * is adopted, so all come to the same verdict; where it is "void", the group stays as it was. My own
 * commit is taken from `pending`, whose bytes must be the record's.
 */
export async function apply(
  group: Group,
  record: CommitRecord,
  pending?: Pending,
): Promise<Applied> {
  const read = readCommit(group, record);
  if (typeof read === "string") return voidFor(read);
  const isOwn = record.session === group.me;
  if (isOwn && (pending === undefined || !equal(pending.commit, record.commit))) {
    return voidFor("my own commit, but not the pending one");
  }
  const next =
    isOwn && pending !== undefined ? pending.group.inner.mls : await process(group, read);
  if (next === null) return voidFor("the library refused it");
  if (next.groupActiveState.kind === "removedFromGroup") return { kind: "removed" };
  return adopt(group, next, read, record);
}

/** The joiner's end of `apply`: its own join came back in order, with the GroupInfo that it made. */
export async function adoptJoin(
  pending: Pending,
  record: CommitRecord,
): Promise<AppliedCommit | VoidCommit> {
  const { group } = pending;
  const isMine =
    record.session === group.me &&
    record.removes.length === 0 &&
    equal(record.commit, pending.commit) &&
    equal(record.groupInfoSignature, pending.groupInfoSignature);
  if (!isMine) return voidFor("not the pending join");
  if (!record.isGroupInfo(pending.groupInfo)) return voidFor("another GroupInfo than the record's");
  const joined = group.members.find(({ session }) => session === group.me) ?? null;
  return { kind: "applied", group, removed: [], joined, spent: [] };
}

/** Overwrites every secret of the group; the identity's key stays. Best effort, at leaving. */
export function wipeGroup(group: Group): void {
  wipe(...secretsOf(group));
}

async function adopt(
  group: Group,
  next: ClientState,
  read: ReadCommit,
  record: CommitRecord,
): Promise<AppliedCommit | VoidCommit> {
  const fault = contextFault(group, next, read);
  if (fault !== null) return voidFor(fault);
  const verified = await orNull(() => validatedTree(next, group.inner.verified));
  if (verified === null) return voidFor("the tree is invalid");
  const fitting = withFittingKeys(next);
  if (fitting === null) return voidFor("a private key does not fit the tree");
  const info = await rebuiltGroupInfo(fitting, read.committer, record.groupInfoSignature);
  if (info === null || !record.isGroupInfo(info)) return voidFor("the GroupInfo is unusable");
  const state = { ...fitting, historicalReceiverData: retainedAfter(group, read) };
  const after = await groupOf(state, group.me, { before: group, verified });
  const { removed, joined } = read;
  return { kind: "applied", group: after, removed, joined, spent: spentBetween(group, after) };
}

// From the live state, never from a pending one, which holds what was retained when it was made: posts
// opened since could be opened again. Emptied by a removal, since the library would still open what
// the removed member seals in an epoch that it was in.
function retainedAfter(group: Group, read: ReadCommit): ClientState["historicalReceiverData"] {
  return read.removed.length > 0 ? new Map() : addHistoricalReceiverData(group.inner.mls)[0];
}

async function process(group: Group, read: ReadCommit): Promise<ClientState | null> {
  const { mls } = group.inner;
  // What may be in a commit was read before; the library's default would take anything.
  const onlyCommits = ({ kind }: { readonly kind: string }) =>
    kind === "commit" ? ("accept" as const) : ("reject" as const);
  const result = await orNull(() =>
    processPublicMessage(mls, read.message, emptyPskIndex, provider, onlyCommits),
  );
  return result === null || result.actionTaken === "reject" ? null : result.newState;
}

async function pendingOf(
  made: ClientState,
  message: PublicMessage,
  me: SessionId,
  from: { readonly before: Group | null; readonly known: ReadonlySet<string> },
): Promise<Pending> {
  const state = withFittingKeys(made);
  if (state === null) throw new Error("a commit of our own does not fit its tree");
  const { groupInfo, groupInfoSignature } = await signedGroupInfo(state);
  const group = await groupOf(state, me, { before: from.before, verified: from.known });
  const encoded = Uint8Array.from(encodePublicMessage(message));
  return { group, commit: encoded, groupInfo, groupInfoSignature };
}

async function keyPackageOf({ identity, nickname }: Newcomer) {
  const credential = {
    credentialType: "basic" as const,
    identity: identityOf({ session: identity.session, nickname }),
  };
  const signatureKeys = { publicKey: identity.publicKey, signKey: identity.privateKey };
  return generateKeyPackageWithKey(credential, CAPABILITIES, LIFETIME, [], signatureKeys, provider);
}
