import { describe, expect, test } from "vitest";
import { CLOSE } from "../../shared/close-codes.ts";
import { incarnationOf, type SessionId } from "../../shared/ids.ts";
import { MAX_MEMBER_CAP, REFOUND_GATHER_MS } from "../../shared/limits.ts";
import { RULES_VERSION } from "../../shared/protocol.ts";
import { createRoomWorld, POLICY, sealedOf, sessionOf } from "../stories/room-world.ts";
import { pickRefounding, type Refound } from "./refounding.ts";

const [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(sessionOf) as [
  SessionId,
  SessionId,
  SessionId,
  SessionId,
];
const nameOf = (byte: number) => new Uint8Array(16).fill(byte);

const proposal = (
  session: SessionId,
  refounding: Partial<Refound["refounding"]>,
): [SessionId, Refound] => [
  session,
  {
    kind: "open",
    session,
    rules: RULES_VERSION,
    policy: POLICY,
    sealed: sealedOf(session),
    refounding: {
      epochName: nameOf(1),
      epoch: 5n,
      reached: 10,
      sessions: [session],
      ...refounding,
    },
  },
];
const pick = (...proposals: [SessionId, Refound][]) => pickRefounding(new Map(proposals));

describe("the pick", () => {
  test("[R3] the epoch that most sessions name, however high another's epoch or number", () => {
    const hijack = { epochName: nameOf(9), epoch: 2n ** 63n, reached: 2 ** 50 };
    expect(
      pick(proposal(dave, hijack), proposal(alice, {}), proposal(bob, {}))?.refounding.epochName,
    ).toEqual(nameOf(1));
  });
  test("[R3] at a tie of votes the higher epoch", () => {
    const later = { epochName: nameOf(2), epoch: 6n, reached: 1 };
    expect(pick(proposal(alice, {}), proposal(bob, later))?.session).toBe(bob);
    expect(pick(proposal(bob, later), proposal(alice, {}))?.session).toBe(bob);
  });
  test("[R3] of the same epoch the higher number reached", () => {
    expect(pick(proposal(alice, { reached: 10 }), proposal(bob, { reached: 11 }))?.session).toBe(
      bob,
    );
  });
  test("[R3] who names the others' epoch with a policy of its own votes alone", () => {
    const [session, open] = proposal(dave, { reached: 2 ** 50 });
    const liar: [SessionId, Refound] = [
      session,
      { ...open, policy: { ...POLICY, lifetimeMs: 60_000 } },
    ];
    const picked = pick(liar, proposal(alice, {}), proposal(bob, {}));
    expect(picked?.policy).toEqual(POLICY);
    expect(picked?.refounding.sessions).not.toContain(dave);
  });
  test("[R4] seats everyone whom a proposal of the same epoch lists, nobody else", () => {
    const picked = pick(
      proposal(alice, { sessions: [alice], reached: 99 }),
      proposal(bob, { sessions: [bob, carol] }),
      proposal(dave, { epochName: nameOf(9) }),
    );
    expect(picked?.session).toBe(alice);
    expect(picked?.refounding.sessions).toEqual([alice, bob, carol].toSorted());
  });
  test("[R4] lies that overfill the room push out neither the proposer nor whom most list", () => {
    const strangers = (n: number) => Array.from({ length: 100 }, (_, i) => sessionOf(`${n} ${i}`));
    const picked = pick(
      proposal(dave, { sessions: strangers(1) }),
      proposal(alice, { sessions: [alice, bob], reached: 99 }),
      proposal(bob, { sessions: [alice, bob] }),
    );
    expect(picked?.refounding.sessions).toHaveLength(MAX_MEMBER_CAP);
    expect(picked?.refounding.sessions).toEqual(expect.arrayContaining([alice, bob]));
  });
  test("nothing of nothing", () => expect(pick()).toBeNull());
});

const LOST = { incarnation: incarnationOf(nameOf(8).slice(0, 8)), number: 9 };

test("[R2] [R5] the order was lost: two find each other again, each takes its seat and talks on", async () => {
  const world = createRoomWorld();
  const first = await world.enter("alice", { cursor: LOST, connections: 2 });
  expect(first.frames).toEqual([{ kind: "no-room" }]);
  await first.refound({ sessions: [alice, bob] });
  await world.clock.advance(REFOUND_GATHER_MS - 1);
  const second = await world.enter("bob", { cursor: LOST, connections: 2 });
  await second.refound({ sessions: [alice, bob], reached: 10 });
  await world.clock.advance(1);
  const founded = first.last("founded");
  expect(founded.open).toMatchObject({ kind: "open", session: bob, number: 1 });
  expect(second.last("founded")).toEqual(founded);
  const cursor = { incarnation: founded.incarnation, number: 1 };
  await first.send({ kind: "arrive", cursor });
  await second.send({ kind: "arrive", cursor });
  expect(first.last("welcome")).toMatchObject({ arrival: 2, counter: 0, first: 2, head: 2 });
  await second.post(1, 1);
  expect(first.numbers()).toEqual([2, 3, 4]);
  expect(second.numbers()).toEqual([2, 3, 4]);
  expect(world.events).toEqual(["refounded"]);
});

test("[R5] who was listed and does not come back has left after the grace", async () => {
  const world = createRoomWorld();
  const first = await world.enter("alice", { cursor: LOST, connections: 2 });
  await first.refound({ sessions: [alice, bob] });
  await world.clock.advance(REFOUND_GATHER_MS);
  const cursor = { incarnation: first.last("founded").incarnation, number: 1 };
  await first.send({ kind: "arrive", cursor });
  expect(first.last("welcome").seated).toContainEqual({ session: bob, presence: "away" });
  await world.clock.advance(POLICY.graceMs);
  expect(first.records().at(-1)).toMatchObject({ kind: "leave", session: bob, arrival: 1 });
});

test("[R5] nobody comes to a room that was founded again: it ends after the grace", async () => {
  const world = createRoomWorld();
  const first = await world.enter("alice", { cursor: LOST });
  await first.refound({ sessions: [alice, bob] });
  await world.clock.advance(REFOUND_GATHER_MS);
  await first.drop();
  await world.clock.advance(POLICY.graceMs);
  expect(world.log.isEmpty()).toBe(true);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
});

test("[R1] who comes late is told of the room that stands, and arrives if listed", async () => {
  const world = createRoomWorld();
  const first = await world.enter("alice", { cursor: LOST });
  await first.refound({ sessions: [alice, bob] });
  await world.clock.advance(REFOUND_GATHER_MS);
  const late = await world.enter("bob", { cursor: LOST });
  const { incarnation } = late.last("founded");
  await late.refound({ sessions: [bob] });
  expect(late.all("founded")).toHaveLength(2);
  await late.send({ kind: "arrive", cursor: { incarnation, number: 1 } });
  expect(late.last("welcome").arrival).toBe(2);
  const stranger = await world.enter("carol", { cursor: LOST });
  await stranger.send({ kind: "arrive", cursor: { incarnation, number: 1 } });
  expect(stranger.closedBy()).toBe(CLOSE.gone);
});

test("[R2] a proposal whose line closed while it was gathered does not count", async () => {
  const world = createRoomWorld();
  const first = await world.enter("alice", { cursor: LOST });
  const second = await world.enter("bob", { cursor: LOST });
  await first.refound({ sessions: [alice], epochName: nameOf(1), epoch: 9n });
  await second.refound({ sessions: [bob], epochName: nameOf(2), epoch: 1n });
  await first.drop();
  await world.clock.advance(REFOUND_GATHER_MS);
  expect(second.last("founded").open.session).toBe(bob);
});

test("[R2] all lines close while it gathers: no room comes of it", async () => {
  const world = createRoomWorld();
  const first = await world.enter("alice", { cursor: LOST });
  await first.refound({ sessions: [alice] });
  await first.drop();
  await world.clock.advance(REFOUND_GATHER_MS);
  expect(world.log.isEmpty()).toBe(true);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
  expect(world.clock.waiting()).toBe(0);
});

test("[R7] while it gathers, founding is answered as if the room stood", async () => {
  const world = createRoomWorld();
  const first = await world.enter("alice", { cursor: LOST });
  const squatter = await world.enter("dave");
  await first.refound({ sessions: [alice] });
  await squatter.found();
  expect(squatter.closedBy()).toBe(CLOSE.exists);
});

test("[X4] an address founds again so often; who proposes besides is not counted", async () => {
  const world = createRoomWorld({ refoundings: { count: 1, windowMs: 60_000 } });
  const first = await world.enter("alice", { cursor: LOST });
  const second = await world.enter("bob", { cursor: LOST });
  await first.refound({ sessions: [alice, bob] });
  await second.refound({ sessions: [alice, bob] });
  await world.clock.advance(REFOUND_GATHER_MS);
  expect(second.last("founded").open.number).toBe(1);
});
