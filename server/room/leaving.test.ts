import { expect, test } from "vitest";
import { CLOSE } from "../../shared/close-codes.ts";
import type { Log } from "../ports/log.ts";
import { commitOf, createRoomWorld, POLICY } from "../stories/room-world.ts";

test("[L5] [L2] who leaves has left at once: its line ends, the others have the record", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.leave(2);
  expect(bob.closedBy()).toBe(CLOSE.gone);
  expect(alice.records().at(-1)).toMatchObject({ kind: "leave", session: bob.session, arrival: 2 });
  await world.clock.advance(2 * POLICY.graceMs);
  expect(alice.numbers()).toEqual([1, 2, 3]);
});

test("[N1] [L2] who goes silently is away, may resume for the grace, and has left after it", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.drop();
  expect(alice.last("presence").changes).toEqual([{ session: bob.session, presence: "away" }]);
  expect(world.rooms.count()).toEqual({ rooms: 1, lines: 1, away: 1 });
  await world.clock.advance(POLICY.graceMs - 1);
  expect(alice.numbers()).toEqual([1, 2]);
  await world.clock.advance(1);
  expect(alice.records().at(-1)).toMatchObject({ kind: "leave", session: bob.session, arrival: 2 });
  expect(world.rooms.count()).toEqual({ rooms: 1, lines: 1, away: 0 });
});

test("[N1] each silence has a grace of its own", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  const { incarnation } = bob.last("welcome");
  await bob.drop();
  await world.clock.advance(POLICY.graceMs - 1);
  const again = await world.enter("bob", { cursor: { incarnation, number: 2 }, connections: 2 });
  await again.drop();
  await world.clock.advance(POLICY.graceMs - 1);
  expect(alice.records().map(({ kind }) => kind)).toEqual(["open", "commit", "arrive"]);
  await world.clock.advance(1);
  expect(alice.records().at(-1)).toMatchObject({ kind: "leave", arrival: 3 });
});

test("[L1] a leave that names an older arrival than the newest is refused", async () => {
  const world = createRoomWorld();
  const [, bob] = await world.roomOf("alice", "bob");
  const { incarnation } = bob.last("welcome");
  const again = await world.enter("bob", { cursor: { incarnation, number: 2 }, connections: 2 });
  await again.leave(2);
  expect(again.last("refused").refusals[0]).toMatchObject({ reason: "newer-arrival", detail: 0 });
  await again.leave(3);
  expect(again.closedBy()).toBe(CLOSE.gone);
});

test("[L4] [O6] all go silently: after the grace the room has ended and not a byte of it is left", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await alice.post(1, 2);
  await alice.drop();
  await bob.drop();
  expect(world.log.size().records).toBe(3);
  await world.clock.advance(POLICY.graceMs);
  expect(world.log.isEmpty()).toBe(true);
  expect(world.log.size()).toEqual({ rooms: 0, records: 0, bytes: 0 });
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
  expect(world.clock.waiting()).toBe(0);
  expect(world.events).toEqual(["founded", "ended"]);
  const carol = await world.enter("carol");
  expect(carol.frames).toEqual([{ kind: "no-room" }]);
});

test("[L4] who waits for a turn when the last one leaves is told that the room has ended", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  const bob = await world.enter("bob");
  const carol = await world.enter("carol");
  await alice.leave(1);
  expect(bob.closedBy()).toBe(CLOSE.ended);
  expect(carol.closedBy()).toBe(CLOSE.ended);
  expect(carol.all("turn")).toEqual([]);
  expect(world.clock.waiting()).toBe(0);
});

test("[L4] the records that came before the end are written before the lines are closed", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.drop();
  const { incarnation } = bob.last("welcome");
  const cursor = { incarnation, number: 2 };
  const [, again] = await Promise.all([
    alice.leave(1),
    world.enter("bob", { cursor, connections: 2 }),
  ]);
  expect(again.numbers()).toEqual([3, 4]);
  await again.leave(4);
  expect(world.log.isEmpty()).toBe(true);
});

/** The memory log, whose appends take a few turns of the event loop, as over a network. */
const slow = (log: Log): Log => ({
  ...log,
  async serve(routeId, listener) {
    const room = await log.serve(routeId, listener);
    return {
      ...room,
      async append(candidates) {
        for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
        return room.append(candidates);
      },
    };
  },
});

test("what is proposed while the last one leaves finds no room, and that is no failure of the order", async () => {
  const world = createRoomWorld({}, slow);
  const alice = await world.enter("alice");
  await alice.found();
  await world.clock.advance(0);
  const bob = await world.enter("bob");
  alice.sendNow({ kind: "propose", offers: [{ kind: "leave", ref: 1, arrival: 1 }] });
  await new Promise((resolve) => setImmediate(resolve));
  bob.sendNow({ kind: "propose", offers: [commitOf(1, "bob")] });
  await world.clock.advance(0);
  expect(bob.closedBy()).toBe(CLOSE.ended);
  expect(world.events).toEqual(["founded", "ended"]);
});

test("[O6] at the policy's lifetime the room ends under whoever is there", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.drop();
  const waiting = await world.enter("carol");
  await world.clock.advance(POLICY.lifetimeMs);
  expect(alice.closedBy()).toBe(CLOSE.ended);
  expect(waiting.closedBy()).toBe(CLOSE.ended);
  expect(world.log.isEmpty()).toBe(true);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
  expect(world.clock.waiting()).toBe(0);
});

test("[O5] a room founded anew at the same link is another: its incarnation differs", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  const { incarnation } = alice.last("welcome");
  await alice.leave(1);
  const [bob] = await world.roomOf("bob");
  expect(bob.last("welcome").incarnation).not.toBe(incarnation);
  expect(bob.numbers()).toEqual([1]);
});

/** The memory log, with an order that can be out of reach. */
function createFragile() {
  const fragile = { isBroken: false, appends: 0 };
  const wrap = (log: Log): Log => ({
    ...log,
    async serve(routeId, listener) {
      if (fragile.isBroken) throw new Error("out of reach");
      const room = await log.serve(routeId, listener);
      return {
        ...room,
        append(candidates) {
          fragile.appends++;
          if (fragile.isBroken) return Promise.reject(new Error("out of reach"));
          return room.append(candidates);
        },
      };
    },
  });
  return { fragile, wrap };
}

test("[L2] a leave that cannot reach the order is proposed again until it does", async () => {
  const { fragile, wrap } = createFragile();
  const world = createRoomWorld({}, wrap);
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.drop();
  fragile.isBroken = true;
  await world.clock.advance(POLICY.graceMs + 10_000);
  expect(alice.numbers()).toEqual([1, 2]);
  expect(world.events).toContain("unreachable");
  fragile.isBroken = false;
  await world.clock.advance(4_000);
  expect(alice.records().at(-1)).toMatchObject({ kind: "leave", session: bob.session });
});

test("no answer is pending, never refused: an order out of reach says nothing to a post", async () => {
  const { fragile, wrap } = createFragile();
  const world = createRoomWorld({}, wrap);
  const [alice] = await world.roomOf("alice");
  fragile.isBroken = true;
  await alice.post(1, 1);
  expect(alice.all("refused")).toEqual([]);
  expect(alice.closedBy()).toBeNull();
  fragile.isBroken = false;
  await alice.post(1, 1);
  expect(alice.numbers()).toEqual([1, 2]);
});

test("who founds, joins or arrives while the order is out of reach is sent away to try later", async () => {
  const { fragile, wrap } = createFragile();
  const world = createRoomWorld({}, wrap);
  const founder = await world.enter("alice");
  fragile.isBroken = true;
  await founder.found();
  expect(founder.closedBy()).toBe(CLOSE.later);
  const stranger = await world.enter("zoe");
  expect(stranger.closedBy()).toBe(CLOSE.later);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
  fragile.isBroken = false;
  const [alice, bob] = await world.roomOf("alice", "bob");
  const carol = await world.enter("carol");
  await bob.drop();
  fragile.isBroken = true;
  await carol.join();
  expect(carol.closedBy()).toBe(CLOSE.later);
  const { incarnation } = bob.last("welcome");
  const again = await world.enter("bob", { cursor: { incarnation, number: 2 }, connections: 2 });
  expect(again.closedBy()).toBe(CLOSE.later);
  expect(alice.closedBy()).toBeNull();
});
