/**
 * Bad input for a group behind its outer seal, from the relay and from whoever holds the link (HOSTILE
 * §7, 32–43), as far as attacks-*.test.ts do not tell it already.
 */
import { describe, expect, it } from "vitest";
import type { ProposalOrRef } from "ts-mls/proposalOrRefType.js";
import { found } from "../../client/crypto/group.ts";
import { sha256 } from "../../client/crypto/hash.ts";
import { proposing, removal } from "../../client/crypto/hostile.ts";
import { createIdentity } from "../../client/crypto/identity.ts";
import type { RoomKeys } from "../../client/crypto/keys.ts";
import { randomBytes } from "../../client/crypto/sodium.ts";
import { openGroupInfo, sealGroupInfo } from "../../client/state/seals.ts";
import { concat, utf8, type Bytes } from "../../shared/bytes.ts";
import { routeIdOf } from "../../shared/ids.ts";
import type { Post, Record, ServerFrame } from "../../shared/protocol.ts";
import { confirmed, goesOn, roomOf, sessionOf } from "./going-on.ts";
import { joinBent, type HostileJoin } from "./hostile-joins.ts";
import { commitOfferOf, hostileCommit, sealedInfo, type HostileCommit } from "./hostile-offers.ts";
import { changeFrames, changeRecords, createHostileOrder } from "./hostile-relay.ts";
import { isVoidForAll, stage, type Stage } from "./hostile-stage.ts";
import { createInsider } from "./insider.ts";
import type { Puppet } from "./puppet.ts";
import { createWorld, POLICY, type Person } from "./world.ts";

describe("[32] an envelope that is not this room's, or not whole any more", () => {
  const flipped = (bytes: Bytes, at: number): Bytes => {
    const copy = bytes.slice();
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const bends: readonly (readonly [string, (sealed: Bytes) => Bytes])[] = [
    ["a flipped tag", (sealed) => flipped(sealed, sealed.length - 1)],
    ["a flipped nonce", (sealed) => flipped(sealed, 0)],
    ["another bucket's length", (sealed) => concat(sealed, new Uint8Array(sealed.length))],
    ["noise", (sealed) => randomBytes(sealed.length)],
  ];
  it.each(bends)("%s: told as unopened, and nothing else happens", async (_, bend) => {
    const world = createWorld();
    const people = await roomOf(world, "alice", "bob");
    const [alice, bob] = people as [Person, Person];
    changeRecords(bob, (record) =>
      record.kind === "post" ? [{ ...record, sealed: bend(record.sealed) }] : [record],
    );
    alice.room().send("hello");
    await world.until("bob is told", () => bob.notices().includes("unopened"));
    expect(bob.read()).toEqual([]);
    changeRecords(bob, null);
    bob.room().rejoin();
    await confirmed(world, [bob]);
    await goesOn(world, people, alice.room().link);
  });

  it("a post of another room, ordered here by the relay: told as unopened by everyone", async () => {
    const other = createHostileOrder();
    const there = createWorld(other.options);
    const [zoe] = (await roomOf(there, "zoe", "yan")) as [Person, Person];
    zoe.room().send("elsewhere");
    await there.until("it stands", () => other.records.some(({ kind }) => kind === "post"));
    const foreign = other.records.find((record): record is Post & Record => record.kind === "post");
    if (foreign === undefined) throw new Error("no post");

    const order = createHostileOrder();
    const world = createWorld(order.options);
    const people = await roomOf(world, "alice", "bob");
    const [alice, bob] = people as [Person, Person];
    const post = { ...foreign, session: sessionOf(alice), counter: 1, names: 1, files: [] };
    await order.put(post, null, post);
    await world.until("bob is told", () => bob.notices().includes("unopened"));
    expect(bob.read()).toEqual([]);
    await goesOn(world, people, alice.room().link);
  });
});

describe("[33] a gap", () => {
  it.each([1, 201])(
    "of %i records on the wire is fetched, and nothing is missing",
    async (count) => {
      const world = createWorld();
      const people = await roomOf(world, "alice", "bob");
      const [alice, bob] = people as [Person, Person];
      changeRecords(bob, () => []);
      for (let i = 0; i < count; i++) alice.room().send(`line ${i}`);
      await world.until("all stand", () => alice.room().pendingCount.value === 0, 120_000);
      expect(bob.read()).toEqual([]);
      changeRecords(bob, null);
      alice.room().send("last");
      await world.until("bob has them all", () => bob.read().length === count + 1, 60_000);
      expect(bob.read()).toEqual(alice.read());
      expect(bob.notices()).not.toContain("gap");
      await goesOn(world, people, alice.room().link);
    },
  );

  it("of 201 posts that the relay keeps from bob for good is told to the last, and alice's next one opens", async () => {
    const world = createWorld();
    const people = await roomOf(world, "alice", "bob");
    const [alice, bob] = people as [Person, Person];
    let kept = 0;
    const session = sessionOf(alice);
    changeRecords(bob, (record) => {
      if (record.kind !== "post" || record.session !== session) return [record];
      if (record.counter > 201) return [record];
      kept = Math.max(kept, record.counter);
      return [];
    });
    for (let i = 0; i < 201; i++) alice.room().send(`line ${i}`);
    await world.until("all stand", () => alice.room().pendingCount.value === 0, 120_000);
    alice.room().send("last");
    await world.until("bob reads on", () => bob.read().includes("alice: last"), 60_000);
    expect(kept).toBe(201);
    const gaps = bob
      .room()
      .timeline.value.flatMap((item) =>
        item.kind === "notice" && item.what.kind === "gap" ? [item.what.count] : [],
      );
    // With a line between them wherever a commit record stood.
    expect(gaps.reduce((sum, count) => sum + count, 0)).toBe(201);
    expect(bob.notices()).not.toContain("unopened");
    await goesOn(world, people, alice.room().link);
  });
});

const smallOrder = new Uint8Array(32).fill(1, 0, 1);
const psk: ProposalOrRef = proposing({
  proposalType: "psk",
  psk: {
    preSharedKeyId: { psktype: "external", pskId: utf8("id"), pskNonce: new Uint8Array(32) },
  },
});
const extensions: ProposalOrRef = proposing({
  proposalType: "group_context_extensions",
  groupContextExtensions: { extensions: [] },
});
const credential = (identity: Uint8Array) => ({
  leaf: (leaf: Parameters<NonNullable<HostileJoin["leaf"]>>[0]) => ({
    ...leaf,
    credential: { credentialType: "basic" as const, identity },
  }),
});

describe("[34][35][38][39] an external commit that is more, or whose leaf is other, than ours: void for all", () => {
  const joins: readonly (readonly [string, HostileJoin])[] = [
    ["with a pre-shared key", { moreProposals: [psk] }],
    ["with new extensions for the group", { moreProposals: [extensions] }],
    ["with a Remove in the list alone", { moreProposals: [removal(0)] }],
    [
      "with a proposal by reference",
      { moreProposals: [{ proposalOrRefType: "reference", reference: randomBytes(32) }] },
    ],
    ["an identity of no bytes", credential(new Uint8Array())],
    ["an identity of 10 kB", credential(new Uint8Array(10_000).fill(97))],
    [
      "a certificate for a credential",
      {
        leaf: (leaf) => ({
          ...leaf,
          credential: { credentialType: "x509", certificates: [new Uint8Array(9)] },
        }),
      },
    ],
    ["a leaf key of small order", { leaf: (leaf) => ({ ...leaf, hpkePublicKey: smallOrder }) }],
    ["a path key of small order", { nodeKey: () => smallOrder }],
    [
      "a KEM output of small order",
      { ciphertext: (sealed) => ({ ...sealed, kemOutput: smallOrder }) },
    ],
    [
      "a signature key of small order",
      { leaf: (leaf) => ({ ...leaf, signaturePublicKey: smallOrder }) },
    ],
    [
      "a signature key that is no point",
      { leaf: (leaf) => ({ ...leaf, signaturePublicKey: new Uint8Array(32).fill(255) }) },
    ],
  ];
  it.each(joins)("%s", async (_, join) => {
    const on = await stage();
    const eve = on.insider.puppet("eve", { kind: "hog" });
    await isVoidForAll(on, eve.who.identity.session, () => joinBent(on.world, eve, join));
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

describe("[36][37][38] a member's commit of another epoch, or that removes whom it may not: void for all", () => {
  const commits: readonly (readonly [string, HostileCommit])[] = [
    ["a removal of its own leaf", { kind: "bent", bend: { proposals: [removal(2)] } }],
    ["a removal of a blank leaf", { kind: "bent", bend: { proposals: [removal(6)] } }],
    [
      "a proposal that nobody knows",
      {
        kind: "bent",
        bend: {
          proposals: [{ proposalOrRefType: "reference", reference: new Uint8Array(32) }],
        },
      },
    ],
    [
      "a KEM output of small order",
      {
        kind: "bent",
        bend: { ciphertext: (sealed) => ({ ...sealed, kemOutput: smallOrder }) },
      },
    ],
    ["a path key of small order", { kind: "bent", bend: { nodeKey: () => smallOrder } }],
  ];
  it.each(commits)("%s", async (_, what) => {
    const on = await stage();
    await isVoidForAll(on, on.mallory.who.identity.session, () => on.mallory.commit(what));
    await goesOn(on.world, on.honest, on.insider.link);
  });

  type Made = Awaited<ReturnType<typeof hostileCommit>>;
  const made = ({ mallory }: Stage, group: ReturnType<Puppet["group"]>): Promise<Made> =>
    hostileCommit(mallory.who, { group, follows: 1, ref: 1 }, { kind: "bent", bend: {} });

  /** Mallory offers it as if it followed the last commit record, under a seal that says so. */
  async function offersAnew({ mallory }: Stage, { after }: Made): Promise<void> {
    if (after === null) throw new Error("no commit");
    const sealedGroupInfo = sealedInfo(mallory.who, after.groupInfo);
    const on = { follows: mallory.seat()?.order.last() ?? 0, ref: mallory.nextRef() };
    mallory.offer(commitOfferOf(mallory.who, on, { ...after, sealedGroupInfo, lists: [] }));
  }

  it("the epoch before the last one", async () => {
    const on = await stage();
    const old = await made(on, on.mallory.group());
    const eve = await on.insider.join("eve");
    await on.world.until("all see eve", () => on.alice.people().includes("eve"));
    eve.leave();
    await on.world.until("and then not", () => on.honest.every((who) => who.people().length === 5));
    await isVoidForAll(on, on.mallory.who.identity.session, () => offersAnew(on, old));
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("the epoch after the present one", async () => {
    const on = await stage();
    const next = await made(on, on.mallory.group());
    if (next.after === null) throw new Error("no commit");
    const afterNext = await made(on, next.after.group);
    await isVoidForAll(on, on.mallory.who.identity.session, () => offersAnew(on, afterNext));
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

describe("[42][43] a GroupInfo that the relay and an insider made for a newcomer", () => {
  type Turn = ServerFrame & { readonly kind: "turn" };
  type Make = (genuine: Bytes) => Promise<Bytes> | Bytes;
  const infos: readonly (readonly [string, Make])[] = [
    ["is noise", () => randomBytes(20_000)],
    ["is empty", () => new Uint8Array()],
    ["is cut off", (genuine) => genuine.slice(0, genuine.length - 70)],
    ["has a byte behind it", (genuine) => concat(genuine, Uint8Array.of(0))],
    [
      "claims a vector of 2^30 - 1 bytes",
      (genuine) => concat(genuine.slice(0, 4), Uint8Array.of(0xbf, 255, 255, 255), genuine),
    ],
    [
      "has a signature that is not its signer's",
      (genuine) => concat(genuine.slice(0, genuine.length - 64), randomBytes(64)),
    ],
    [
      "has a leaf's bytes changed",
      (genuine) => {
        const copy = genuine.slice();
        const at = Buffer.from(copy).indexOf("alice");
        copy[at] = 0x62;
        return copy;
      },
    ],
    [
      "is of another group id",
      async () => {
        const identity = createIdentity();
        const routeId = routeIdOf(randomBytes(16));
        return (await found({ identity, nickname: "alice", policy: POLICY, routeId })).groupInfo;
      },
    ],
  ];

  it.each(infos)(
    "%s: unusable; the newcomer waits, and joins with the next turn",
    async (_, make) => {
      const world = createWorld();
      const people = await roomOf(world, "alice", "bob");
      const { link } = (people[0] as Person).room();
      const { keys } = await createInsider(world, link);
      const genuine: Turn[] = [];
      const spy = world.person("spy");
      changeFrames(spy, (frame) => {
        if (frame.kind !== "turn") return [frame];
        genuine.push(frame);
        return [];
      });
      spy.client.openLink(link);
      spy.client.enter("spy", "");
      await world.until("the spy has a genuine turn", () => genuine.length > 0);
      spy.client.restart();
      const forged = await forgedTurn(keys, genuine[0], make);

      const dave = world.person("dave");
      let turns = 0;
      changeFrames(dave, (frame) => (frame.kind === "turn" && ++turns === 1 ? [forged] : [frame]));
      dave.client.openLink(link);
      dave.client.enter("dave", "");
      await world.until("dave is in", () => dave.client.phase.value.kind === "room", 60_000);
      expect(turns).toBeGreaterThan(1);
      await confirmed(world, [dave]);
      await goesOn(world, [...people, dave], link);
    },
  );

  /** A turn whose record names the hash of what is beside it, all under the room's own seal. */
  async function forgedTurn(
    keys: RoomKeys,
    genuine: Turn | undefined,
    make: Make,
  ): Promise<ServerFrame> {
    if (genuine?.last.kind !== "commit") throw new Error("no turn");
    const info = openGroupInfo(keys, genuine.last, genuine.groupInfo);
    if (info === null) throw new Error("an unusable GroupInfo");
    const sealed = sealGroupInfo(keys, await make(info));
    if (sealed === null) throw new Error("too large");
    expect(sealed.hash).toEqual(sha256(sealed.sealed));
    const last = { ...genuine.last, groupInfoHash: sealed.hash };
    return { ...genuine, last, groupInfo: sealed.sealed };
  }
});
