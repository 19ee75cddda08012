import { createCommit } from "ts-mls/createCommit.js";
import { createApplicationMessage, createProposal } from "ts-mls/createMessage.js";
import { encodePrivateMessage } from "ts-mls/privateMessage.js";
import { beforeAll, expect, test } from "vitest";
import { utf8 } from "../../shared/bytes.ts";
import { commits, joins, reads, roomOf, seals, type Person } from "./group-world.ts";
import { openPost, sealPost } from "./posts.ts";
import { provider } from "./provider.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

const people = async (...names: string[]) =>
  (await roomOf(names)).people as [Person, Person, Person];

function sealedAt(sealed: readonly Uint8Array[], at: number): Uint8Array {
  const post = sealed[at];
  if (post === undefined) throw new Error(`no post ${at}`);
  return post;
}

test("[§1.2] a post opens for the session whose leaf sealed it, and for no other", async () => {
  const [alice, bob, carol] = await people("alice", "bob", "carol");
  const sealed = await seals(bob, "it is me");
  expect(await reads(alice, carol, sealed)).toBeNull();
  expect(await reads(alice, alice, sealed)).toBeNull();
  expect(await reads(alice, bob, sealed)).toBe("it is me");
});

test("[§1.5] posts of one epoch open in any order, each once", async () => {
  const [alice, bob] = await people("alice", "bob");
  const sealed: Uint8Array[] = [];
  for (let at = 0; at < 20; at++) sealed.push(await seals(bob, `post ${at}`));
  for (const at of [19, 3, 0, 18, 7]) {
    expect(await reads(alice, bob, sealedAt(sealed, at))).toBe(`post ${at}`);
    expect(await reads(alice, bob, sealedAt(sealed, at))).toBeNull();
  }
});

test("[§4 bounds] a jump of 128 posts opens, one of 129 does not and costs nothing", async () => {
  const [alice, bob] = await people("alice", "bob");
  const sealed: Uint8Array[] = [];
  for (let at = 0; at < 130; at++) sealed.push(await seals(bob, `post ${at}`));
  let hashes = 0;
  const { expand } = provider.kdf;
  provider.kdf.expand = (...args) => {
    hashes++;
    return expand(...args);
  };
  expect(await reads(alice, bob, sealedAt(sealed, 129))).toBeNull();
  expect(hashes).toBeLessThan(8);
  provider.kdf.expand = expand;
  expect(await reads(alice, bob, sealedAt(sealed, 128))).toBe("post 128");
});

test("[§4 splits] a replay under a new generation opens as the same text: the caller's to notice", async () => {
  const [alice, bob] = await people("alice", "bob");
  expect(await reads(alice, bob, await seals(bob, "pay me 5"))).toBe("pay me 5");
  expect(await reads(alice, bob, await seals(bob, "pay me 5"))).toBe("pay me 5");
});

test("[§4 commits] proposals and commits in private are refused before the library, state untouched", async () => {
  const [alice, bob] = await people("alice", "bob");
  const state = bob.group.inner.mls;
  const remove = { proposalType: "remove" as const, remove: { removed: 0 } };
  const proposal = await createProposal(state, false, remove, provider);
  const committed = await createCommit(
    { state, cipherSuite: provider },
    { extraProposals: [remove] },
  );
  for (const { message } of [proposal, { message: committed.commit }]) {
    if (message.wireformat !== "mls_private_message") throw new Error("not a PrivateMessage");
    const sealed = encodePrivateMessage(message.privateMessage);
    expect(await openPost(alice.group, bob.identity.session, sealed)).toBeNull();
  }
  expect(await reads(alice, bob, await seals(bob, "still here"))).toBe("still here");
});

test("[§4 bounds] a post of a coming epoch, of another group, or with data of its own stays shut", async () => {
  const [alice, bob] = await people("alice", "bob");
  const state = bob.group.inner.mls;
  const { groupContext } = state;
  const forged = [
    { ...state, groupContext: { ...groupContext, epoch: groupContext.epoch + 1n } },
    { ...state, groupContext: { ...groupContext, groupId: new Uint8Array(16) } },
  ];
  const made = [
    ...forged.map((from) => createApplicationMessage(from, utf8("x"), provider)),
    createApplicationMessage(state, utf8("x"), provider, utf8("data")),
  ];
  for (const { privateMessage } of await Promise.all(made)) {
    const sealed = encodePrivateMessage(privateMessage);
    expect(await openPost(alice.group, bob.identity.session, sealed)).toBeNull();
  }
});

test("[§1.5] damaged, cut and empty bytes open as nothing", async () => {
  const [alice, bob] = await people("alice", "bob");
  const { sealed } = await sealPost(bob.group, utf8("whole"));
  const { session } = bob.identity;
  for (let at = 0; at < sealed.length; at++) {
    const damaged = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(await openPost(alice.group, session, damaged)).toBeNull();
    expect(await openPost(alice.group, session, sealed.subarray(0, at))).toBeNull();
  }
  expect(await openPost(alice.group, session, Uint8Array.of(...sealed, 0))).toBeNull();
  expect(await openPost(alice.group, session, sealed)).toMatchObject({ plaintext: utf8("whole") });
});

test("[§4 keys] the key of a post is handed back as spent, by who seals and by who opens", async () => {
  const [alice, bob] = await people("alice", "bob");
  const made = await sealPost(bob.group, utf8("once"));
  expect(made.spent.length).toBeGreaterThan(0);
  const opened = await openPost(alice.group, bob.identity.session, made.sealed);
  expect(opened?.spent.length).toBeGreaterThan(0);
  expect(opened?.epoch).toBe(bob.group.epoch);
});

test("[§1.4] a later member on the same leaf opens nothing of the one before, and is not taken for him", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  await commits(room, alice, [bob]);
  const sealed = await seals(alice, "bob is gone");
  const carol = await joins(room, "carol");
  expect(carol.group.members.at(1)).toMatchObject({ leaf: 1, nickname: "carol" });
  expect(await reads(carol, alice, sealed)).toBeNull();
  const ofCarol = await seals(carol, "I am carol");
  expect(await reads(alice, bob, ofCarol)).toBeNull();
  expect(await reads(alice, carol, ofCarol)).toBe("I am carol");
});
