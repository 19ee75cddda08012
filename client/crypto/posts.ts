/** What members say, as MLS PrivateMessages (RFC 9420 §6.3), with the sender told by the group itself. */
import { createApplicationMessage } from "ts-mls/createMessage.js";
import {
  decodePrivateMessage,
  decryptSenderData,
  encodePrivateMessage,
  type PrivateMessage,
} from "ts-mls/privateMessage.js";
import { processPrivateMessage } from "ts-mls/processMessages.js";
import { emptyPskIndex } from "ts-mls/pskIndex.js";
import { equal, type Bytes } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import { decodeExactly, orNull } from "./mls-decode.ts";
import { sessionAt, treeOfEpoch, withState, type Group } from "./mls-state.ts";
import { provider } from "./provider.ts";

/**
 * Seals in the group's epoch, as an encoded PrivateMessage without MLS padding. Keep the new group
 * before anything else is awaited: the old one would seal the next post under the same key.
 */
export async function sealPost(
  group: Group,
  plaintext: Uint8Array,
): Promise<{
  readonly group: Group;
  readonly sealed: Bytes;
  readonly spent: readonly Uint8Array[];
}> {
  const made = await createApplicationMessage(group.inner.mls, plaintext, provider);
  return {
    group: withState(group, made.newState),
    sealed: Uint8Array.from(encodePrivateMessage(made.privateMessage)),
    spent: made.consumed,
  };
}

/**
 * Opens a post of `session` in the present or a retained epoch. Null where it cannot be opened, was
 * opened before, is anything but a post, or its sender's leaf is not that session's. My own posts
 * never open: sealing used their keys up.
 */
export async function openPost(
  group: Group,
  session: SessionId,
  sealed: Uint8Array,
): Promise<{
  readonly group: Group;
  readonly plaintext: Bytes;
  readonly epoch: bigint;
  readonly spent: readonly Uint8Array[];
} | null> {
  const post = decodeExactly(sealed, decodePrivateMessage, encodePrivateMessage);
  // Proposals and commits in private are refused here: refusing them later changes the library's state.
  if (post === null || post.contentType !== "application") return null;
  const { mls } = group.inner;
  if (!equal(post.groupId, mls.groupContext.groupId) || post.authenticatedData.length > 0)
    return null;
  if ((await senderOf(group, post)) !== session) return null;
  const result = await orNull(() =>
    processPrivateMessage(mls, post, emptyPskIndex, provider, () => "reject"),
  );
  if (result?.kind !== "applicationMessage") return null;
  return {
    group: withState(group, result.newState),
    plaintext: Uint8Array.from(result.message),
    epoch: post.epoch,
    spent: result.consumed,
  };
}

// The library gives no sender back, but checks the signature against the leaf named here.
async function senderOf(group: Group, post: PrivateMessage): Promise<SessionId | null> {
  const { mls } = group.inner;
  const secret =
    post.epoch === group.epoch
      ? mls.keySchedule.senderDataSecret
      : mls.historicalReceiverData.get(post.epoch)?.senderDataSecret;
  const tree = treeOfEpoch(group, post.epoch);
  if (secret === undefined || tree === null) return null;
  const data = await orNull(() => decryptSenderData(post, secret, provider));
  return data === null || data === undefined ? null : sessionAt(tree, data.leafIndex);
}
