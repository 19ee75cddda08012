/**
 * A commit of a member who is alone afterwards. RFC 9420 §12.4.1 takes the commit secret from the last
 * path secret, the leaf's own where the path is empty; ts-mls 1.6.4 takes 32 zeros there. Then whoever
 * the commit removed derives the new epoch from what he holds, and reads on. Nobody else has to derive
 * this epoch, so any secret that only its maker knows serves: here a random one.
 */
import type { ClientState } from "ts-mls/clientState.js";
import { createConfirmationTag } from "ts-mls/framedContent.js";
import { initializeEpoch } from "ts-mls/keySchedule.js";
import { protectPublicMessage } from "ts-mls/messageProtectionPublic.js";
import type { PublicMessage } from "ts-mls/publicMessage.js";
import { createSecretTree } from "ts-mls/secretTree.js";
import { leafWidth } from "ts-mls/treemath.js";
import { wipe } from "./keys.ts";
import { HASH_BYTES } from "./kdf.ts";
import { provider } from "./provider.ts";
import { randomBytes } from "./sodium.ts";

export interface Made {
  readonly state: ClientState;
  readonly commit: PublicMessage;
}

/** The same commit and the state after it, with a commit secret; `before` is the state it was made in. */
export async function withCommitSecret(before: ClientState, made: Made): Promise<Made> {
  const { groupContext, ratchetTree } = made.state;
  const commitSecret = randomBytes(HASH_BYTES);
  const noPsk = new Uint8Array(HASH_BYTES);
  const { initSecret, membershipKey } = before.keySchedule;
  const epoch = await initializeEpoch(initSecret, commitSecret, groupContext, noPsk, provider.kdf);
  const confirmationTag = await createConfirmationTag(
    epoch.keySchedule.confirmationKey,
    groupContext.confirmedTranscriptHash,
    provider.hash,
  );
  const width = leafWidth(ratchetTree.length);
  const secretTree = await createSecretTree(width, epoch.encryptionSecret, provider.kdf);
  wipe(commitSecret, epoch.joinerSecret, epoch.encryptionSecret, epoch.welcomeSecret);
  const commit = await protectPublicMessage(
    membershipKey,
    before.groupContext,
    {
      wireformat: "mls_public_message",
      content: made.commit.content,
      auth: { contentType: "commit", signature: made.commit.auth.signature, confirmationTag },
    },
    provider,
  );
  const { keySchedule } = epoch;
  return { state: { ...made.state, keySchedule, secretTree, confirmationTag }, commit };
}
