/**
 * Commits of someone who holds the link, or a leaf. Each is refused by the relay or void for all; never
 * does it stop the room. The same attacks on the group alone: client/crypto/group-attacks.test.ts.
 */
import { describe, expect, it } from "vitest";
import { CAPABILITIES, identityOf } from "../../client/crypto/mls-profile.ts";
import { leafAt } from "../../client/crypto/mls-state.ts";
import { randomBytes } from "../../client/crypto/sodium.ts";
import { createIdentity } from "../../client/crypto/identity.ts";
import { concat } from "../../shared/bytes.ts";
import { confirmed, goesOn, sessionOf } from "./going-on.ts";
import { joinBent, type HostileJoin } from "./hostile-joins.ts";
import { commitOfferOf, hostileCommit, sealedInfo, type HostileCommit } from "./hostile-offers.ts";
import { isRefused, isVoidForAll, NAMES, stage, type Stage } from "./hostile-stage.ts";
import type { Puppet } from "./puppet.ts";

const hostile = (on: Stage, what: HostileCommit) => async (): Promise<void> =>
  on.mallory.commit(what);
const junkKey = (): Uint8Array => randomBytes(32).fill(0x42, 31);

describe("[V2] a member's commit is void for all, and the room goes on:", () => {
  const attacks: readonly (readonly [string, (on: Stage) => HostileCommit])[] = [
    ["garbage under the seal", () => ({ kind: "garbage" })],
    ["bytes that nobody sealed", () => ({ kind: "unsealed" })],
    ["a valid commit with an unusable GroupInfo", () => ({ kind: "bad-group-info" })],
    [
      "a removal that it does not list",
      ({ bob }) => ({ kind: "lying", removes: [sessionOf(bob)], lists: [] }),
    ],
    [
      "a removal that lists a session that never was",
      ({ bob }) => ({
        kind: "lying",
        removes: [sessionOf(bob)],
        lists: [createIdentity().session],
      }),
    ],
    [
      "garbage that lists a session that never was",
      () => ({ kind: "garbage", lists: [createIdentity().session] }),
    ],
    [
      "an update path with another signature key",
      () => ({
        kind: "bent",
        bend: {
          leaf: (leaf) => ({ ...leaf, signaturePublicKey: createIdentity().publicKey }),
        },
      }),
    ],
    [
      "an update path with another nickname",
      ({ mallory }) => {
        const { session } = mallory.who.identity;
        const identity = identityOf({ session, nickname: "alice" });
        const credential = { credentialType: "basic" as const, identity };
        return { kind: "bent", bend: { leaf: (leaf) => ({ ...leaf, credential }) } };
      },
    ],
    [
      "an update path with other capabilities",
      () => {
        const capabilities = { ...CAPABILITIES, extensions: [] };
        return { kind: "bent", bend: { leaf: (leaf) => ({ ...leaf, capabilities }) } };
      },
    ],
    [
      "alice's HPKE key in mallory's leaf",
      ({ mallory }) => {
        const key = leafAt(mallory.group().inner.mls.ratchetTree, 0)?.hpkePublicKey;
        if (key === undefined) throw new Error("no leaf");
        return { kind: "bent", bend: { leaf: (leaf) => ({ ...leaf, hpkePublicKey: key }) } };
      },
    ],
    [
      "a junk key at the root",
      () => ({
        kind: "bent",
        bend: { nodeKey: (key, level) => (level === 2 ? junkKey() : key) },
      }),
    ],
    [
      "a confirmation tag of its own",
      () => ({ kind: "bent", bend: { confirmationTag: () => randomBytes(32) } }),
    ],
  ];
  it.each(attacks)("%s", async (_, make) => {
    const on = await stage();
    const { session } = on.mallory.who.identity;
    await isVoidForAll(on, session, hostile(on, make(on)));
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("a valid commit sealed in alice's name: the relay stamps mallory's session", async () => {
    const on = await stage();
    const { mallory, alice } = on;
    const { session } = mallory.who.identity;
    const asAlice = {
      ...mallory.who,
      identity: { ...mallory.who.identity, session: sessionOf(alice) },
    };
    const place = { follows: mallory.seat()?.order.last() ?? 0, ref: mallory.nextRef() };
    const made = await hostileCommit(
      asAlice,
      { group: mallory.group(), ...place },
      { kind: "valid" },
    );
    await isVoidForAll(on, session, async () => void mallory.offer(made.offer));
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("the external commit of one session that is in already", async () => {
    const on = await stage();
    const { mallory } = on;
    const { session } = mallory.who.identity;
    const eve = on.insider.puppet("eve", { kind: "hog" });
    // Mallory takes eve's turn and her GroupInfo, and joins with his own key a second time.
    const twice = {
      ...eve,
      who: { ...mallory.who },
      offer: mallory.offer,
      nextRef: mallory.nextRef,
    };
    await isVoidForAll(on, session, () => joinBent(on.world, twice, {}));
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

describe("[V2] a newcomer's commit is void for all, it gets no leaf, and the room goes on:", () => {
  const joins: readonly (readonly [string, (on: Stage) => HostileJoin])[] = [
    [
      "an HPKE key copied from alice",
      ({ mallory }) => {
        const key = leafAt(mallory.group().inner.mls.ratchetTree, 0)?.hpkePublicKey;
        if (key === undefined) throw new Error("no leaf");
        return { leaf: (leaf) => ({ ...leaf, hpkePublicKey: key }) };
      },
    ],
    [
      "capabilities that differ",
      () => ({
        leaf: (leaf) => ({
          ...leaf,
          capabilities: { ...CAPABILITIES, credentials: ["basic", "x509"] },
        }),
      }),
    ],
    [
      "a nickname of 20 kB",
      () => {
        const identity = concat(randomBytes(16), new Uint8Array(20_000).fill(97));
        const credential = { credentialType: "basic" as const, identity };
        return { leaf: (leaf) => ({ ...leaf, credential }) };
      },
    ],
    [
      "a leaf that names alice's session",
      ({ alice }) => {
        const identity = identityOf({ session: sessionOf(alice), nickname: "alice" });
        const credential = { credentialType: "basic" as const, identity };
        return { leaf: (leaf) => ({ ...leaf, credential }) };
      },
    ],
    ["a Remove of alice, unsaid", () => ({ removed: [0] })],
    [
      "a junk key at the root",
      () => ({ nodeKey: (key, level) => (level === 1 ? junkKey() : key) }),
    ],
  ];
  it.each(joins)("%s", async (_, make) => {
    const on = await stage();
    const eve = on.insider.puppet("eve", { kind: "hog" });
    const { session } = eve.who.identity;
    await isVoidForAll(on, session, () => joinBent(on.world, eve, make(on)));
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

describe("[C1]–[C6] the relay refuses, and the room goes on:", () => {
  it("[C2] a Remove without a leave", async () => {
    const on = await stage();
    const removes = [sessionOf(on.bob)];
    await isRefused(on, on.mallory, "removes-seated", hostile(on, { kind: "valid", removes }));
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("[C4] an outsider's external commit that removes alice and says so", async () => {
    const on = await stage();
    const eve = on.insider.puppet("eve", { kind: "hog" });
    const lists = [sessionOf(on.alice)];
    await isRefused(on, eve, "no-seat", () => joinBent(on.world, eve, { removed: [0], lists }));
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("[C6] a GroupInfo other than the one whose hash it names", async () => {
    const on = await stage();
    const { mallory } = on;
    await isRefused(on, mallory, "group-info", async () => {
      const parts = {
        commit: randomBytes(200),
        groupInfoSignature: randomBytes(64),
        sealedGroupInfo: sealedInfo(mallory.who, randomBytes(300)),
        lists: [],
      };
      const follows = mallory.seat()?.order.last() ?? 0;
      const offer = commitOfferOf(mallory.who, { follows, ref: mallory.nextRef() }, parts);
      mallory.offer({ ...offer, groupInfo: randomBytes(512) });
    });
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("[C1] a commit that does not follow the last one", async () => {
    const on = await stage();
    const { mallory } = on;
    await isRefused(on, mallory, "behind", async () => {
      const follows = (mallory.seat()?.order.last() ?? 0) - 1;
      const parts = {
        commit: randomBytes(200),
        groupInfoSignature: randomBytes(64),
        sealedGroupInfo: sealedInfo(mallory.who, randomBytes(300)),
        lists: [],
      };
      mallory.offer(commitOfferOf(mallory.who, { follows, ref: mallory.nextRef() }, parts));
    });
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("[W1] a nickname of 45 kB: no commit is so large, and the connection is closed", async () => {
    const on = await stage();
    const eve = on.insider.puppet("eve", { kind: "hog" });
    const identity = concat(randomBytes(16), new Uint8Array(45_000).fill(97));
    const credential = { credentialType: "basic" as const, identity };
    const before = on.order().length;
    await joinBent(on.world, eve, { leaf: (leaf) => ({ ...leaf, credential }) });
    await on.world.until("the relay closes", () => eve.closes.length > 0);
    expect(eve.closes).toEqual([4400]);
    expect(on.order()).toHaveLength(before);
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

describe("[Y4] a commit that is valid for some only", () => {
  const bends: readonly (readonly [string, (on: Stage) => HostileCommit])[] = [
    [
      "with junk in place of carol's secret",
      ({ carol }) => ({ kind: "valid-for-some", victims: [sessionOf(carol)] }),
    ],
    [
      "with a junk parent key above carol alone",
      () => ({
        kind: "bent",
        bend: { nodeKey: (key, level) => (level === 0 ? junkKey() : key) },
      }),
    ],
  ];
  it.each(bends)(
    "%s shows with the next message, names mallory, and a rejoin heals",
    async (_, make) => {
      const on = await stage();
      const { world, alice, bob, carol, mallory } = on;
      await mallory.commit(make(on));
      await world.run(100);
      expect(bob.room().safetyCode.value).toBe(alice.room().safetyCode.value);
      expect(carol.room().safetyCode.value).not.toBe(alice.room().safetyCode.value);
      alice.room().send("all well?");
      await world.until("bob reads it", () => bob.read().includes("alice: all well?"));
      expect(carol.read()).toEqual([]);
      expect(carol.room().encryption.value).toEqual({ kind: "split", by: "mallory" });
      carol.room().rejoin();
      await confirmed(world, [carol]);
      await goesOn(world, on.honest, on.insider.link);
    },
  );

  it("and one who was left behind and speaks first is seen by the others in his next message", async () => {
    const on = await stage();
    const { world, alice, bob, carol, mallory } = on;
    await mallory.commit({ kind: "valid-for-some", victims: [sessionOf(carol)] });
    await world.run(100);
    carol.room().send("all well?");
    await world.until("all see it", () =>
      [alice, bob].every((who) => who.room().encryption.value.kind === "split"),
    );
    expect(alice.room().encryption.value).toEqual({ kind: "split", by: "mallory" });
    carol.room().rejoin();
    await confirmed(world, [carol]);
    await goesOn(world, on.honest, on.insider.link);
  });
});

describe("twenty leaves by one link holder", () => {
  it("[U1] come and go, and are all removed", async () => {
    const on = await stage();
    const { world, alice, insider } = on;
    const guests: Puppet[] = [];
    for (let i = 0; i < 20; i++) guests.push(await insider.join(`guest ${i}`));
    await world.until("all are in", () => alice.people().length === 25);
    for (const guest of guests) guest.leave();
    await world.until("all are removed", () =>
      on.honest.every((who) => who.people().join() === NAMES),
    );
    await goesOn(world, on.honest, insider.link);
  });

  it("[U1] whose sockets die without a word are removed after the grace", async () => {
    const on = await stage();
    const { world, alice, insider } = on;
    const guests: Puppet[] = [];
    for (let i = 0; i < 20; i++) guests.push(await insider.join(`guest ${i}`));
    await world.until("all are in", () => alice.people().length === 25);
    for (const guest of guests) guest.drop();
    await world.until(
      "all are removed",
      () => on.honest.every((who) => who.people().join() === NAMES),
      180_000,
    );
    await goesOn(world, on.honest, insider.link);
  });
});
