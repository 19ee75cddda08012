/** A relay that lies about the order: what it hides, repeats, moves or makes up is seen within one message. */
import { describe, expect, it } from "vitest";
import { incarnationOf } from "../../shared/ids.ts";
import type { Commit, Offer, Post, Record } from "../../shared/protocol.ts";
import { confirmed, goesOn, roomOf, sessionOf } from "./going-on.ts";
import {
  changeFrames,
  changeFramesUp,
  changeRecords,
  createHostileOrder,
  framesFrom,
} from "./hostile-relay.ts";
import { createWorld, POLICY, type Person, type World } from "./world.ts";

interface Scene {
  readonly world: World;
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly all: readonly Person[];
  readonly link: string;
}

async function scene(options: Parameters<typeof createWorld>[0] = {}): Promise<Scene> {
  const world = createWorld(options);
  const all = await roomOf(world, "alice", "bob", "carol");
  const [alice, bob, carol] = all as [Person, Person, Person];
  return { world, alice, bob, carol, all, link: alice.room().link };
}

const says = (who: Person, text: string): void => void who.room().send(text);
const isSplit = (who: Person): boolean => who.room().encryption.value.kind === "split";
const reads = (who: Person, line: string) => (): boolean => who.read().includes(line);

/** What a person does who reads "this room has split": comes back with a new key. */
async function rejoin(world: World, ...people: readonly Person[]): Promise<void> {
  for (const who of people) who.room().rejoin();
  await confirmed(world, people);
}

const isPostOf = (who: Person, counter: number): ((record: Record) => boolean) => {
  const session = sessionOf(who);
  return (record) =>
    record.kind === "post" && record.session === session && record.counter === counter;
};

describe("[Y5] a post that the relay withholds from bob", () => {
  it("is a gap that he sees with the next message", async () => {
    const { world, alice, bob, all, link } = await scene();
    const isWithheld = isPostOf(alice, 1);
    changeRecords(bob, (record) => (isWithheld(record) ? [] : [record]));
    says(alice, "withheld");
    says(alice, "next");
    await world.until("bob reads the next", reads(bob, "alice: next"));
    expect(bob.notices()).toContain("gap");
    expect(bob.read()).not.toContain("alice: withheld");
    await goesOn(world, all, link);
  });

  it("and hides behind a gap that it has told, by arrivals that never were, is missing all the same", async () => {
    const { world, alice, bob, carol, all, link } = await scene();
    says(alice, "heard");
    await world.until("bob reads it", reads(bob, "alice: heard"));
    // Carol's coming back is kept from bob: one record, which he is told of.
    const session = sessionOf(carol);
    let isHiding = true;
    changeRecords(bob, (record) => {
      if (record.kind === "arrive" && record.session === session) return [];
      if (!isHiding || record.kind !== "post") return [record];
      const { number, acceptedAtMs } = record;
      return [{ kind: "arrive", session, connections: number, number, acceptedAtMs }];
    });
    carol.network.breakAll();
    await world.run(5_000);
    for (const text of ["one", "two", "three"]) says(alice, text);
    await world.run(5_000);
    isHiding = false;
    says(alice, "four");
    await world.until("bob reads on", reads(bob, "alice: four"));
    const told = bob
      .room()
      .timeline.value.flatMap((item) =>
        item.kind === "notice" && "count" in item.what ? [[item.what.kind, item.what.count]] : [],
      );
    // Of the four records one is the gap's.
    expect(told).toEqual([
      ["gap", 1],
      ["missing", 2],
    ]);
    changeRecords(bob, null);
    await goesOn(world, all, link);
  });

  it("and hides by counting anew is a missing message and a split, with the next message", async () => {
    const { world, alice, bob, carol, all, link } = await scene();
    says(alice, "heard");
    await world.until("bob reads it", reads(bob, "alice: heard"));
    const isWithheld = isPostOf(alice, 2);
    let shift = 0;
    changeRecords(bob, (record) => {
      if (isWithheld(record)) {
        shift = 1;
        return [];
      }
      return [{ ...record, number: record.number - shift }];
    });
    says(alice, "withheld");
    await world.until("carol reads it", reads(carol, "alice: withheld"));
    expect(bob.notices()).toEqual(["joined", "joined"]);
    says(alice, "next");
    await world.until("bob reads the next", reads(bob, "alice: next"));
    expect(bob.notices().slice(2)).toEqual(["missing", "split"]);
    expect(isSplit(bob)).toBe(true);
    changeRecords(bob, null);
    await rejoin(world, bob);
    await goesOn(world, all, link);
  });
});

describe("[Y5] a commit record that the relay withholds from bob", () => {
  const withholdCommits = (who: Person): void =>
    changeRecords(who, (record) => (record.kind === "commit" ? [] : [record]));

  it("of a join: a gap, a message that he cannot open, and with the next commit he is back as a new member", async () => {
    const { world, alice, bob, carol, all, link } = await scene();
    withholdCommits(bob);
    const dave = await world.joiner("dave", link);
    says(alice, "welcome, dave");
    await world.until("dave reads it", reads(dave, "alice: welcome, dave"));
    await world.until("bob is told", () => bob.notices().includes("unopened"));
    expect(bob.notices()).toContain("gap");
    expect(bob.read()).toEqual([]);
    changeRecords(bob, null);
    const erin = await world.joiner("erin", link);
    await world.until("bob rejoins by himself", () => bob.notices().includes("rejoined"), 60_000);
    await confirmed(world, [bob]);
    await goesOn(world, [...all, dave, erin], link);
    expect(carol.notices()).not.toContain("split");
  });

  it("of carol's Remove: what bob seals for her goes nowhere, and he sees the gap", async () => {
    const order = createHostileOrder();
    const { world, alice, bob, carol, link } = await scene(order.options);
    withholdCommits(bob);
    carol.room().leave();
    await world.until("carol is removed", () => alice.people().join() === "alice,bob");
    says(bob, "is carol still here?");
    says(alice, "no");
    await world.until("bob sees that something is missing", () => bob.notices().includes("gap"));
    await world.run(2_000);
    expect(order.records.filter(isPostOf(bob, 1))).toEqual([]);
    expect(bob.mine("is carol still here?")?.delivery).toBe("pending");
    changeRecords(bob, null);
    bob.room().rejoin();
    await confirmed(world, [bob]);
    await goesOn(world, [alice, bob], link);
  });
});

describe("[Y3] a post that the relay repeats", () => {
  it("under its own number is skipped, and nobody sees it twice", async () => {
    const { world, alice, bob, all, link } = await scene();
    changeRecords(bob, (record) => [record, record]);
    says(alice, "once");
    await world.until("bob reads it", reads(bob, "alice: once"));
    await goesOn(world, all, link);
    expect(bob.read().filter((line) => line === "alice: once")).toHaveLength(1);
  });

  it("under a new number is shown to nobody twice, and acknowledges nothing", async () => {
    const order = createHostileOrder();
    const { world, alice, bob, all, link } = await scene(order.options);
    says(alice, "once");
    await world.until("it stands", reads(bob, "alice: once"));
    const post = order.records.find(isPostOf(alice, 1)) as Post & Record;
    await order.put(post, null, null);
    await world.run(1_000);
    for (const who of all) expect(who.read()).toEqual(["alice: once"]);
    await goesOn(world, all, link);
  });

  it("to bob alone, under a new number, is a split with the next word of who has heard more", async () => {
    const { world, alice, bob, carol, all, link } = await scene();
    let shift = 0;
    const isRepeated = isPostOf(alice, 1);
    changeRecords(bob, (record) => {
      const shifted = { ...record, number: record.number + shift };
      if (!isRepeated(record)) return [shifted];
      shift = 1;
      return [shifted, { ...shifted, number: shifted.number + 1 }];
    });
    says(alice, "once");
    await world.until("bob reads it", reads(bob, "alice: once"));
    says(alice, "next");
    await world.until("bob reads the next", reads(bob, "alice: next"));
    expect(bob.read()).toEqual(["alice: once", "alice: next"]);
    says(carol, "I heard both");
    await world.until("bob reads carol", reads(bob, "carol: I heard both"));
    expect(isSplit(bob)).toBe(true);
    changeRecords(bob, null);
    await rejoin(world, bob);
    await goesOn(world, all, link);
  });
});

/** Gives this person the first two posts the other way round, with each other's numbers. */
function swapFirstTwoPosts(who: Person): void {
  let first: Record | null = null;
  let isDone = false;
  changeRecords(who, (record) => {
    if (record.kind !== "post" || isDone) return [record];
    if (first === null) {
      first = record;
      return [];
    }
    isDone = true;
    return [
      { ...record, number: first.number },
      { ...first, number: record.number },
    ];
  });
}

describe("[Y3] two orders", () => {
  it("shown to bob and to carol: whoever reads the next message of the other sees the split", async () => {
    const { world, alice, bob, carol, all, link } = await scene();
    swapFirstTwoPosts(carol);
    says(alice, "yes");
    await world.run(200);
    says(bob, "no");
    await world.until("carol has both", () => carol.read().length === 2);
    expect(bob.read()).toEqual(["alice: yes", "bob: no"]);
    expect(carol.read()).toEqual(["bob: no", "alice: yes"]);
    says(carol, "so bob said no first");
    await world.until("bob hears carol", reads(bob, "carol: so bob said no first"));
    expect(isSplit(bob)).toBe(true);
    says(bob, "I did not");
    await world.until("carol hears bob", reads(carol, "bob: I did not"));
    expect(isSplit(carol)).toBe(true);
    await goesOn(world, all, link);
    await rejoin(world, alice, bob, carol);
    await goesOn(world, all, link);
  });

  it("within one sender: two of alice's posts exchanged do not pass either", async () => {
    const { world, alice, bob, all, link } = await scene();
    swapFirstTwoPosts(bob);
    says(alice, "first");
    await world.run(200);
    says(alice, "second");
    await world.run(200);
    says(alice, "third");
    await world.until("bob reads on", reads(bob, "alice: third"));
    expect(isSplit(bob)).toBe(true);
    await goesOn(world, all, link);
  });
});

describe("[O5][Y3] an incarnation that the relay makes up for carol alone", () => {
  it("does not keep orders from being compared: the next message shows a split", async () => {
    const world = createWorld();
    const people = await roomOf(world, "alice", "bob");
    const [alice, bob] = people as [Person, Person];
    const { link } = alice.room();
    const carol = world.person("carol");
    const incarnation = incarnationOf(new Uint8Array(8).fill(7));
    changeFrames(carol, (frame) =>
      frame.kind === "welcome" ? [{ ...frame, incarnation }] : [frame],
    );
    carol.client.openLink(link);
    carol.client.enter("carol", "");
    await world.until("carol is in", () => carol.client.phase.value.kind === "room");
    await confirmed(world, [carol]);
    says(alice, "in which life are we?");
    await world.until("carol reads it", reads(carol, "alice: in which life are we?"));
    expect(isSplit(carol)).toBe(true);
    says(carol, "in mine");
    await world.until("bob reads it", reads(bob, "carol: in mine"));
    expect(isSplit(bob)).toBe(true);
    changeFrames(carol, null);
    await rejoin(world, carol);
    await goesOn(world, [alice, bob, carol], link);
  });
});

describe("[W4] a relay's times, which nobody can check,", () => {
  const distortions: readonly (readonly [string, number])[] = [
    ["long ago", 0],
    ["in a thousand years", Date.UTC(3026, 0, 1)],
  ];
  it.each(distortions)("do not hide a message by dating it %s", async (_, acceptedAtMs) => {
    const { world, alice, bob, all, link } = await scene();
    const { messageTtlMs } = POLICY;
    changeRecords(bob, (record) => [{ ...record, acceptedAtMs }]);
    says(alice, "now");
    await world.until("carol has it", () => (all[2] as Person).read().length === 1);
    await world.run(messageTtlMs - 10_000);
    expect(bob.read()).toEqual(["alice: now"]);
    await world.run(11_000);
    expect(bob.read()).toEqual([]);
    changeRecords(bob, null);
    await goesOn(world, all, link);
  });

  it("do not hide one either by breaking bob's connection first, or by another clock in the welcome", async () => {
    const { world, alice, bob, all, link } = await scene();
    const { messageTtlMs } = POLICY;
    changeFrames(bob, (frame) => {
      if (frame.kind === "welcome") return [{ ...frame, nowMs: Date.UTC(3026, 0, 1) }];
      if (frame.kind !== "records") return [frame];
      return [
        { ...frame, records: frame.records.map((record) => ({ ...record, acceptedAtMs: 0 })) },
      ];
    });
    bob.network.breakAll();
    says(alice, "while you were out");
    await world.until("bob is back", () => bob.room().connection.value === "live", 60_000);
    await world.run(messageTtlMs - 60_000);
    expect(bob.read()).toEqual(["alice: while you were out"]);
    changeFrames(bob, null);
    await goesOn(world, all, link);
  });

  it("but what waited for bob at an honest relay expires when it does for the others", async () => {
    const { world, alice, bob } = await scene();
    const { messageTtlMs } = POLICY;
    bob.network.cut();
    says(alice, "wait for bob");
    await world.run(100_000);
    bob.network.mend();
    await world.until("bob has it", reads(bob, "alice: wait for bob"), 60_000);
    const waited = world.clock.now();
    await world.until("alice's is gone", () => alice.read().length === 0, messageTtlMs);
    await world.run(40_000);
    expect(bob.read()).toEqual([]);
    expect(world.clock.now() - waited).toBeLessThan(messageTtlMs);
  });
});

describe("[J5] a session that the relay stamps onto another's post", () => {
  it("for bob alone: it does not open, and the next message shows a split", async () => {
    const { world, alice, bob, carol, all, link } = await scene();
    const isStolen = isPostOf(alice, 1);
    const session = sessionOf(carol);
    changeRecords(bob, (record) => (isStolen(record) ? [{ ...record, session }] : [record]));
    says(alice, "in whose name?");
    await world.until("carol reads it", reads(carol, "alice: in whose name?"));
    await world.run(200);
    expect(bob.read()).toEqual([]);
    expect(bob.notices()).toContain("unopened");
    says(alice, "next");
    await world.until("bob reads the next", reads(bob, "alice: next"));
    expect(isSplit(bob)).toBe(true);
    await rejoin(world, bob);
    await goesOn(world, all, link);
  });

  it("for everybody: nobody reads it as carol's, and carol goes on", async () => {
    const order = createHostileOrder();
    const { world, alice, bob, carol, all, link } = await scene(order.options);
    says(alice, "mine");
    await world.until("it stands", reads(bob, "alice: mine"));
    const post = order.records.find(isPostOf(alice, 1)) as Post & Record;
    const stamped = { ...post, session: sessionOf(carol) };
    await order.put(stamped, null, stamped);
    await world.run(1_000);
    for (const who of all) expect(who.read()).toEqual(["alice: mine"]);
    for (const who of [alice, bob]) expect(who.notices()).toContain("unopened");
    await goesOn(world, all, link);
  });

  it("and one onto another's commit: void for all", async () => {
    const order = createHostileOrder();
    const { world, bob, carol, all, link } = await scene(order.options);
    const code = bob.room().safetyCode.value;
    const last = order.records.findLast(({ kind }) => kind === "commit") as Commit & Record;
    const stamped = { ...last, session: sessionOf(carol), follows: last.number };
    await order.put(stamped, new Uint8Array(512), stamped);
    await world.run(30);
    for (const who of all) expect(who.room().safetyCode.value).toBe(code);
    await goesOn(world, all, link);
  });
});

describe("[C1] a commit record that does not follow the last one", () => {
  it.each([
    ["the one before", (last: number) => last - 1],
    ["the open", () => 1],
  ])("but %s is void for all, though the relay ordered it", async (_, wrong) => {
    const order = createHostileOrder();
    const { world, alice, bob, carol, link } = await scene(order.options);
    const taken: Extract<Offer, { kind: "commit" }>[] = [];
    // Alice's Remove never comes to the order as she made it.
    changeFramesUp(alice, (frame) => {
      const offer = frame.kind === "propose" ? frame.offers[0] : undefined;
      if (offer?.kind !== "commit") return [frame];
      taken.push(offer);
      return [];
    });
    carol.room().leave();
    await world.until("alice removes carol", () => taken.length > 0);
    const [offer] = taken;
    if (offer === undefined) throw new Error("no Remove");
    const { groupInfo, ref: _ref, ...fields } = offer;
    const commit = { ...fields, session: sessionOf(alice) };
    await order.put({ ...commit, follows: wrong(commit.follows) }, groupInfo, commit);
    await world.run(100);
    expect(alice.people()).toEqual(["alice", "bob", "carol"]);
    changeFramesUp(alice, null);
    await removed(world, alice, bob);
    await goesOn(world, [alice, bob], link);
    expect(bob.notices()).not.toContain("split");
  });
});

describe("[P5] a post sealed before a removal", () => {
  it("is refused as stale behind it, and comes back sealed anew", async () => {
    const order = createHostileOrder();
    const { world, alice, bob, carol, link } = await scene(order.options);
    const late = await held(world, bob, "not for carol");
    carol.room().leave();
    await removed(world, alice, bob);
    const removal = order.records.findLast(({ kind }) => kind === "commit")?.number ?? 0;
    late.release();
    await world.until("alice reads it", reads(alice, "bob: not for carol"));
    expect(bob.mine("not for carol")?.delivery).toBe("sent");
    const posts = order.records.filter((record) => record.kind === "post");
    expect(posts.map(({ names }) => names)).toEqual([removal]);
    expect(posts[0]?.sealed).not.toEqual(late.post.sealed);
    await goesOn(world, [alice, bob], link);
  });

  it("and ordered behind it by a relay that does not care: opens for nobody, and everyone is told", async () => {
    const order = createHostileOrder();
    const { world, alice, bob, carol, link } = await scene(order.options);
    const late = await held(world, bob, "not for carol");
    carol.room().leave();
    await removed(world, alice, bob);
    const post = { ...late.post, kind: "post", session: sessionOf(bob) } as const;
    await order.put(post, null, { ...post, names: order.records.at(-1)?.number ?? 0 });
    late.drop();
    await world.run(1_000);
    expect(alice.read()).toEqual([]);
    expect(alice.notices()).toContain("unopened");
    await goesOn(world, [alice, bob], link);
  });
});

interface Held {
  readonly post: Omit<Post, "kind" | "session">;
  release(): void;
  drop(): void;
}

/** The relay takes this post off its maker's hands and keeps it for later. */
async function held(world: World, who: Person, text: string): Promise<Held> {
  const queue: Parameters<typeof who.network.tamperUp & object>[0][] = [];
  const isPost = (index: number): boolean => {
    const frame = framesFrom(who)[index];
    return frame?.kind === "propose" && frame.offers[0]?.kind === "post";
  };
  who.network.tamperUp = (bytes) => {
    if (!isPost(who.network.sent.length - 1)) return [bytes];
    queue.push(bytes);
    return [];
  };
  says(who, text);
  await world.until("the post is on its way", () => queue.length > 0);
  const frame = framesFrom(who).at(-1);
  const offer = frame?.kind === "propose" ? frame.offers[0] : undefined;
  if (offer?.kind !== "post") throw new Error("no post was held");
  const end = (): void => {
    who.network.tamperUp = null;
  };
  return {
    post: offer,
    // The held one first, as the network would have brought it.
    release() {
      who.network.tamperUp = (bytes) => {
        end();
        return [...queue, bytes];
      };
    },
    drop: end,
  };
}

async function removed(world: World, ...stay: readonly Person[]): Promise<void> {
  const names = stay.map(({ name }) => name).join();
  await world.until("the Remove stands", () => stay.every((who) => who.people().join() === names));
}
