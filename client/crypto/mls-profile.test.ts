import fc from "fast-check";
import type { LeafNode } from "ts-mls/leafNode.js";
import { beforeAll, expect, test } from "vitest";
import { concat, parseHex, utf8 } from "../../shared/bytes.ts";
import { POLICY, roomOf, type Person } from "./group-world.ts";
import { createIdentity } from "./identity.ts";
import { contextExtensions, parseContextExtensions } from "./mls-policy.ts";
import { CAPABILITIES, identityOf, isUsableKey, parseIdentity, parseLeaf } from "./mls-profile.ts";
import { leafAt } from "./mls-state.ts";
import { ready, sodium } from "./sodium.ts";

beforeAll(ready);

test("[§4 who] an identity is 16 bytes of session and 1 to 48 bytes of name, and reads back", () => {
  const { session, publicKey } = createIdentity();
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (nickname) => {
      fc.pre(utf8(nickname).length <= 48);
      const identity = identityOf({ session, nickname });
      expect(parseIdentity(identity, publicKey)).toEqual({ session, nickname });
      expect(parseIdentity(identity, createIdentity().publicKey)).toBeNull();
      expect(parseIdentity(identity, publicKey.subarray(1))).toBeNull();
    }),
  );
  const name = identityOf({ session, nickname: "x" });
  expect(parseIdentity(name.subarray(0, 16), publicKey)).toBeNull();
  expect(parseIdentity(concat(name, utf8("x".repeat(48))), publicKey)).toBeNull();
  expect(parseIdentity(concat(name, Uint8Array.of(0xc0)), publicKey)).toBeNull();
});

test("[§4 who] a leaf that differs in anything but keys and name is nobody's", async () => {
  const { people } = await roomOf(["alice", "bob"]);
  const [alice, bob] = people as [Person, Person];
  const tree = bob.group.inner.mls.ratchetTree;
  const founder = leafAt(tree, 0);
  const joiner = leafAt(tree, 1);
  if (founder === null || joiner?.leafNodeSource !== "commit") throw new Error("no leaves");
  expect(parseLeaf(founder, 0)).toEqual({ session: alice.identity.session, nickname: "alice" });
  expect(parseLeaf(founder, 1)).toBeNull();
  expect(parseLeaf(joiner, 1)).toEqual({ session: bob.identity.session, nickname: "bob" });
  const others: LeafNode[] = [
    { ...joiner, capabilities: { ...CAPABILITIES, extensions: [0xf001] } },
    { ...joiner, capabilities: { ...CAPABILITIES, proposals: [8] } },
    { ...joiner, capabilities: { ...CAPABILITIES, credentials: ["basic", "x509"] } },
    { ...joiner, extensions: [{ extensionType: 0xf001, extensionData: new Uint8Array(0) }] },
    { ...joiner, credential: { credentialType: "x509", certificates: [] } },
    { ...joiner, hpkePublicKey: joiner.hpkePublicKey.subarray(1) },
    { ...joiner, hpkePublicKey: new Uint8Array(32) },
    { ...joiner, signaturePublicKey: alice.identity.publicKey },
    { ...joiner, signature: joiner.signature.subarray(1) },
    { ...joiner, parentHash: new Uint8Array(31) },
    { ...joiner, leafNodeSource: "update" },
    { ...founder, leafNodeSource: "key_package", lifetime: { notBefore: 0n, notAfter: 1n } },
  ];
  for (const leaf of others) expect(parseLeaf(leaf, 0)).toBeNull();
});

test("[§4 who] a usable key is 32 bytes below the prime and not of small order", () => {
  const last = "ff".repeat(30) + "7f";
  const unusable = [
    "",
    "09".padEnd(62, "0"),
    "09".padEnd(66, "0"),
    "00".repeat(32),
    "01".padEnd(64, "0"),
    `ec${last}`,
    `ed${last}`,
    `f6${last}`,
    `ff${last}`,
    "09".padEnd(62, "0") + "80",
  ];
  for (const key of unusable) expect(isUsableKey(parseHex(key) as Uint8Array)).toBe(false);
  for (const key of ["09".padEnd(64, "0"), `eb${last}`, `ff${"ff".repeat(29)}fe7f`]) {
    expect(isUsableKey(parseHex(key) as Uint8Array)).toBe(true);
  }
  for (let count = 0; count < 100; count++) {
    const privateKey = crypto.getRandomValues(new Uint8Array(32));
    expect(isUsableKey(sodium.crypto_scalarmult_base(privateKey))).toBe(true);
  }
});

test("[§4 policy] a policy stands in the group as it was founded, and nothing else passes for one", () => {
  const extensions = contextExtensions(POLICY);
  expect(parseContextExtensions(extensions)).toEqual(POLICY);
  const [extension] = extensions;
  if (extension === undefined) throw new Error("no extension");
  const { extensionData } = extension;
  const others = [
    [],
    [extension, extension],
    [{ ...extension, extensionType: 0xf002 }],
    [{ ...extension, extensionData: extensionData.subarray(1) }],
    [{ ...extension, extensionData: concat(extensionData, Uint8Array.of(0)) }],
    contextExtensions({ ...POLICY, memberCap: 101 }),
  ];
  for (const other of others) expect(parseContextExtensions(other)).toBeNull();
});
