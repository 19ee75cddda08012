import { encodeGroupInfo, signGroupInfo, type GroupInfo } from "ts-mls/groupInfo.js";
import { beforeAll, expect, test } from "vitest";
import { utf8 } from "../../shared/bytes.ts";
import { routeIdOf } from "../../shared/ids.ts";
import { MAX_GROUP_INFO_BYTES } from "../../shared/limits.ts";
import { sealDeterministic } from "./envelope.ts";
import {
  groupInfoOf,
  matchesGroup,
  MAX_PLAIN_GROUP_INFO_BYTES,
  readGroupInfo,
  rebuiltGroupInfo,
} from "./group-info.ts";
import {
  commits,
  foundedBy,
  joins,
  newcomer,
  POLICY,
  roomOf,
  type Person,
  type Room,
} from "./group-world.ts";
import { join } from "./group.ts";
import { contextExtensions } from "./mls-policy.ts";
import { provider } from "./provider.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

const joinBy = async (room: Room, groupInfo: Uint8Array) =>
  join({ ...newcomer("eve"), routeId: room.routeId, groupInfo });

test("[§2 lost order] a member's GroupInfo of my epoch matches, whoever signed it", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  for (const one of room.people) {
    const groupInfo = await groupInfoOf(one.group);
    for (const { group } of room.people) expect(await matchesGroup(group, groupInfo)).toBe(true);
    expect(await joinBy(room, groupInfo)).not.toBeNull();
  }
});

test("[§2 lost order] one of another epoch or room, or with a byte changed, does not match", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  const earlier = await groupInfoOf(bob.group);
  await commits(room, alice);
  const groupInfo = await groupInfoOf(bob.group);
  expect(await matchesGroup(alice.group, groupInfo)).toBe(true);
  expect(await matchesGroup(alice.group, earlier)).toBe(false);
  const other = await roomOf(["alice", "bob"]);
  expect(await matchesGroup((other.people as [Person])[0].group, groupInfo)).toBe(false);
  for (let at = 0; at < groupInfo.length; at++) {
    const damaged = Uint8Array.from(groupInfo, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(await matchesGroup(alice.group, damaged)).toBe(false);
  }
});

test("[§4 commits] every member rebuilds the committer's GroupInfo, byte for byte", async () => {
  const room = await roomOf(["alice", "bob", "carol", "dave"]);
  const [alice, bob, carol] = room.people as [Person, Person, Person];
  await commits(room, bob, [carol]);
  await joins(room, "erin");
  await commits(room, alice);
  const read = readGroupInfo(room.groupInfo, room.routeId);
  if (read === null) throw new Error("unreadable");
  const { signer, signature } = read.info;
  expect(signer).toBe(0);
  for (const { group } of room.people) {
    expect(await rebuiltGroupInfo(group.inner.mls, signer, signature)).toEqual(room.groupInfo);
    expect(await rebuiltGroupInfo(group.inner.mls, 1, signature)).toBeNull();
  }
});

test("[§4 who] a joiner refuses a GroupInfo with any byte changed, cut or added", async () => {
  const room = await roomOf(["alice", "bob"]);
  const { groupInfo } = room;
  for (let at = 0; at < groupInfo.length; at += 3) {
    const damaged = Uint8Array.from(groupInfo, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(await joinBy(room, damaged)).toBeNull();
    expect(await joinBy(room, groupInfo.subarray(0, at))).toBeNull();
  }
  expect(await joinBy(room, Uint8Array.of(...groupInfo, 0))).toBeNull();
  expect(await joinBy(room, groupInfo)).not.toBeNull();
});

test("[§4 who] a joiner refuses another room's GroupInfo, and who is in it already", async () => {
  const room = await foundedBy("alice");
  const { routeId, groupInfo } = room;
  const elsewhere = routeIdOf(new Uint8Array(16));
  expect(await join({ ...newcomer("bob"), routeId: elsewhere, groupInfo })).toBeNull();
  const [alice] = room.people as [Person];
  expect(
    await join({ identity: alice.identity, nickname: "alice", routeId, groupInfo }),
  ).toBeNull();
});

test("[§4 who] a GroupInfo that a member signed with other extensions, suite or signer is refused", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  const read = readGroupInfo(room.groupInfo, room.routeId);
  if (read === null) throw new Error("unreadable");
  const { info } = read;
  const signed = async (change: Partial<GroupInfo>) =>
    encodeGroupInfo(
      await signGroupInfo(
        { ...info, signer: 1, ...change },
        bob.identity.privateKey,
        provider.signature,
      ),
    );
  const context = info.groupContext;
  const [policy] = context.extensions as [GroupInfo["extensions"][number]];
  const [externalPub, tree] = info.extensions as [typeof policy, typeof policy];
  expect(await joinBy(room, await signed({}))).not.toBeNull();
  const changes: Partial<GroupInfo>[] = [
    { signer: 0 },
    { signer: 7 },
    { extensions: [tree, externalPub] },
    { extensions: [externalPub, tree, { extensionType: 0xf002, extensionData: utf8("card") }] },
    { extensions: [externalPub] },
    { extensions: [{ ...externalPub, extensionData: new Uint8Array(32) }, tree] },
    { groupContext: { ...context, extensions: [] } },
    { groupContext: { ...context, extensions: [policy, policy] } },
    {
      groupContext: { ...context, extensions: [{ ...policy, extensionData: new Uint8Array(14) }] },
    },
    { groupContext: { ...context, treeHash: new Uint8Array(32) } },
    { groupContext: { ...context, cipherSuite: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519" } },
  ];
  for (const change of changes) expect(await joinBy(room, await signed(change))).toBeNull();
  expect(alice.group.members.length).toBe(2);
});

test("[§4 bounds] a tree with more places than the room may have members is refused", async () => {
  const room = await roomOf(["alice", "bob", "carol", "dave"]);
  const [alice, bob, carol, dave] = room.people as [Person, Person, Person, Person];
  await commits(room, alice, [bob, carol]);
  const read = readGroupInfo(room.groupInfo, room.routeId);
  if (read === null) throw new Error("unreadable");
  const signedWithCap = async (memberCap: number) => {
    const extensions = contextExtensions({ ...POLICY, memberCap });
    const groupContext = { ...read.info.groupContext, extensions };
    const { privateKey } = dave.identity;
    const tbs = { ...read.info, signer: 3, groupContext };
    return encodeGroupInfo(await signGroupInfo(tbs, privateKey, provider.signature));
  };
  expect(await joinBy(room, await signedWithCap(4))).not.toBeNull();
  expect(await joinBy(room, await signedWithCap(3))).toBeNull();
});

test("[§4 bounds] the sealed GroupInfo of 100 members with the longest names is within 32 KiB", async () => {
  const name = (at: number) => String(at).padEnd(48, "x");
  const room = await foundedBy(name(0));
  for (let at = 1; at < 100; at++) {
    await joins(room, name(at));
    room.people.splice(1, room.people.length - 2);
  }
  const [first, last] = room.people as [Person, Person];
  expect(last.group.members.length).toBe(100);
  await commits(room, first);
  expect(room.groupInfo.length).toBeLessThanOrEqual(MAX_PLAIN_GROUP_INFO_BYTES);
  const sealed = sealDeterministic(new Uint8Array(32), utf8("header"), room.groupInfo);
  expect(sealed?.length).toBe(MAX_GROUP_INFO_BYTES);
  expect(await matchesGroup(last.group, room.groupInfo)).toBe(true);
});
