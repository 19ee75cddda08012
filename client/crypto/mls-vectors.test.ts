/**
 * The MLS working group's own vectors for cipher suite 0x0003, run through ts-mls with our provider.
 * The formats are described in test-vectors.md beside them. They are read, not copied: from the folder
 * that MAYFLY_VECTORS names, or from `shared/vectors` beside the repository.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decodeAuthenticatedContent } from "ts-mls/authenticatedContent.js";
import { determineLength } from "ts-mls/codec/variableLength.js";
import { decodeCommit, encodeCommit } from "ts-mls/commit.js";
import { applyUpdatePathSecret } from "ts-mls/createCommit.js";
import { refhash } from "ts-mls/crypto/hash.js";
import { decryptWithLabel, encryptWithLabel } from "ts-mls/crypto/hpke.js";
import { deriveSecret, deriveTreeSecret, expandWithLabel } from "ts-mls/crypto/kdf.js";
import { signWithLabel, verifyWithLabel } from "ts-mls/crypto/signature.js";
import {
  createContentCommitSignature,
  createConfirmationTag,
  verifyConfirmationTag,
} from "ts-mls/framedContent.js";
import { encodeGroupContext, type GroupContext } from "ts-mls/groupContext.js";
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from "ts-mls/groupInfo.js";
import { makeKeyPackageRef } from "ts-mls/keyPackage.js";
import { defaultKeyRetentionConfig } from "ts-mls/keyRetentionConfig.js";
import { initializeEpoch, mlsExporter } from "ts-mls/keySchedule.js";
import { verifyLeafNodeSignature } from "ts-mls/leafNode.js";
import { decodeMlsMessage, type MLSMessage } from "ts-mls/message.js";
import { protect, unprotectPrivateMessage } from "ts-mls/messageProtection.js";
import { protectApplicationData, protectProposal } from "ts-mls/messageProtection.js";
import { protectProposalPublic, protectPublicMessage } from "ts-mls/messageProtectionPublic.js";
import { unprotectPublicMessage } from "ts-mls/messageProtectionPublic.js";
import { verifyParentHashes } from "ts-mls/parentHash.js";
import { getCommitSecret, type PathSecrets } from "ts-mls/pathSecrets.js";
import { computePskSecret, type PreSharedKeyID } from "ts-mls/presharedkey.js";
import { toPrivateKeyPath, updateLeafKey } from "ts-mls/privateKeyPath.js";
import { decodeProposal, encodeProposal } from "ts-mls/proposal.js";
import {
  decodeRatchetTree,
  encodeRatchetTree,
  getHpkePublicKey,
  resolution,
  type RatchetTree,
} from "ts-mls/ratchetTree.js";
import { createSecretTree, ratchetToGeneration } from "ts-mls/secretTree.js";
import { expandSenderDataKey, expandSenderDataNonce } from "ts-mls/sender.js";
import { createConfirmedHash, createInterimHash } from "ts-mls/transcriptHash.js";
import { treeHash, treeHashRoot } from "ts-mls/treeHash.js";
import {
  left,
  leafToNodeIndex,
  nodeToLeafIndex,
  nodeWidth,
  parent,
  right,
  root,
  sibling,
  toLeafIndex,
  toNodeIndex,
} from "ts-mls/treemath.js";
import { applyUpdatePath, createUpdatePath, decodeUpdatePath } from "ts-mls/updatePath.js";
import { decryptGroupInfo, decryptGroupSecrets } from "ts-mls/welcome.js";
import { beforeAll, describe, expect, it } from "vitest";
import { parseHex, toHex, type Bytes } from "../../shared/bytes.ts";
import { provider } from "./provider.ts";
import { ready } from "./sodium.ts";

const FOLDER =
  process.env["MAYFLY_VECTORS"] ??
  fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
const isMissing = !existsSync(FOLDER);
const SUITE = 3;
const NONE = new Uint8Array(0);
const NO_PADDING = { kind: "alwaysPad", paddingLength: 0 } as const;

interface Labelled {
  readonly label: string;
  readonly out: string;
}
type Derived = Labelled & { readonly secret: string };
interface OfSuite {
  readonly cipher_suite?: number;
}
interface CryptoBasics extends OfSuite {
  readonly ref_hash: Labelled & { readonly value: string };
  readonly derive_secret: Derived;
  readonly derive_tree_secret: Derived & { readonly generation: number; readonly length: number };
  readonly expand_with_label: Derived & { readonly context: string; readonly length: number };
  readonly encrypt_with_label: Record<
    "label" | "context" | "plaintext" | "priv" | "pub" | "kem_output" | "ciphertext",
    string
  >;
  readonly sign_with_label: Record<"label" | "content" | "priv" | "pub" | "signature", string>;
}
/** What the key schedule gives besides the exporter, under the vectors' names. */
type Secrets = Record<
  | "joiner_secret"
  | "welcome_secret"
  | "encryption_secret"
  | "init_secret"
  | "sender_data_secret"
  | "exporter_secret"
  | "external_secret"
  | "confirmation_key"
  | "membership_key"
  | "resumption_psk"
  | "epoch_authenticator",
  string
>;
type Epoch = Secrets &
  Record<
    | "commit_secret"
    | "psk_secret"
    | "tree_hash"
    | "confirmed_transcript_hash"
    | "group_context"
    | "external_pub",
    string
  > & {
    readonly exporter: {
      readonly label: string;
      readonly context: string;
      readonly length: number;
      readonly secret: string;
    };
  };
interface KeyScheduleCase extends OfSuite {
  readonly group_id: string;
  readonly initial_init_secret: string;
  readonly epochs: readonly Epoch[];
}
type TranscriptCase = OfSuite &
  Record<
    | "confirmation_key"
    | "authenticated_content"
    | "interim_transcript_hash_before"
    | "confirmed_transcript_hash_after"
    | "interim_transcript_hash_after",
    string
  >;
interface PskCase extends OfSuite {
  readonly psks: readonly Record<"psk_id" | "psk" | "psk_nonce", string>[];
  readonly psk_secret: string;
}
type Generation = { readonly generation: number } & Record<
  "application_key" | "application_nonce" | "handshake_key" | "handshake_nonce",
  string
>;
interface SecretTreeCase extends OfSuite {
  readonly encryption_secret: string;
  readonly sender_data: Record<"sender_data_secret" | "ciphertext" | "key" | "nonce", string>;
  readonly leaves: readonly (readonly Generation[])[];
}
type ProtectionCase = OfSuite & { readonly epoch: number } & Record<
    | "group_id"
    | "tree_hash"
    | "confirmed_transcript_hash"
    | "signature_priv"
    | "signature_pub"
    | "encryption_secret"
    | "sender_data_secret"
    | "membership_key"
    | "proposal"
    | "proposal_priv"
    | "proposal_pub"
    | "commit"
    | "commit_priv"
    | "commit_pub"
    | "application"
    | "application_priv",
    string
  >;
interface TreeCase extends OfSuite {
  readonly tree: string;
  readonly group_id: string;
  readonly tree_hashes: readonly string[];
  readonly resolutions: readonly (readonly number[])[];
}
interface LeafKeys {
  readonly index: number;
  readonly encryption_priv: string;
  readonly signature_priv: string;
  readonly path_secrets: readonly { readonly node: number; readonly path_secret: string }[];
}
interface TreeKemCase extends OfSuite {
  readonly group_id: string;
  readonly epoch: number;
  readonly confirmed_transcript_hash: string;
  readonly ratchet_tree: string;
  readonly leaves_private: readonly LeafKeys[];
  readonly update_paths: readonly {
    readonly sender: number;
    readonly update_path: string;
    readonly tree_hash_after: string;
    readonly commit_secret: string;
    readonly path_secrets: readonly (string | null)[];
  }[];
}
type WelcomeCase = OfSuite & Record<"init_priv" | "key_package" | "signer_pub" | "welcome", string>;
interface TreeMathCase extends OfSuite {
  readonly n_leaves: number;
  readonly n_nodes: number;
  readonly root: number;
  readonly left: readonly (number | null)[];
  readonly right: readonly (number | null)[];
  readonly parent: readonly (number | null)[];
  readonly sibling: readonly (number | null)[];
}
interface LengthCase extends OfSuite {
  readonly vlbytes_header: string;
  readonly length: number;
}

/** All cases of one file that apply to our suite; those without a suite apply to every one. */
function cases<T extends OfSuite>(name: string, count: number): T[] {
  const all = JSON.parse(readFileSync(`${FOLDER}/mls/${name}.json`, "utf8")) as T[];
  const ours = all.filter((one) => (one.cipher_suite ?? SUITE) === SUITE);
  expect(ours, `cases of ${name} for suite 3`).toHaveLength(count);
  return ours;
}

function hex(text: string): Bytes {
  const bytes = parseHex(text);
  if (bytes === null) throw new Error("a vector is not hex");
  return bytes;
}

/** The value of a decoding that must take the whole text. */
function whole<T>(
  decode: (bytes: Uint8Array, offset: number) => [T, number] | undefined,
  text: string,
): T {
  const bytes = hex(text);
  const [value, end] = decode(bytes, 0) ?? [];
  expect(end).toBe(bytes.length);
  return value as T;
}

const contextOf = (
  vector: {
    readonly group_id: string;
    readonly epoch: number;
    readonly tree_hash?: string;
    readonly confirmed_transcript_hash: string;
  },
  changes: Partial<GroupContext> = {},
): GroupContext => ({
  version: "mls10",
  cipherSuite: provider.name,
  groupId: hex(vector.group_id),
  epoch: BigInt(vector.epoch),
  treeHash: hex(vector.tree_hash ?? ""),
  confirmedTranscriptHash: hex(vector.confirmed_transcript_hash),
  extensions: [],
  ...changes,
});

const title = isMissing
  ? "MLS vectors for suite 3 (skipped: no vectors beside the repository, and MAYFLY_VECTORS names none)"
  : "MLS vectors for suite 3";

describe.skipIf(isMissing)(title, () => {
  beforeAll(ready);

  it("crypto-basics", async () => {
    for (const one of cases<CryptoBasics>("crypto-basics", 1)) {
      const { ref_hash, derive_secret, derive_tree_secret, expand_with_label } = one;
      const { encrypt_with_label: sealing, sign_with_label: signing } = one;
      const { hash, kdf, hpke, signature } = provider;

      expect(toHex(await refhash(ref_hash.label, hex(ref_hash.value), hash))).toBe(ref_hash.out);
      expect(toHex(await deriveSecret(hex(derive_secret.secret), derive_secret.label, kdf))).toBe(
        derive_secret.out,
      );
      const { secret, label, generation, length } = derive_tree_secret;
      expect(toHex(await deriveTreeSecret(hex(secret), label, generation, length, kdf))).toBe(
        derive_tree_secret.out,
      );
      const expanded = await expandWithLabel(
        hex(expand_with_label.secret),
        expand_with_label.label,
        hex(expand_with_label.context),
        expand_with_label.length,
        kdf,
      );
      expect(toHex(expanded)).toBe(expand_with_label.out);

      const [pub, content] = [hex(signing.pub), hex(signing.content)];
      expect(
        await verifyWithLabel(pub, signing.label, content, hex(signing.signature), signature),
      ).toBe(true);
      // Ed25519 is deterministic, so our signature must be the vector's; its private key is a seed.
      expect(toHex(await signWithLabel(hex(signing.priv), signing.label, content, signature))).toBe(
        signing.signature,
      );

      const privateKey = await hpke.importPrivateKey(hex(sealing.priv));
      const publicKey = await hpke.importPublicKey(hex(sealing.pub));
      const context = hex(sealing.context);
      const opened = await decryptWithLabel(
        privateKey,
        sealing.label,
        context,
        hex(sealing.kem_output),
        hex(sealing.ciphertext),
        hpke,
      );
      expect(toHex(opened)).toBe(sealing.plaintext);
      const { ct, enc } = await encryptWithLabel(
        publicKey,
        sealing.label,
        context,
        hex(sealing.plaintext),
        hpke,
      );
      const again = await decryptWithLabel(privateKey, sealing.label, context, enc, ct, hpke);
      expect(toHex(again)).toBe(sealing.plaintext);
    }
  });

  it("key-schedule", async () => {
    for (const one of cases<KeyScheduleCase>("key-schedule", 1)) {
      expect(one.epochs).toHaveLength(5);
      let initSecret: Uint8Array = hex(one.initial_init_secret);
      for (const [index, epoch] of one.epochs.entries()) {
        const context = contextOf({ ...epoch, group_id: one.group_id, epoch: index });
        expect(toHex(encodeGroupContext(context))).toBe(epoch.group_context);
        const derived = await initializeEpoch(
          initSecret,
          hex(epoch.commit_secret),
          context,
          hex(epoch.psk_secret),
          provider.kdf,
        );
        const schedule = derived.keySchedule;
        expect({
          joiner_secret: toHex(derived.joinerSecret),
          welcome_secret: toHex(derived.welcomeSecret),
          encryption_secret: toHex(derived.encryptionSecret),
          init_secret: toHex(schedule.initSecret),
          sender_data_secret: toHex(schedule.senderDataSecret),
          exporter_secret: toHex(schedule.exporterSecret),
          external_secret: toHex(schedule.externalSecret),
          confirmation_key: toHex(schedule.confirmationKey),
          membership_key: toHex(schedule.membershipKey),
          resumption_psk: toHex(schedule.resumptionPsk),
          epoch_authenticator: toHex(schedule.epochAuthenticator),
        }).toEqual({
          joiner_secret: epoch.joiner_secret,
          welcome_secret: epoch.welcome_secret,
          encryption_secret: epoch.encryption_secret,
          init_secret: epoch.init_secret,
          sender_data_secret: epoch.sender_data_secret,
          exporter_secret: epoch.exporter_secret,
          external_secret: epoch.external_secret,
          confirmation_key: epoch.confirmation_key,
          membership_key: epoch.membership_key,
          resumption_psk: epoch.resumption_psk,
          epoch_authenticator: epoch.epoch_authenticator,
        });
        const external = await provider.hpke.deriveKeyPair(hex(epoch.external_secret));
        expect(toHex(await provider.hpke.exportPublicKey(external.publicKey))).toBe(
          epoch.external_pub,
        );
        const { label, context: exporterContext, length, secret } = epoch.exporter;
        expect(
          toHex(
            await mlsExporter(
              schedule.exporterSecret,
              label,
              hex(exporterContext),
              length,
              provider,
            ),
          ),
        ).toBe(secret);
        initSecret = schedule.initSecret;
      }
    }
  });

  it("transcript-hashes", async () => {
    for (const one of cases<TranscriptCase>("transcript-hashes", 1)) {
      const { content, auth, wireformat } = whole(
        decodeAuthenticatedContent,
        one.authenticated_content,
      );
      if (content.contentType !== "commit" || auth.contentType !== "commit") {
        throw new Error("the vector holds no commit");
      }
      const confirmed = hex(one.confirmed_transcript_hash_after);
      expect(
        await verifyConfirmationTag(
          hex(one.confirmation_key),
          auth.confirmationTag,
          confirmed,
          provider.hash,
        ),
      ).toBe(true);
      const before = hex(one.interim_transcript_hash_before);
      const input = { wireformat, content, signature: auth.signature };
      expect(await createConfirmedHash(before, input, provider.hash)).toEqual(confirmed);
      expect(toHex(await createInterimHash(confirmed, auth.confirmationTag, provider.hash))).toBe(
        one.interim_transcript_hash_after,
      );
    }
  });

  it("psk_secret", async () => {
    for (const one of cases<PskCase>("psk_secret", 11)) {
      const psks = one.psks.map((psk): [PreSharedKeyID, Uint8Array] => [
        { psktype: "external", pskId: hex(psk.psk_id), pskNonce: hex(psk.psk_nonce) },
        hex(psk.psk),
      ]);
      expect(toHex(await computePskSecret(psks, provider))).toBe(one.psk_secret);
    }
  });

  it("secret-tree", async () => {
    let checked = 0;
    for (const one of cases<SecretTreeCase>("secret-tree", 3)) {
      const { sender_data_secret, ciphertext, key, nonce } = one.sender_data;
      const sample = [provider, hex(sender_data_secret), hex(ciphertext)] as const;
      expect(toHex(await expandSenderDataKey(...sample))).toBe(key);
      expect(toHex(await expandSenderDataNonce(...sample))).toBe(nonce);

      const { leaves } = one;
      let tree = await createSecretTree(leaves.length, hex(one.encryption_secret), provider.kdf);
      for (const [leafIndex, generations] of leaves.entries()) {
        for (const expected of generations) {
          for (const [kind, type] of [
            ["application", "application"],
            ["handshake", "commit"],
          ] as const) {
            const sender = {
              leafIndex,
              generation: expected.generation,
              reuseGuard: new Uint8Array(4) as Uint8Array & { length: 4 },
            };
            const got = await ratchetToGeneration(
              tree,
              sender,
              type,
              defaultKeyRetentionConfig,
              provider,
            );
            expect(toHex(got.key)).toBe(expected[`${kind}_key`]);
            expect(toHex(got.nonce)).toBe(expected[`${kind}_nonce`]);
            tree = got.newTree;
            checked++;
          }
        }
      }
    }
    expect(checked).toBe((1 + 8 + 32) * 2 * 2);
  });

  it("message-protection", async () => {
    for (const one of cases<ProtectionCase>("message-protection", 1)) {
      const context = contextOf(one);
      const [signer, verifier] = [hex(one.signature_priv), hex(one.signature_pub)];
      const [membershipKey, senderSecret] = [hex(one.membership_key), hex(one.sender_data_secret)];
      const freshTree = () => createSecretTree(2, hex(one.encryption_secret), provider.kdf);
      const openPublic = async (sealed: MLSMessage) => {
        if (sealed.wireformat !== "mls_public_message") throw new Error("not public");
        const opened = await unprotectPublicMessage(
          membershipKey,
          context,
          [],
          sealed.publicMessage,
          provider,
          verifier,
        );
        return opened.content;
      };
      const openPrivate = async (sealed: MLSMessage) => {
        if (sealed.wireformat !== "mls_private_message") throw new Error("not private");
        const opened = await unprotectPrivateMessage(
          senderSecret,
          sealed.privateMessage,
          await freshTree(),
          [],
          context,
          defaultKeyRetentionConfig,
          provider,
          verifier,
        );
        return opened.content.content;
      };
      type Opened = Awaited<ReturnType<typeof openPrivate | typeof openPublic>>;
      const textOf = (content: Opened) => {
        if (content.contentType === "proposal") return toHex(encodeProposal(content.proposal));
        if (content.contentType === "commit") return toHex(encodeCommit(content.commit));
        return toHex(content.applicationData);
      };
      const read = (name: keyof ProtectionCase & `${string}_${"pub" | "priv"}`) =>
        whole(decodeMlsMessage, one[name]);
      const asPrivate = (privateMessage: unknown) =>
        ({ version: "mls10", wireformat: "mls_private_message", privateMessage }) as MLSMessage;
      const asPublic = (publicMessage: unknown) =>
        ({ version: "mls10", wireformat: "mls_public_message", publicMessage }) as MLSMessage;

      // What others protected, we open.
      expect(textOf(await openPublic(read("proposal_pub")))).toBe(one.proposal);
      expect(textOf(await openPublic(read("commit_pub")))).toBe(one.commit);
      expect(textOf(await openPrivate(read("proposal_priv")))).toBe(one.proposal);
      expect(textOf(await openPrivate(read("commit_priv")))).toBe(one.commit);
      expect(textOf(await openPrivate(read("application_priv")))).toBe(one.application);

      // What we protect, we open again.
      const proposal = whole(decodeProposal, one.proposal);
      const commit = whole(decodeCommit, one.commit);
      const publicProposal = await protectProposalPublic(
        signer,
        membershipKey,
        context,
        NONE,
        proposal,
        1,
        provider,
      );
      expect(textOf(await openPublic(asPublic(publicProposal.publicMessage)))).toBe(one.proposal);
      const privateProposal = await protectProposal(
        signer,
        senderSecret,
        proposal,
        NONE,
        context,
        await freshTree(),
        1,
        NO_PADDING,
        provider,
      );
      expect(textOf(await openPrivate(asPrivate(privateProposal.privateMessage)))).toBe(
        one.proposal,
      );
      const application = await protectApplicationData(
        signer,
        senderSecret,
        hex(one.application),
        NONE,
        context,
        await freshTree(),
        1,
        NO_PADDING,
        provider,
      );
      expect(textOf(await openPrivate(asPrivate(application.privateMessage)))).toBe(
        one.application,
      );
      const confirmationTag = await createConfirmationTag(
        new Uint8Array(32),
        context.confirmedTranscriptHash,
        provider.hash,
      );
      const signed = (wireformat: "mls_public_message" | "mls_private_message") =>
        createContentCommitSignature(
          context,
          wireformat,
          commit,
          { senderType: "member", leafIndex: 1 },
          NONE,
          signer,
          provider.signature,
        );
      const { framedContent, signature } = await signed("mls_public_message");
      const publicCommit = await protectPublicMessage(
        membershipKey,
        context,
        {
          wireformat: "mls_public_message",
          content: framedContent,
          auth: { contentType: "commit", signature, confirmationTag },
        },
        provider,
      );
      expect(textOf(await openPublic(asPublic(publicCommit)))).toBe(one.commit);
      const forPrivate = await signed("mls_private_message");
      const privateCommit = await protect(
        senderSecret,
        NONE,
        context,
        await freshTree(),
        {
          contentType: "commit",
          commit,
          auth: { contentType: "commit", signature: forPrivate.signature, confirmationTag },
        },
        1,
        NO_PADDING,
        provider,
      );
      expect(textOf(await openPrivate(asPrivate(privateCommit.privateMessage)))).toBe(one.commit);

      // An application message must not go out as a PublicMessage (RFC 9420 §6.2).
      const content = {
        contentType: "application",
        applicationData: hex(one.application),
        groupId: context.groupId,
        epoch: context.epoch,
        sender: { senderType: "member", leafIndex: 1 },
        authenticatedData: NONE,
      } as const;
      await expect(
        protectPublicMessage(
          membershipKey,
          context,
          {
            wireformat: "mls_public_message",
            content,
            auth: { contentType: "application", signature: new Uint8Array(64) },
          },
          provider,
        ),
      ).rejects.toThrow("application");
    }
  });

  it("tree-validation", async () => {
    let leaves = 0;
    for (const one of cases<TreeCase>("tree-validation", 14)) {
      const tree = whole(decodeRatchetTree, one.tree);
      expect(toHex(encodeRatchetTree(tree))).toBe(one.tree);
      for (const [index, expected] of one.tree_hashes.entries()) {
        expect(toHex(await treeHash(tree, toNodeIndex(index), provider.hash))).toBe(expected);
      }
      for (const [index, expected] of one.resolutions.entries()) {
        expect(resolution(tree, toNodeIndex(index))).toEqual(expected);
      }
      expect(await verifyParentHashes(tree, provider.hash)).toBe(true);
      for (const [index, node] of tree.entries()) {
        if (node?.nodeType !== "leaf") continue;
        const leafIndex = nodeToLeafIndex(toNodeIndex(index));
        const groupId = hex(one.group_id);
        expect(
          await verifyLeafNodeSignature(node.leaf, groupId, leafIndex, provider.signature),
        ).toBe(true);
        leaves++;
      }
    }
    expect(leaves).toBe(161);
  });

  it("treekem", { timeout: 120_000 }, async () => {
    let received = 0;
    for (const one of cases<TreeKemCase>("treekem", 11)) {
      const tree = whole(decodeRatchetTree, one.ratchet_tree);
      const members = await Promise.all(
        one.leaves_private.map(async (leaf) => {
          const secrets: PathSecrets = Object.fromEntries(
            leaf.path_secrets.map((at) => [at.node, hex(at.path_secret)]),
          );
          await expectKeysToFit(tree, leaf, secrets);
          const path = await toPrivateKeyPath(secrets, leaf.index, provider);
          return {
            index: leaf.index,
            signer: hex(leaf.signature_priv),
            path: updateLeafKey(path, hex(leaf.encryption_priv)),
          };
        }),
      );
      for (const update of one.update_paths) {
        const sender = toLeafIndex(update.sender);
        const signer = members.find((member) => member.index === update.sender)?.signer;
        if (signer === undefined) throw new Error("the vector lacks the sender's keys");

        const path = whole(decodeUpdatePath, update.update_path);
        const after = await applyUpdatePath(tree, sender, path, provider.hash);
        const hashAfter = await treeHashRoot(after, provider.hash);
        expect(toHex(hashAfter)).toBe(update.tree_hash_after);
        expect(await verifyParentHashes(after, provider.hash)).toBe(true);
        const context = contextOf(one, { treeHash: hashAfter });

        const before = contextOf(one, { treeHash: await treeHashRoot(tree, provider.hash) });
        const [ownTree, own, ownSecrets] = await createUpdatePath(
          tree,
          sender,
          before,
          signer,
          provider,
        );
        const ownContext = {
          ...before,
          epoch: before.epoch + 1n,
          treeHash: await treeHashRoot(ownTree, provider.hash),
        };
        const rootSecret = ownSecrets.at(-1)?.secret ?? NONE;
        const ownCommitSecret = await deriveSecret(rootSecret, "path", provider.kdf);

        for (const member of members) {
          const expected = update.path_secrets[member.index];
          if (member.index === update.sender) {
            expect(expected).toBeNull();
            continue;
          }
          const open = (at: GroupContext, sealed: typeof path) =>
            applyUpdatePathSecret(tree, member.path, sender, at, sealed, [], provider);
          const got = await open(context, path);
          expect(toHex(got.pathSecret)).toBe(expected);
          const secret = await getCommitSecret(
            after,
            toNodeIndex(got.nodeIndex),
            got.pathSecret,
            provider.kdf,
          );
          expect(toHex(secret)).toBe(update.commit_secret);

          const ours = await open(ownContext, own);
          const ourSecret = await getCommitSecret(
            ownTree,
            toNodeIndex(ours.nodeIndex),
            ours.pathSecret,
            provider.kdf,
          );
          expect(ourSecret).toEqual(ownCommitSecret);
          received++;
        }
      }
    }
    expect(received).toBe(328);
  });

  it("welcome", async () => {
    for (const one of cases<WelcomeCase>("welcome", 1)) {
      const sealed = whole(decodeMlsMessage, one.welcome);
      const packed = whole(decodeMlsMessage, one.key_package);
      if (sealed.wireformat !== "mls_welcome" || packed.wireformat !== "mls_key_package") {
        throw new Error("the vector holds other things");
      }
      const reference = await makeKeyPackageRef(packed.keyPackage, provider.hash);
      const secrets = await decryptGroupSecrets(
        await provider.hpke.importPrivateKey(hex(one.init_priv)),
        reference,
        sealed.welcome,
        provider.hpke,
      );
      if (secrets === undefined) throw new Error("the group secrets did not open");
      const noPsk = new Uint8Array(provider.kdf.size);
      const info = await decryptGroupInfo(sealed.welcome, secrets.joinerSecret, noPsk, provider);
      if (info === undefined) throw new Error("the GroupInfo did not open");
      expect(
        await verifyGroupInfoConfirmationTag(info, secrets.joinerSecret, noPsk, provider),
      ).toBe(true);
      const signer = hex(one.signer_pub);
      expect(await verifyGroupInfoSignature(info, signer, provider.signature)).toBe(true);
    }
  });

  it("tree-math", () => {
    const orNull = (compute: () => number) => {
      try {
        return compute();
      } catch {
        return null;
      }
    };
    for (const one of cases<TreeMathCase>("tree-math", 10)) {
      const leaves: number = one.n_leaves;
      expect(nodeWidth(leaves)).toBe(one.n_nodes);
      expect(root(leaves)).toBe(one.root);
      const nodes = Array.from({ length: one.n_nodes }, (_, index) => toNodeIndex(index));
      expect(nodes.map((node) => orNull(() => left(node)))).toEqual(one.left);
      expect(nodes.map((node) => orNull(() => right(node)))).toEqual(one.right);
      expect(nodes.map((node) => orNull(() => parent(node, leaves)))).toEqual(one.parent);
      expect(nodes.map((node) => orNull(() => sibling(node, leaves)))).toEqual(one.sibling);
    }
  });

  it("deserialization", () => {
    for (const one of cases<LengthCase>("deserialization", 14)) {
      expect(determineLength(hex(one.vlbytes_header)).length).toBe(one.length);
    }
  });
});

/** Every private key that a leaf is given fits the public tree. */
async function expectKeysToFit(
  tree: RatchetTree,
  leaf: LeafKeys,
  secrets: PathSecrets,
): Promise<void> {
  const { hpke } = provider;
  const publicAt = (index: number) => {
    const node = tree[index];
    if (node === undefined) throw new Error("a key is given for a blank node");
    return toHex(getHpkePublicKey(node));
  };
  const own = await hpke.importPrivateKey(hex(leaf.encryption_priv));
  const publicKey = publicAt(leafToNodeIndex(toLeafIndex(leaf.index)));
  const sealed = await hpke.seal(await hpke.importPublicKey(hex(publicKey)), NONE, NONE);
  await expect(hpke.open(own, sealed.enc, sealed.ct, NONE)).resolves.toHaveLength(0);
  for (const [index, secret] of Object.entries(secrets)) {
    const pair = await hpke.deriveKeyPair(await deriveSecret(secret, "node", provider.kdf));
    expect(toHex(await hpke.exportPublicKey(pair.publicKey))).toBe(publicAt(Number(index)));
  }
}
