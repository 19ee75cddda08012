/** What a member who turned hostile can post and signal, and what one who was removed can still read. */
import { describe, expect, it } from "vitest";
import { openPost, sealPost } from "../../client/crypto/posts.ts";
import { randomBytes } from "../../client/crypto/sodium.ts";
import { sealSignal } from "../../client/crypto/signals.ts";
import { CONFIRM_SIGNAL, encodeInside } from "../../client/state/content.ts";
import { openPostCover, sealPostCover, sealSignalCover } from "../../client/state/seals.ts";
import { utf8, type Bytes } from "../../shared/bytes.ts";
import type { Post, Record } from "../../shared/protocol.ts";
import { confirmed, goesOn, roomOf, sessionOf } from "./going-on.ts";
import { changeFrames, changeFramesUp, framesFrom } from "./hostile-relay.ts";
import { createInsider, type Insider } from "./insider.ts";
import { createOrderWatch } from "./order-watch.ts";
import type { Puppet } from "./puppet.ts";
import { createWorld, type Person, type World } from "./world.ts";

interface Scene {
  readonly world: World;
  readonly alice: Person;
  readonly bob: Person;
  readonly honest: readonly Person[];
  readonly insider: Insider;
  readonly mallory: Puppet;
  readonly order: () => readonly Record[];
}

async function scene(): Promise<Scene> {
  const watch = createOrderWatch();
  const world = createWorld({ wrapLog: watch.wrap });
  const honest = await roomOf(world, "alice", "bob");
  const [alice, bob] = honest as [Person, Person];
  const insider = await createInsider(world, alice.room().link);
  const mallory = await insider.join("mallory");
  await world.until("mallory is seen", () =>
    honest.every((who) => who.people().join() === "alice,bob,mallory"),
  );
  await world.run(2_000);
  return { world, alice, bob, honest, insider, mallory, order: watch.now };
}

/** The post stands in the order, so the honest have it. */
async function stands(on: Scene, post: () => Promise<void>): Promise<void> {
  const posts = (): number => on.order().filter(({ kind }) => kind === "post").length;
  const before = posts();
  await post();
  await on.world.until("it stands", () => posts() > before, 5_000);
  await on.world.run(100);
}

describe("[Q9] who makes a message come twice is flagged, and it is shown once:", () => {
  it("one's own message under a new generation", async () => {
    const on = await scene();
    const messageId = randomBytes(16);
    await stands(on, () => on.mallory.post({ text: "vote for me", messageId }));
    await stands(on, () => on.mallory.post({ text: "vote for me", messageId }));
    for (const who of on.honest) {
      expect(who.read()).toEqual(["mallory: vote for me"]);
      expect(who.notices().filter((kind) => kind === "repeated")).toHaveLength(1);
    }
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("another text under the same message id", async () => {
    const on = await scene();
    const messageId = randomBytes(16);
    await stands(on, () => on.mallory.post({ text: "yes", messageId }));
    await stands(on, () => on.mallory.post({ text: "no", messageId }));
    for (const who of on.honest) {
      expect(who.read()).toEqual(["mallory: yes"]);
      expect(who.notices()).toContain("repeated");
    }
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("two messages of one counter, by a counter inside that is not the record's", async () => {
    const on = await scene();
    await stands(on, () => on.mallory.post({ text: "one" }));
    await stands(on, () => on.mallory.post({ text: "one again", innerCounter: 1 }));
    for (const who of on.honest) {
      expect(who.read()).toEqual(["mallory: one"]);
      expect(who.notices()).toContain("repeated");
    }
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("the very same ciphertext under a new counter opens for nobody twice", async () => {
    const on = await scene();
    let inner: Bytes = new Uint8Array();
    await stands(on, () =>
      on.mallory.post({ text: "once", sealed: (made) => void (inner = made) }),
    );
    await stands(on, () => on.mallory.post({ inner }));
    for (const who of on.honest) expect(who.read()).toEqual(["mallory: once"]);
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("alice's message id, taken by mallory first, takes nothing from alice", async () => {
    const on = await scene();
    await stands(on, () => on.mallory.post({ text: "mine", messageId: new Uint8Array(16) }));
    on.alice.room().send("mine too");
    await on.world.until("bob reads both", () => on.bob.read().length === 2);
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

const asRecord = (post: Post): Post & Record => ({ ...post, number: 1, acceptedAtMs: 0 });

describe("[J5] nobody speaks as another:", () => {
  it("a post sealed in alice's name, offered by mallory, opens for nobody", async () => {
    const on = await scene();
    const { mallory, alice, bob } = on;
    const seat = mallory.seat();
    if (seat === null) throw new Error("no seat");
    const inside = encodeInside({
      incarnation: seat.order.incarnation,
      counter: 1,
      messageId: randomBytes(16),
      applied: seat.order.number(),
      orderHash: seat.order.hash(),
      body: { kind: "text", sentAtMs: 0, text: "I, alice, say so" },
    });
    const { sealed: inner } = await sealPost(mallory.group(), inside);
    const names = seat.order.last();
    const cover = { epochRecord: seat.order.epochRecord(), epochTag: seat.order.tag(), inner };
    const post = { session: sessionOf(alice), counter: 1, names, files: [] };
    const sealed = sealPostCover(mallory.who.keys, post, cover);
    if (sealed === null) throw new Error("too large");
    await stands(on, async () => {
      mallory.offer({ kind: "post", ref: mallory.nextRef(), counter: 1, names, files: [], sealed });
    });
    const standing = on.order().at(-1);
    expect(standing?.session, "the relay stamps the connection's session").toBe(
      mallory.who.identity.session,
    );
    expect(bob.read()).toEqual([]);
    expect(alice.read()).toEqual([]);
    expect(bob.notices()).toContain("unopened");
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("alice's own ciphertext in mallory's envelope is neither alice's nor mallory's", async () => {
    const on = await scene();
    on.alice.room().send("my words");
    await on.world.until("bob reads them", () => on.bob.read().length === 1);
    const record = on.order().find((r): r is Post & Record => r.kind === "post");
    if (record === undefined) throw new Error("no post");
    const inner = openPostCover(on.mallory.who.keys, record)?.inner ?? new Uint8Array();
    await stands(on, () => on.mallory.post({ inner }));
    for (const who of on.honest) expect(who.read()).toEqual(["alice: my words"]);
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("nor alice's, that the relay gave to mallory before anyone had it from alice", async () => {
    const on = await scene();
    const { mallory, alice, bob } = on;
    const taken: Post[] = [];
    const session = sessionOf(alice);
    changeFramesUp(alice, (frame) => {
      const offer = frame.kind === "propose" ? frame.offers[0] : undefined;
      if (offer?.kind !== "post") return [frame];
      taken.push({ ...offer, session });
      return [];
    });
    alice.room().send("my words");
    await on.world.until("the relay has it", () => taken.length > 0);
    changeFramesUp(alice, null);
    const [post] = taken;
    const cover = post === undefined ? null : openPostCover(mallory.who.keys, asRecord(post));
    if (cover === null) throw new Error("no post");
    await stands(on, () => mallory.post({ inner: cover.inner }));
    expect(bob.read()).toEqual([]);
    expect(bob.notices()).toContain("unopened");
    await on.world.until("alice offers it again, and it is hers", () => bob.read().length === 1);
    expect(bob.read()).toEqual(["alice: my words"]);
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("a session that has a seat but no leaf says nothing", async () => {
    const on = await scene();
    const eve = on.insider.puppet("eve", { kind: "hog" });
    await on.world.until("eve waits for her turn", () => eve.frames.length > 1);
    const { sealed: inner } = await sealPost(on.mallory.group(), randomBytes(100));
    const names = on.mallory.seat()?.order.last() ?? 0;
    const cover = { epochRecord: names, epochTag: new Uint8Array(8), inner };
    const post = { session: eve.who.identity.session, counter: 1, names, files: [] };
    const sealed = sealPostCover(eve.who.keys, post, cover) ?? new Uint8Array();
    eve.offer({ kind: "post", ref: eve.nextRef(), counter: 1, names, files: [], sealed });
    await on.world.until("eve is refused", () => eve.refusals.length > 0);
    expect(eve.refusals.map(({ reason }) => reason)).toEqual(["no-seat"]);
    eve.drop();
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("a leave of alice's arrival, offered by mallory, is a leave of mallory's or none", async () => {
    const on = await scene();
    const first = on.order()[0];
    expect(first?.session).toBe(sessionOf(on.alice));
    on.mallory.offer({ kind: "leave", ref: on.mallory.nextRef(), arrival: 1 });
    await on.world.until("it is refused", () => on.mallory.refusals.length > 0);
    expect(on.mallory.refusals.map(({ reason }) => reason)).toEqual(["newer-arrival"]);
    expect(on.order().filter(({ kind }) => kind === "leave")).toEqual([]);
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

describe("[Y3] posts that are junk inside are told as such, and harm nobody:", () => {
  const junk: readonly (readonly [string, () => Parameters<Puppet["post"]>[0]])[] = [
    ["noise for a ciphertext", () => ({ inner: randomBytes(300) })],
    ["nothing at all", () => ({ inner: new Uint8Array() })],
    ["60 kB of noise", () => ({ inner: randomBytes(60_000) })],
  ];
  it.each(junk)("%s", async (_, what) => {
    const on = await scene();
    await stands(on, () => on.mallory.post(what()));
    for (const who of on.honest) {
      expect(who.read()).toEqual([]);
      expect(who.notices()).toContain("unopened");
    }
    await goesOn(on.world, on.honest, on.insider.link);
  });

  it("a post 200 generations ahead of the last one", async () => {
    const on = await scene();
    let group = on.mallory.group();
    let inner: Bytes = new Uint8Array();
    for (let generation = 0; generation < 200; generation++) {
      const made = await sealPost(group, utf8("ahead"));
      group = made.group;
      inner = made.sealed;
    }
    await stands(on, () => on.mallory.post({ inner }));
    for (const who of on.honest) expect(who.notices()).toContain("unopened");
    await goesOn(on.world, on.honest, on.insider.link);
  });
});

describe("[F1] a forged signal is ignored:", () => {
  interface Captive {
    readonly dave: Person;
    /** Signals that reached him. */
    reached(): number;
  }

  /** Dave joins; of all signals only mallory's reach him. */
  async function daveHearsOnlyMallory(on: Scene): Promise<Captive> {
    const dave = on.world.person("dave");
    const { session } = on.mallory.who.identity;
    let reached = 0;
    changeFrames(dave, (frame) => {
      if (frame.kind !== "signals") return [frame];
      const signals = frame.signals.filter((signal) => signal.session === session);
      reached += signals.length;
      return signals.length === 0 ? [] : [{ kind: "signals", signals }];
    });
    dave.client.openLink(on.insider.link);
    dave.client.enter("dave", "");
    await on.world.until("dave has a seat", () => dave.client.phase.value.kind === "room");
    await on.world.until("mallory has him too", () =>
      on.mallory.group().members.some(({ nickname }) => nickname === "dave"),
    );
    return { dave, reached: () => reached };
  }

  type Forgery = (on: Scene, before: ReturnType<Puppet["group"]>) => Bytes | null;
  const cover = (on: Scene, inner: Bytes): Bytes | null =>
    sealSignalCover(on.mallory.who.keys, on.mallory.who.identity.session, inner);
  const forgeries: readonly (readonly [string, Forgery])[] = [
    [
      "a confirm in alice's name",
      (on) => {
        const inner = sealSignal(on.mallory.group(), 1, CONFIRM_SIGNAL);
        return sealSignalCover(on.mallory.who.keys, sessionOf(on.alice), inner);
      },
    ],
    [
      "a confirm of the epoch before dave",
      (on, before) => cover(on, sealSignal(before, 1, CONFIRM_SIGNAL)),
    ],
    ["noise under the outer seal", (on) => cover(on, randomBytes(200))],
    ["noise without one", () => randomBytes(512)],
    [
      "a read mark, or whatever else is no confirm",
      (on) => cover(on, sealSignal(on.mallory.group(), 1, Uint8Array.of(2, 0, 0, 0, 9))),
    ],
    [
      "a confirm with something behind it",
      (on) => cover(on, sealSignal(on.mallory.group(), 1, Uint8Array.of(1, 0))),
    ],
  ];
  it.each(forgeries)("%s", async (_, forge) => {
    const on = await scene();
    const before = on.mallory.group();
    const { dave, reached } = await daveHearsOnlyMallory(on);
    dave.room().send("held");
    const sealed = forge(on, before);
    if (sealed === null) throw new Error("too large");
    on.mallory.send({ kind: "signal", sealed });
    await on.world.until("it reached dave", () => reached() === 1);
    await on.world.run(500);
    expect(dave.room().encryption.value.kind).toBe("joining");
    const posts = framesFrom(dave).flatMap((frame) =>
      frame.kind === "propose" ? frame.offers.filter(({ kind }) => kind === "post") : [],
    );
    expect(posts).toEqual([]);
    changeFrames(dave, null);
    await confirmed(on.world, [dave]);
    await on.world.until("what was held is said", () => on.bob.read().includes("dave: held"));
    await goesOn(on.world, [...on.honest, dave], on.insider.link);
  });

  it("while a true confirm of mallory's, an elder, counts: so what was ignored was the forgery", async () => {
    const on = await scene();
    const { dave } = await daveHearsOnlyMallory(on);
    on.mallory.confirm();
    await on.world.run(500);
    expect(dave.room().encryption.value.kind).toBe("sealed");
    changeFrames(dave, null);
    await goesOn(on.world, [...on.honest, dave], on.insider.link);
  });
});

it("[V4] who was removed and goes on listening opens nothing sealed after the Remove", async () => {
  const on = await scene();
  const { world, mallory, alice, bob } = on;
  const posts = (): readonly (Post & Record)[] =>
    on.order().filter((record): record is Post & Record => record.kind === "post");
  // What mallory had at the end, and everything that a relay could hand over.
  const opens = async (record: Post & Record): Promise<boolean> => {
    const sealed = openPostCover(mallory.who.keys, record)?.inner;
    if (sealed === undefined) throw new Error("mallory has the link");
    return (await openPost(held, record.session, sealed)) !== null;
  };
  // Deaf from here on, so that nothing of what he holds is spent; his leave is the relay's.
  const held = mallory.group();
  mallory.network.cut();
  const mark = posts().length;
  alice.room().send("mallory may hear this");
  await world.until("it stands", () => posts().length > mark);
  expect(await opens(posts().at(-1) as Post & Record)).toBe(true);
  await world.until(
    "mallory is removed",
    () => on.honest.every((who) => who.people().join() === "alice,bob"),
    240_000,
  );
  const later = posts().length;
  alice.room().send("but not this");
  bob.room().send("nor that");
  await goesOn(world, on.honest, on.insider.link);
  expect(posts().length).toBeGreaterThan(later + 1);
  for (const record of posts().slice(later)) expect(await opens(record)).toBe(false);
});
