import { expect, test } from "vitest";
import { CLOSE } from "../../shared/close-codes.ts";
import { incarnationOf } from "../../shared/ids.ts";
import { RULES_VERSION } from "../../shared/protocol.ts";
import { createRoomWorld, POLICY, sealedOf, type Wire } from "../stories/room-world.ts";

const OTHER_LIFE = incarnationOf(new Uint8Array(8).fill(9));
const placeOf = (wire: Wire) => ({
  incarnation: wire.last("welcome").incarnation,
  number: wire.numbers().at(-1) ?? 0,
});

test("[E2] no room: told so, the line stays, and is let go after 30 s of silence", async () => {
  const world = createRoomWorld();
  const bob = await world.enter("bob");
  expect(bob.frames).toEqual([{ kind: "no-room" }]);
  await world.clock.advance(29_999);
  expect(bob.closedBy()).toBeNull();
  await world.clock.advance(1);
  expect(bob.closedBy()).toBe(CLOSE.later);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
  expect(world.clock.waiting()).toBe(0);
});

test("[E2] asking for a turn where no room stands is answered the same", async () => {
  const world = createRoomWorld();
  const bob = await world.enter("bob");
  await bob.send({ kind: "ask-turn" });
  expect(bob.frames).toEqual([{ kind: "no-room" }, { kind: "no-room" }]);
});

test("[E3] of two who found at once one does, the other is told that a room stands", async () => {
  const world = createRoomWorld();
  const alice = await world.enter("alice");
  const bob = await world.enter("bob");
  const found = { kind: "found", rules: RULES_VERSION, policy: POLICY } as const;
  alice.sendNow({ ...found, sealed: sealedOf("alice") });
  bob.sendNow({ ...found, sealed: sealedOf("bob") });
  await world.clock.settle();
  expect(alice.last("welcome").arrival).toBe(1);
  expect(bob.closedBy()).toBe(CLOSE.exists);
  expect(world.events).toEqual(["founded"]);
});

test("[E3] founding where a room stands is refused before it is proposed", async () => {
  const world = createRoomWorld();
  const bob = await world.enter("bob");
  await world.roomOf("alice");
  expect(bob.frames.map(({ kind }) => kind)).toEqual(["no-room", "founded"]);
  await bob.found();
  expect(bob.closedBy()).toBe(CLOSE.exists);
});

test("[E4] a founding by rules that this relay lacks needs an upgrade", async () => {
  const world = createRoomWorld();
  const alice = await world.enter("alice");
  const rules = RULES_VERSION + 1;
  await alice.send({ kind: "found", rules, policy: POLICY, sealed: sealedOf("alice") });
  expect(alice.closedBy()).toBe(CLOSE.upgradeRequired);
  expect(world.log.isEmpty()).toBe(true);
});

test("[E4] a room of rules that this relay lacks is not entered", async () => {
  const world = createRoomWorld({}, (log) => ({
    ...log,
    async serve(routeId, listener) {
      const room = await log.serve(routeId, listener);
      return {
        ...room,
        standing() {
          const standing = room.standing();
          if (standing === null || standing.head < 2) return standing;
          return { ...standing, state: new Map(standing.state).set("rules", RULES_VERSION + 1) };
        },
      };
    },
  }));
  const [alice] = await world.roomOf("alice");
  await alice.post(1, 1);
  const bob = await world.enter("bob");
  expect(bob.closedBy()).toBe(CLOSE.upgradeRequired);
  expect(bob.frames).toEqual([]);
});

test("[W1] before the room is looked up nothing but a ping has its place", async () => {
  const world = createRoomWorld();
  const early = world.enterNow("alice");
  early.sendNow({ kind: "ping" });
  await world.clock.settle();
  expect(early.frames).toEqual([{ kind: "no-room" }]);
  const tooEarly = createRoomWorld().enterNow("bob");
  tooEarly.sendNow({ kind: "ask-turn" });
  await world.clock.settle();
  expect(tooEarly.closedBy()).toBe(CLOSE.outOfTurn);
  expect(tooEarly.frames).toEqual([]);
});

test("a line that goes before the room is looked up leaves nothing behind", async () => {
  const world = createRoomWorld();
  const early = world.enterNow("alice");
  await early.drop();
  expect(early.frames).toEqual([]);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
  expect(world.clock.waiting()).toBe(0);
});

test("[E5] bob comes back with his cursor: his seat, what he missed, then live, nothing twice", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.post(1, 2);
  await bob.drop();
  await alice.post(1, 2);
  await alice.post(2, 2);
  const again = await world.enter("bob", { cursor: placeOf(bob), connections: 2 });
  expect(again.last("welcome")).toMatchObject({ arrival: 6, counter: 1, first: 4, head: 6 });
  await alice.post(3, 2);
  expect(again.numbers()).toEqual([4, 5, 6, 7]);
  expect(
    alice
      .all("presence")
      .flatMap(({ changes }) => changes)
      .slice(-2),
  ).toEqual([
    { session: bob.session, presence: "away" },
    { session: bob.session, presence: "present" },
  ]);
});

test("[O3] a cursor from before the own seating brings nothing from before it", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  await alice.post(1, 1);
  const carol = await world.enter("carol");
  await carol.join();
  await carol.drop();
  const { incarnation } = carol.last("welcome");
  const again = await world.enter("carol", { cursor: { incarnation, number: 1 }, connections: 2 });
  expect(again.last("welcome").first).toBe(3);
  expect(again.numbers()).toEqual([3, 4]);
});

test("[E6] a cursor without a seat, or a seat without a cursor: gone", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  const { incarnation } = alice.last("welcome");
  const stranger = await world.enter("carol", { cursor: { incarnation, number: 1 } });
  expect(stranger.closedBy()).toBe(CLOSE.gone);
  const amnesiac = await world.enter("bob", { connections: 2 });
  expect(amnesiac.closedBy()).toBe(CLOSE.gone);
  expect(bob.closedBy()).toBeNull();
  await bob.leave(2);
  const returned = await world.enter("bob", { connections: 3 });
  expect(returned.closedBy()).toBe(CLOSE.gone);
  const late = await world.enter("bob", { cursor: { incarnation, number: 2 }, connections: 4 });
  expect(late.closedBy()).toBe(CLOSE.gone);
});

test("[E7] a cursor of another incarnation is told of this one's open", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  const bob = await world.enter("bob", { cursor: { incarnation: OTHER_LIFE, number: 40 } });
  expect(bob.last("founded")).toEqual({
    kind: "founded",
    incarnation: alice.last("welcome").incarnation,
    open: alice.records()[0],
  });
  // He is not of this room: his seat is not among those it has.
  const { incarnation } = bob.last("founded");
  await bob.send({ kind: "arrive", cursor: { incarnation, number: 1 } });
  expect(bob.closedBy()).toBe(CLOSE.gone);
});

test("[E7] once the open has expired there is nothing left to come back to", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  for (let i = 0; i < 12; i++) await world.clock.advance(60_000);
  expect(alice.closedBy()).toBeNull();
  const bob = await world.enter("bob", { cursor: { incarnation: OTHER_LIFE, number: 40 } });
  expect(bob.closedBy()).toBe(CLOSE.gone);
});

test("[E8] a cursor ahead is held for 5 s: it arrives when the relay has caught up", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  const { incarnation } = bob.last("welcome");
  await bob.drop();
  const cursor = { incarnation, number: 4 };
  const again = await world.enter("bob", { cursor, connections: 2 });
  expect(again.frames).toEqual([]);
  await alice.post(1, 2);
  expect(again.frames).toEqual([]);
  await alice.post(2, 2);
  expect(again.last("welcome")).toMatchObject({ arrival: 5, first: 5, head: 5 });
  expect(again.numbers()).toEqual([5]);
});

test("[E8] a cursor that stays ahead is sent away to try later", async () => {
  const world = createRoomWorld();
  const [, bob] = await world.roomOf("alice", "bob");
  const { incarnation } = bob.last("welcome");
  await bob.drop();
  const again = await world.enter("bob", { cursor: { incarnation, number: 99 }, connections: 2 });
  await world.clock.advance(4_999);
  expect(again.closedBy()).toBeNull();
  await world.clock.advance(1);
  expect(again.closedBy()).toBe(CLOSE.later);
});

test("[E9] a full room closes at once", async () => {
  const world = createRoomWorld();
  const alice = await world.enter("alice");
  await alice.found({ ...POLICY, memberCap: 2 });
  const bob = await world.enter("bob");
  await bob.join();
  const carol = await world.enter("carol");
  expect(carol.closedBy()).toBe(CLOSE.full);
  await bob.leave(2);
  const dave = await world.enter("dave");
  await dave.join();
  expect(dave.last("welcome").arrival).toBe(4);
});

test("[E10] the newest connection has the seat, the older one is told that it is replaced", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  const second = await world.enter("bob", { cursor: placeOf(bob), connections: 2 });
  expect(bob.closedBy()).toBe(CLOSE.replaced);
  expect(second.last("welcome").arrival).toBe(3);
  const stale = await world.enter("bob", { cursor: placeOf(bob), connections: 2 });
  expect(stale.closedBy()).toBe(CLOSE.replaced);
  expect(second.closedBy()).toBeNull();
  // bob was never away for alice.
  const changes = alice.all("presence").flatMap((frame) => frame.changes);
  expect(changes).not.toContainEqual({ session: bob.session, presence: "away" });
});

test("[E10] of two lines of one who has not joined yet the newer stays", async () => {
  const world = createRoomWorld();
  await world.roomOf("alice");
  const first = await world.enter("bob", { connections: 1 });
  const third = await world.enter("bob", { connections: 3 });
  expect(first.closedBy()).toBe(CLOSE.replaced);
  const second = await world.enter("bob", { connections: 2 });
  expect(second.closedBy()).toBe(CLOSE.replaced);
  await third.join();
  expect(third.last("welcome").arrival).toBe(2);
});

test("[E11] who waits where a room is founded is told, and may ask for a turn", async () => {
  const world = createRoomWorld();
  const bob = await world.enter("bob");
  await world.roomOf("alice");
  expect(bob.last("founded").open).toMatchObject({ kind: "open", number: 1 });
  await bob.send({ kind: "ask-turn" });
  await bob.join();
  expect(bob.last("welcome").arrival).toBe(2);
});

test("[E12] a welcome names who is seated and who of them is present", async () => {
  const world = createRoomWorld();
  const [alice, bob, carol] = await world.roomOf("alice", "bob", "carol");
  await alice.drop();
  await bob.leave(2);
  const dave = await world.enter("dave");
  await dave.join();
  expect(new Set(dave.last("welcome").seated)).toEqual(
    new Set([
      { session: alice.session, presence: "away" },
      { session: carol.session, presence: "present" },
      { session: dave.session, presence: "present" },
    ]),
  );
  expect(dave.last("welcome").nowMs).toBe(world.clock.wall());
});

test("[X1] who asks outside again and again is sent away before it is answered for long", async () => {
  const world = createRoomWorld();
  await world.roomOf("alice");
  const cursor = { incarnation: OTHER_LIFE, number: 1 };
  const bob = await world.enter("bob", { cursor });
  for (let i = 0; i < 12; i++) await bob.send({ kind: "arrive", cursor });
  expect(bob.all("founded")).toHaveLength(1 + 10);
  expect(bob.closedBy()).toBe(CLOSE.policy);
});

test("a frame that has no place in this state ends the line", async () => {
  const sealed = sealedOf("x");
  const cursor = { incarnation: OTHER_LIFE, number: 1 };
  const refounding = { epochName: new Uint8Array(16), epoch: 1n, reached: 1, sessions: [] };
  const founding = { rules: RULES_VERSION, policy: POLICY, sealed };
  const leave = { kind: "leave", ref: 1, arrival: 1 } as const;
  const frames = [
    { kind: "found", ...founding },
    { kind: "refound", ...founding, refounding },
    { kind: "ask-turn" },
    { kind: "arrive", cursor },
    { kind: "propose", offers: [leave] },
    { kind: "signal", sealed },
  ] as const;
  const allowed = {
    outside: ["found", "refound", "ask-turn", "arrive"],
    joining: ["ask-turn", "propose"],
    seated: ["propose", "signal"],
  };
  for (const [state, kinds] of Object.entries(allowed)) {
    for (const frame of frames) {
      const world = createRoomWorld();
      if (state !== "outside") await world.roomOf("zoe");
      const alice = await world.enter("alice");
      if (state === "seated") await alice.join();
      await alice.send(frame);
      const isOut = alice.closedBy() === CLOSE.outOfTurn;
      expect(isOut, `${frame.kind} while ${state}`).toBe(!kinds.includes(frame.kind));
    }
  }
});

test("a ping that comes through changes nothing, in no state", async () => {
  const world = createRoomWorld();
  const bob = await world.enter("bob");
  await bob.send({ kind: "ping" });
  const [alice] = await world.roomOf("alice");
  await alice.send({ kind: "ping" });
  expect(bob.closedBy()).toBeNull();
  expect(alice.closedBy()).toBeNull();
});
