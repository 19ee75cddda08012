/** What a relay, alone or with an insider, can tell a newcomer who has no group to check it against. */
import { describe, expect, it } from "vitest";
import type { ServerFrame } from "../../shared/protocol.ts";
import { confirmed, goesOn, roomOf } from "./going-on.ts";
import { changeFrames, framesFrom } from "./hostile-relay.ts";
import { hostileCommit } from "./hostile-offers.ts";
import { createInsider } from "./insider.ts";
import { createWorld, type Person, type World } from "./world.ts";

type Turn = ServerFrame & { readonly kind: "turn" };

/** Somebody enters by the link through a relay that changes what it says. */
function enters(
  world: World,
  name: string,
  link: string,
  change: (frame: ServerFrame) => readonly ServerFrame[],
): Person {
  const who = world.person(name);
  changeFrames(who, change);
  who.client.openLink(link);
  who.client.enter(name, "");
  return who;
}

const isIn = (who: Person): boolean => who.client.phase.value.kind === "room";
const postsOf = (who: Person): number =>
  framesFrom(who).filter(
    (frame) => frame.kind === "propose" && frame.offers.some(({ kind }) => kind === "post"),
  ).length;

/** In every try it stays joining, and of what its person says nothing goes out. */
async function staysJoining(world: World, who: Person): Promise<void> {
  await world.until(`${who.name} has a seat`, () => isIn(who));
  expect(who.room().send("a secret for friends")).toBe(true);
  const kinds = new Set<string>();
  for (let passed = 0; passed < 30_000; passed += 100) {
    await world.run(100);
    kinds.add(who.room().encryption.value.kind);
  }
  expect([...kinds]).toEqual(["joining", "unconfirmed"]);
  expect(who.mine("a secret for friends")?.delivery).toBe("pending");
  expect(postsOf(who)).toBe(0);
}

/** Once the relay is honest, the person says "rejoin", is confirmed, and what was held goes out. */
async function isHealed(world: World, who: Person, others: readonly Person[]): Promise<void> {
  changeFrames(who, null);
  who.room().rejoin();
  await confirmed(world, [who]);
  await world.until("what was held goes out", () =>
    others.every((other) => other.read().includes(`${who.name}: a secret for friends`)),
  );
}

/**
 * Turns to join a made-up group: mallory's own commit, which stands in no order, so real leaves with keys
 * that nobody but mallory holds.
 */
async function phantomTurns(
  world: World,
  link: string,
): Promise<(frame: ServerFrame) => readonly ServerFrame[]> {
  const mallory = await (await createInsider(world, link)).join("mallory");
  await world.run(2_000);
  const on = { group: mallory.group(), follows: mallory.seat()?.order.last() ?? 0, ref: 1 };
  const { offer } = await hostileCommit(mallory.who, on, { kind: "bent", bend: {} });
  const { session } = mallory.who.identity;
  return (frame) => {
    if (frame.kind !== "turn") return [frame];
    const last = { ...offer, session, number: frame.last.number, acceptedAtMs: 0 };
    return [{ ...frame, last, groupInfo: offer.groupInfo }];
  };
}

describe("[F1][F3] a newcomer whom the relay leads astray stays joining, its outbox held:", () => {
  it("into a made-up group with the real leaves copied: a phantom room", async () => {
    const world = createWorld();
    const honest = await roomOf(world, "alice", "bob");
    const [alice] = honest as [Person, Person];
    const { link } = alice.room();
    const dave = enters(world, "dave", link, await phantomTurns(world, link));
    await staysJoining(world, dave);
    for (const who of honest) expect(who.people()).not.toContain("dave");
    await isHealed(world, dave, honest);
    await goesOn(world, [...honest, dave], link);
  });

  it("into the genuine group from before a removal", async () => {
    const world = createWorld();
    const all = await roomOf(world, "alice", "bob");
    const [alice, bob] = all as [Person, Person];
    const { link } = alice.room();
    const turns: Turn[] = [];
    const carol = enters(world, "carol", link, (frame) => {
      if (frame.kind === "turn") turns.push(frame);
      return [frame];
    });
    await world.until("carol is in", () => isIn(carol));
    await confirmed(world, [carol]);
    bob.room().leave();
    await world.until("bob is removed", () => alice.people().join() === "alice,carol");
    const [old] = turns;
    if (old === undefined) throw new Error("carol had no turn");
    const dave = enters(world, "dave", link, (frame) =>
      frame.kind === "turn"
        ? [{ ...old, last: { ...old.last, number: frame.last.number } }]
        : [frame],
    );
    await staysJoining(world, dave);
    expect(alice.people()).not.toContain("dave");
    await isHealed(world, dave, [alice, carol]);
    await goesOn(world, [alice, carol, dave], link);
  });

  it("by keeping every confirm signal from it", async () => {
    const world = createWorld();
    const honest = await roomOf(world, "alice", "bob");
    const { link } = (honest[0] as Person).room();
    const dave = enters(world, "dave", link, (frame) => (frame.kind === "signals" ? [] : [frame]));
    await staysJoining(world, dave);
    await isHealed(world, dave, honest);
    await goesOn(world, [...honest, dave], link);
  });

  it("by old confirm signals, whoever's name they come in", async () => {
    const world = createWorld();
    const honest = await roomOf(world, "alice", "bob");
    const { link } = (honest[0] as Person).room();
    const heard: (ServerFrame & { readonly kind: "signals" })[] = [];
    const carol = enters(world, "carol", link, (frame) => {
      if (frame.kind === "signals") heard.push(frame);
      return [frame];
    });
    await world.until("carol is confirmed", () => isIn(carol) && heard.length > 0);
    await confirmed(world, [carol]);
    const sessions = carol.room().roster.value.map(({ session }) => session);
    const old = heard.flatMap(({ signals }) =>
      signals.flatMap(({ sealed }) => sessions.map((session) => ({ session, sealed }))),
    );
    const dave = enters(world, "dave", link, (frame) => {
      if (frame.kind === "signals") return [];
      return frame.kind === "records" ? [frame, { kind: "signals", signals: old }] : [frame];
    });
    await staysJoining(world, dave);
    await isHealed(world, dave, [...honest, carol]);
    await goesOn(world, [...honest, carol, dave], link);
  });
});

it("[F2][Y2] a phantom room whose relay also says that everyone is away: seen by all within one message", async () => {
  const world = createWorld();
  const honest = await roomOf(world, "alice", "bob");
  const [alice, bob] = honest as [Person, Person];
  const { link } = alice.room();
  const phantom = await phantomTurns(world, link);
  const dave = enters(world, "dave", link, (frame) => {
    if (frame.kind === "signals" || frame.kind === "presence") return [];
    if (frame.kind !== "welcome") return phantom(frame);
    return [
      { ...frame, seated: frame.seated.map(({ session }) => ({ session, presence: "away" })) },
    ];
  });
  await world.until("dave has a seat", () => isIn(dave));
  dave.room().send("is anybody there?");
  // With nobody present there is nobody to ask: by the rule he counts as confirmed, and sees all away.
  await confirmed(world, [dave]);
  const others = dave.room().roster.value.filter(({ isYou }) => !isYou);
  expect(others.map(({ presence }) => presence)).toEqual(["away", "away", "away"]);
  await world.until("alice and bob see that he is elsewhere", () =>
    honest.every((who) => who.room().encryption.value.kind === "split"),
  );
  expect(alice.read()).toEqual([]);
  expect(alice.people()).not.toContain("dave");
  alice.room().send("who is that?");
  await world.until("dave sees it too", () => dave.room().encryption.value.kind === "split");
  changeFrames(dave, null);
  for (const who of [dave, alice, bob]) {
    who.room().rejoin();
    await confirmed(world, [who]);
  }
  await goesOn(world, [alice, bob, dave], link);
});

describe("[I3] a GroupInfo that cannot be used", () => {
  const bends: readonly (readonly [string, (turn: Turn) => Turn])[] = [
    [
      "is not the one that the record names",
      (turn) => ({ ...turn, groupInfo: flipped(turn.groupInfo) }),
    ],
    ["is cut to another size", (turn) => ({ ...turn, groupInfo: turn.groupInfo.slice(0, 512) })],
    [
      "comes with the record of a post",
      (turn) => ({
        ...turn,
        last: {
          kind: "leave",
          session: turn.last.session,
          arrival: 1,
          number: turn.last.number,
          acceptedAtMs: 0,
        },
      }),
    ],
  ];
  it.each(bends)("because it %s: the newcomer waits, and joins with the next", async (_, bend) => {
    const world = createWorld();
    const honest = await roomOf(world, "alice", "bob");
    const { link } = (honest[0] as Person).room();
    let turns = 0;
    const dave = enters(world, "dave", link, (frame) =>
      frame.kind === "turn" && ++turns === 1 ? [bend(frame)] : [frame],
    );
    await world.until("dave is in", () => isIn(dave));
    expect(turns).toBeGreaterThan(1);
    await confirmed(world, [dave]);
    await goesOn(world, [...honest, dave], link);
  });
});

it("[I1] a genuine GroupInfo that is not the one of the record beside it is not joined by", async () => {
  const world = createWorld();
  const turns: Turn[] = [];
  const honest = await roomOf(world, "alice", "bob");
  const { link } = (honest[0] as Person).room();
  const carol = enters(world, "carol", link, (frame) => {
    if (frame.kind === "turn") turns.push(frame);
    return [frame];
  });
  await world.until("carol is in", () => isIn(carol));
  await confirmed(world, [carol]);
  const [old] = turns;
  if (old === undefined) throw new Error("carol had no turn");
  let isFirst = true;
  const dave = enters(world, "dave", link, (frame) => {
    if (frame.kind !== "turn" || !isFirst) return [frame];
    isFirst = false;
    return [{ ...frame, groupInfo: old.groupInfo }];
  });
  await world.run(1_000);
  const offers = framesFrom(dave).filter(({ kind }) => kind === "propose");
  expect(isFirst).toBe(false);
  expect(offers).toEqual([]);
  await world.until("dave joins in his next turn", () => isIn(dave));
  await confirmed(world, [dave]);
  await goesOn(world, [...honest, carol, dave], link);
});

function flipped(bytes: Turn["groupInfo"]): Turn["groupInfo"] {
  const copy = bytes.slice();
  copy[100] = (copy[100] ?? 0) ^ 1;
  return copy;
}
