import { encodeGroupState } from "ts-mls/clientState.js";
import { beforeAll, expect, test } from "vitest";
import {
  commits,
  deliver,
  foundedBy,
  joins,
  newcomer,
  POLICY,
  reads,
  recordOf,
  roomOf,
  seals,
  type Person,
  type Room,
} from "./group-world.ts";
import { adoptJoin, apply, commit, found, join, wipeGroup } from "./group.ts";
import { secretsOf } from "./mls-state.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

const named = (room: Room, nickname: string): Person => {
  const person = room.people.find((one) => one.nickname === nickname);
  if (person === undefined) throw new Error(`${nickname} is not in the room`);
  return person;
};
const nicknames = (person: Person) => person.group.members.map(({ nickname }) => nickname);

test("[§1.3] alice founds a room, bob and carol join, and all three hold one roster", async () => {
  const room = await foundedBy("alice");
  expect(named(room, "alice").group).toMatchObject({ epoch: 0n, policy: POLICY });
  await joins(room, "bob");
  await joins(room, "carol");
  const [alice] = room.people;
  for (const person of room.people) {
    expect(person.group.members).toEqual(alice?.group.members);
    expect(person.group.authenticator).toEqual(alice?.group.authenticator);
    expect(person.group).toMatchObject({ epoch: 2n, me: person.identity.session, policy: POLICY });
  }
  expect(alice?.group.members).toEqual(
    room.people.map(({ nickname, identity }, leaf) => ({
      leaf,
      nickname,
      session: identity.session,
    })),
  );
});

test("[§1.2] what each says, every other reads as his", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  for (const speaker of room.people) {
    const sealed = await seals(speaker, `I am ${speaker.nickname}`);
    for (const other of room.people) {
      if (other === speaker) continue;
      for (const claimed of room.people.filter((one) => one !== speaker)) {
        expect(await reads(other, claimed, sealed)).toBeNull();
      }
      expect(await reads(other, speaker, sealed)).toBe(`I am ${speaker.nickname}`);
    }
  }
});

test("[§1.4] who joins reads nothing earlier", async () => {
  const room = await roomOf(["alice", "bob"]);
  const sealed = await seals(named(room, "alice"), "before carol came");
  const carol = await joins(room, "carol");
  expect(await reads(carol, named(room, "alice"), sealed)).toBeNull();
  expect(await reads(named(room, "bob"), named(room, "alice"), sealed)).toBe("before carol came");
});

test("[§1.4] alice removes bob and carol at once; neither reads on, dave does", async () => {
  const room = await roomOf(["alice", "bob", "carol", "dave"]);
  const [alice, bob, carol, dave] = room.people as [Person, Person, Person, Person];
  const verdicts = await commits(room, alice, [bob, carol]);
  expect(verdicts.get("bob")).toEqual({ kind: "removed" });
  expect(verdicts.get("carol")).toEqual({ kind: "removed" });
  expect(verdicts.get("dave")).toMatchObject({
    kind: "applied",
    joined: null,
    removed: [{ nickname: "bob" }, { nickname: "carol" }],
  });
  expect(nicknames(dave)).toEqual(["alice", "dave"]);
  const sealed = await seals(dave, "only the two of us");
  expect(await reads(alice, dave, sealed)).toBe("only the two of us");
  expect(await reads(bob, dave, sealed)).toBeNull();
  expect(await reads(carol, dave, sealed)).toBeNull();
  const erin = await joins(room, "erin");
  expect(erin.group.members.map(({ leaf, nickname }) => [leaf, nickname])).toEqual([
    [0, "alice"],
    [1, "erin"],
    [3, "dave"],
  ]);
});

test("[§4 commits] of two commits that follow the same the first wins, and the loser goes on with it", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const [alice, bob] = room.people as [Person, Person];
  const ofAlice = await commit(alice.group, []);
  const ofBob = await commit(bob.group, []);
  const pendings = new Map([
    [alice, ofAlice],
    [bob, ofBob],
  ]);
  const first = await deliver(room, recordOf(alice.identity.session, [], ofAlice), pendings);
  expect([...first.values()].map(({ kind }) => kind)).toEqual(["applied", "applied", "applied"]);
  const second = await deliver(room, recordOf(bob.identity.session, [], ofBob), pendings);
  expect([...second.values()].map(({ kind }) => kind)).toEqual(["void", "void", "void"]);
  room.groupInfo = ofAlice.groupInfo;
  await commits(room, bob);
  await joins(room, "dave");
  const sealed = await seals(bob, "still here");
  for (const other of room.people) {
    if (other !== bob) expect(await reads(other, bob, sealed)).toBe("still here");
  }
});

test("[§4 commits] my own commit is taken from what is pending, and only byte for byte", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice] = room.people as [Person];
  const pending = await commit(alice.group, []);
  const other = await commit(alice.group, []);
  const record = recordOf(alice.identity.session, [], pending);
  const refused = { kind: "void", reason: "my own commit, but not the pending one" };
  expect(await apply(alice.group, record)).toEqual(refused);
  expect(await apply(alice.group, record, other)).toEqual(refused);
  const applied = await apply(alice.group, record, pending);
  expect(applied).toMatchObject({ kind: "applied" });
});

test("[§4 commits] on adopting my own commit, posts that I opened meanwhile stay opened", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  const early = await seals(bob, "one");
  const late = await seals(bob, "two");
  const pending = await commit(alice.group, []);
  expect(await reads(alice, bob, late)).toBe("two");
  await deliver(room, recordOf(alice.identity.session, [], pending), new Map([[alice, pending]]));
  expect(await reads(alice, bob, late)).toBeNull();
  expect(await reads(alice, bob, early)).toBe("one");
  expect(await reads(alice, bob, early)).toBeNull();
});

test("[§2 posts] a post opens while at most four commits are newer", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  const opened = await seals(bob, "opened in time");
  const tooOld = await seals(bob, "opened too late");
  for (let count = 0; count < 4; count++) await commits(room, alice);
  expect(await reads(alice, bob, opened)).toBe("opened in time");
  await commits(room, alice);
  expect(await reads(alice, bob, tooOld)).toBeNull();
});

test("[§2 posts] nothing sealed before a removal opens after it", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const [alice, bob, carol] = room.people as [Person, Person, Person];
  const ofBob = await seals(bob, "my last word");
  const ofCarol = await seals(carol, "before it");
  await commits(room, alice, [bob]);
  expect(await reads(alice, bob, ofBob)).toBeNull();
  expect(await reads(alice, carol, ofCarol)).toBeNull();
  expect(alice.group.inner.mls.historicalReceiverData.size).toBe(0);
  expect([...alice.group.inner.signalKeys.keys()]).toEqual([alice.group.epoch]);
});

test("[§4 who] a transition changes nothing of the state that it starts from", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const [alice, bob] = room.people as [Person, Person];
  const before = encodeGroupState(alice.group.inner.mls);
  const pending = await commit(bob.group, []);
  const record = recordOf(bob.identity.session, [], pending);
  const once = await apply(alice.group, record);
  const twice = await apply(alice.group, record);
  expect(encodeGroupState(alice.group.inner.mls)).toEqual(before);
  if (once.kind !== "applied" || twice.kind !== "applied") throw new Error("not applied");
  expect(twice.group.authenticator).toEqual(once.group.authenticator);
});

test("[§4 keys] the secrets of an epoch that nobody can need again are handed back to be wiped", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const [alice, bob] = room.people as [Person, Person];
  const old = alice.group;
  const pending = await commit(bob.group, []);
  const applied = await apply(old, recordOf(bob.identity.session, [], pending));
  if (applied.kind !== "applied") throw new Error("not applied");
  const spent = new Set(applied.spent);
  const kept = new Set(secretsOf(applied.group));
  const { initSecret, externalSecret, membershipKey, senderDataSecret } = old.inner.mls.keySchedule;
  for (const secret of [initSecret, externalSecret, membershipKey]) expect(spent).toContain(secret);
  expect(kept).toContain(senderDataSecret);
  expect([...spent].filter((secret) => kept.has(secret))).toEqual([]);
  for (const secret of secretsOf(old)) expect(spent.has(secret) || kept.has(secret)).toBe(true);
});

test("[§4 keys] only the private keys of my leaf and its non-blank ancestors are kept", async () => {
  const room = await roomOf(["alice", "bob", "carol", "dave", "erin"]);
  const [alice, bob, , , erin] = room.people as [Person, Person, Person, Person, Person];
  const heldBy = (person: Person) => Object.keys(person.group.inner.mls.privatePath.privateKeys);
  await commits(room, alice);
  expect(heldBy(alice)).toEqual(["0", "1", "3", "7"]);
  const { privateKeys } = alice.group.inner.mls.privatePath;
  const old = { ...privateKeys };
  const pending = await commit(erin.group, [bob.identity.session]);
  const record = recordOf(erin.identity.session, [bob.identity.session], pending);
  const applied = await apply(alice.group, record);
  if (applied.kind !== "applied") throw new Error("not applied");
  const after = applied.group.inner.mls;
  // Bob's way to the root was blanked, and erin's filled its last step again.
  expect(Object.keys(after.privatePath.privateKeys)).toEqual(["0", "7"]);
  for (const at of [1, 3, 7]) expect(applied.spent).toContain(old[at]);
  expect(applied.spent).not.toContain(old[0]);
});

test("[§4 keys] wiping a group leaves no secret of it", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice] = room.people as [Person];
  wipeGroup(alice.group);
  for (const secret of secretsOf(alice.group))
    expect(secret.every((byte) => byte === 0)).toBe(true);
});

test("[§4 policy] a full room takes nobody, until somebody is removed", async () => {
  const room = await roomOf(["alice", "bob"], { ...POLICY, memberCap: 2 });
  const [alice, bob] = room.people as [Person, Person];
  const carol = newcomer("carol");
  const { routeId, groupInfo } = room;
  expect(await join({ ...carol, routeId, groupInfo })).toBeNull();
  await commits(room, alice, [bob]);
  await joins(room, "carol");
  expect(nicknames(alice)).toEqual(["alice", "carol"]);
});

test("[§4 who] a nickname has 1 to 48 bytes, and a removal names another member once", async () => {
  const { routeId } = await foundedBy("zoe");
  for (const nickname of ["", "x".repeat(49), "\u{1f600}".repeat(13), "\ud800"]) {
    const input = { ...newcomer(nickname), routeId, policy: POLICY };
    await expect(found(input)).rejects.toThrow(RangeError);
  }
  const room = await roomOf(["alice", "\u{1f600}".repeat(12)]);
  const [alice, bob] = room.people as [Person, Person];
  const { session } = bob.identity;
  for (const removes of [
    [alice.identity.session],
    [session, session],
    [newcomer("x").identity.session],
  ]) {
    await expect(commit(alice.group, removes)).rejects.toThrow(RangeError);
  }
});

test("[§5.3] a joiner is in when its own commit came back with the GroupInfo that it made", async () => {
  const room = await foundedBy("alice");
  const bob = newcomer("bob");
  const pending = await join({ ...bob, routeId: room.routeId, groupInfo: room.groupInfo });
  if (pending === null) throw new Error("bob cannot join");
  const record = recordOf(bob.identity.session, [], pending);
  expect(await adoptJoin(pending, record)).toMatchObject({
    kind: "applied",
    joined: { nickname: "bob", leaf: 1 },
  });
  const others = [
    { ...record, isGroupInfo: () => false },
    { ...record, commit: record.commit.slice(1) },
    { ...record, groupInfoSignature: new Uint8Array(64) },
    { ...record, session: named(room, "alice").identity.session },
    { ...record, removes: [named(room, "alice").identity.session] },
  ];
  for (const other of others)
    expect(await adoptJoin(pending, other)).toMatchObject({ kind: "void" });
});
