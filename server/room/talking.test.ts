import { expect, test } from "vitest";
import { CLOSE } from "../../shared/close-codes.ts";
import { MAX_BATCH } from "../../shared/limits.ts";
import {
  commitOf,
  createRoomWorld,
  POLICY,
  postOf,
  ROUTE,
  sealedOf,
} from "../stories/room-world.ts";

test("[O3] [B1] posts of one turn of the event loop leave in one frame, the same bytes to all", async () => {
  const world = createRoomWorld();
  const [alice, bob, carol] = await world.roomOf("alice", "bob", "carol");
  const before = [alice, bob, carol].map((wire) => wire.sent.length);
  alice.sendNow({ kind: "propose", offers: [postOf(1, 3), postOf(2, 3)] });
  bob.sendNow({ kind: "propose", offers: [postOf(1, 3)] });
  carol.sendNow({ kind: "propose", offers: [postOf(1, 3)] });
  await world.clock.settle();
  const after = [alice, bob, carol].map((wire, i) => wire.sent.slice(before[i]));
  expect(after.map((frames) => frames.length)).toEqual([1, 1, 1]);
  // Not only equal: encoded once.
  expect(after[0]?.[0]).toBe(after[1]?.[0]);
  expect(after[0]?.[0]).toBe(after[2]?.[0]);
  expect(alice.numbers().slice(-4)).toEqual([4, 5, 6, 7]);
});

test("[J5] the session of a post is the connection's", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.post(1, 2);
  expect(alice.records().at(-1)).toMatchObject({ kind: "post", session: bob.session });
});

test("[B4] proposals of one connection keep their order", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  for (let counter = 1; counter <= 30; counter++) {
    alice.sendNow({ kind: "propose", offers: [postOf(counter, 2)] });
  }
  await world.clock.settle();
  expect(bob.numbers()).toEqual(Array.from({ length: 31 }, (_, i) => i + 2));
  expect(bob.all("refused")).toEqual([]);
});

test("[P3] [P4] [P5] [B3] refusals name their offers and leave in one frame", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await alice.post(1, 2);
  const [again, ahead, stale] = [postOf(1, 2), postOf(9, 2), postOf(2, 99)];
  await alice.send({ kind: "propose", offers: [again, ahead, stale] });
  expect(alice.all("refused")).toEqual([
    {
      kind: "refused",
      refusals: [
        { ref: again.ref, reason: "duplicate", detail: 3 },
        { ref: ahead.ref, reason: "expect", detail: 2 },
        { ref: stale.ref, reason: "stale", detail: 2 },
      ],
    },
  ]);
  expect(bob.all("refused")).toEqual([]);
  expect(bob.numbers()).toEqual([2, 3]);
});

test("[X1] posts beyond the rate are refused, and accepted again when time has passed", async () => {
  const world = createRoomWorld({ posts: { perSecond: 10, burst: 4 } });
  const [alice] = await world.roomOf("alice");
  const offers = Array.from({ length: 6 }, (_, i) => postOf(i + 1, 1));
  await alice.send({ kind: "propose", offers });
  expect(alice.numbers()).toEqual([1, 2, 3, 4, 5]);
  expect(alice.last("refused").refusals).toEqual(
    offers.slice(4).map(({ ref }) => ({ ref, reason: "rate", detail: 0 })),
  );
  await world.clock.advance(100);
  await alice.post(5, 1);
  expect(alice.numbers().at(-1)).toBe(6);
});

test("[X1] the rate is the session's: coming back does not refill it", async () => {
  const world = createRoomWorld({ posts: { perSecond: 0.001, burst: 3 } });
  const [alice] = await world.roomOf("alice", "bob");
  await alice.send({ kind: "propose", offers: [postOf(1, 2), postOf(2, 2), postOf(3, 2)] });
  const { incarnation } = alice.last("welcome");
  await alice.drop();
  const again = await world.enter("alice", {
    cursor: { incarnation, number: 5 },
    connections: 2,
  });
  await again.post(4, 2);
  expect(again.last("refused").refusals[0]).toMatchObject({ reason: "rate" });
});

test("[X2] a session commits once a second", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  await alice.send({ kind: "propose", offers: [commitOf(1, "one")] });
  const second = commitOf(2, "two");
  await alice.send({ kind: "propose", offers: [second] });
  expect(alice.last("refused").refusals).toEqual([{ ref: second.ref, reason: "rate", detail: 0 }]);
  await world.clock.advance(999);
  await alice.send({ kind: "propose", offers: [second] });
  expect(alice.numbers()).toEqual([1, 2]);
  await world.clock.advance(1);
  await alice.send({ kind: "propose", offers: [second] });
  expect(alice.numbers()).toEqual([1, 2, 3]);
});

test("[X4] an address founds five rooms a minute", async () => {
  const world = createRoomWorld({ foundings: { count: 1, windowMs: 60_000 } });
  await world.roomOf("alice");
  const route = `${ROUTE.slice(0, -1)}0` as typeof ROUTE;
  const bob = await world.enter("bob", { route });
  await bob.found();
  expect(bob.closedBy()).toBe(CLOSE.policy);
  const carol = await world.enter("carol", { route, address: "elsewhere" });
  await carol.found();
  expect(carol.last("welcome").arrival).toBe(1);
  expect(world.rooms.count()).toEqual({ rooms: 2, lines: 2, away: 0 });
});

test("[X6] a room keeps so many bytes; when some expire there is room again", async () => {
  const world = createRoomWorld({ roomBytes: 4_000 });
  const [alice] = await world.roomOf("alice");
  const offers = Array.from({ length: 6 }, (_, i) => postOf(i + 1, 1));
  for (const offer of offers) await alice.send({ kind: "propose", offers: [offer] });
  const accepted = alice.numbers().length;
  expect(accepted).toBeGreaterThan(2);
  expect(accepted).toBeLessThan(7);
  expect(alice.last("refused").refusals[0]).toMatchObject({ reason: "rate" });
  await world.clock.advance(POLICY.messageTtlMs + 1_000);
  await alice.post(accepted, 1);
  expect(alice.numbers()).toHaveLength(accepted + 1);
});

test("[X6] a room full of posts still takes a commit, until commits have filled as much again", async () => {
  const world = createRoomWorld({ roomBytes: 3_000, commits: { count: 99, windowMs: 1_000 } });
  const [alice] = await world.roomOf("alice");
  for (let counter = 1; counter <= 4; counter++) await alice.post(counter, 1);
  expect(alice.last("refused").refusals[0]).toMatchObject({ reason: "rate" });
  const posts = alice.numbers().length;
  await alice.send({ kind: "propose", offers: [commitOf(1, "first")] });
  expect(alice.numbers()).toHaveLength(posts + 1);
  for (let i = 0; i < 9; i++) {
    await alice.send({ kind: "propose", offers: [commitOf(alice.numbers().length, "more")] });
  }
  expect(alice.last("refused").refusals[0]).toMatchObject({ reason: "rate" });
  expect(world.log.size().bytes).toBeLessThan(2 * 3_000 + 1_000);
});

test("[X1] leaves that name nothing are not judged without end", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  const offers = Array.from(
    { length: 8 },
    (_, ref) => ({ kind: "leave", ref, arrival: 9 }) as const,
  );
  await alice.send({ kind: "propose", offers });
  const refusals = alice.all("refused").flatMap((frame) => frame.refusals);
  expect(refusals.map(({ reason }) => reason).toSorted()).toEqual([
    ...Array<string>(5).fill("newer-arrival"),
    ...Array<string>(3).fill("rate"),
  ]);
  await world.clock.advance(1_000);
  await alice.leave(1);
  expect(world.log.isEmpty()).toBe(true);
});

test("[S1] a signal goes to the others, stamped with its sender's session, and is not kept", async () => {
  const world = createRoomWorld();
  const [alice, bob, carol] = await world.roomOf("alice", "bob", "carol");
  const held = world.log.size();
  alice.sendNow({ kind: "signal", sealed: sealedOf("typing") });
  bob.sendNow({ kind: "signal", sealed: sealedOf("read") });
  await world.clock.settle();
  const typing = { session: alice.session, sealed: sealedOf("typing") };
  const read = { session: bob.session, sealed: sealedOf("read") };
  expect(carol.all("signals")).toEqual([{ kind: "signals", signals: [typing, read] }]);
  expect(alice.all("signals")).toEqual([{ kind: "signals", signals: [read] }]);
  expect(bob.all("signals")).toEqual([{ kind: "signals", signals: [typing] }]);
  expect(world.log.size()).toEqual(held);
});

test("[S2] [X5] signals beyond the rate are dropped without a word", async () => {
  const world = createRoomWorld({ signals: { perSecond: 5, burst: 20 } });
  const [alice, bob] = await world.roomOf("alice", "bob");
  for (let i = 0; i < 25; i++) alice.sendNow({ kind: "signal", sealed: sealedOf(`${i}`) });
  await world.clock.settle();
  expect(bob.all("signals").flatMap(({ signals }) => signals)).toHaveLength(20);
  await world.clock.advance(200);
  await alice.send({ kind: "signal", sealed: sealedOf("later") });
  expect(bob.all("signals").flatMap(({ signals }) => signals)).toHaveLength(21);
  expect(alice.closedBy()).toBeNull();
});

test("[B2] a long backlog comes in frames that hold at most 256 records and 256 KiB", async () => {
  const world = createRoomWorld({ posts: { perSecond: 1, burst: 10_000 } });
  const [alice, bob] = await world.roomOf("alice", "bob");
  const { incarnation } = bob.last("welcome");
  await bob.drop();
  for (let counter = 1; counter <= 600; counter++) {
    alice.sendNow({ kind: "propose", offers: [postOf(counter, 2)] });
  }
  const large = (counter: number) => ({ ...postOf(counter, 2), sealed: sealedOf("x", 65_536) });
  for (let counter = 601; counter <= 620; counter++) {
    alice.sendNow({ kind: "propose", offers: [large(counter)] });
  }
  await world.clock.settle();
  const again = await world.enter("bob", { cursor: { incarnation, number: 2 }, connections: 2 });
  expect(again.numbers()).toEqual(Array.from({ length: 621 }, (_, i) => i + 3));
  for (const { records } of again.all("records")) {
    expect(records.length).toBeLessThanOrEqual(MAX_BATCH);
    const bytes = records.reduce((sum, r) => sum + ("sealed" in r ? r.sealed.length : 0), 0);
    expect(bytes).toBeLessThanOrEqual(256 * 1024);
  }
});

test("[B2] a backlog waits for a line that reads slowly, and misses nothing that comes meanwhile", async () => {
  const world = createRoomWorld({ posts: { perSecond: 1, burst: 10_000 } });
  const [alice, bob] = await world.roomOf("alice", "bob");
  const { incarnation } = bob.last("welcome");
  await bob.drop();
  for (let counter = 1; counter <= 600; counter++) {
    alice.sendNow({ kind: "propose", offers: [postOf(counter, 2)] });
  }
  await world.clock.settle();
  const cursor = { incarnation, number: 2 };
  const again = await world.enter("bob", { cursor, connections: 2, buffered: 1_000_000 });
  expect(again.numbers()).toHaveLength(256);
  await alice.post(601, 2);
  await world.clock.advance(1_000);
  expect(again.numbers()).toHaveLength(256);
  again.stall(0);
  await world.clock.advance(100);
  await alice.post(602, 2);
  expect(again.numbers()).toEqual(Array.from({ length: 603 }, (_, i) => i + 3));
});

test("[O4] what expired while bob was away is a gap in the numbers, never something else", async () => {
  const world = createRoomWorld();
  const alice = await world.enter("alice");
  await alice.found({ ...POLICY, messageTtlMs: 60_000, graceMs: 600_000 });
  const bob = await world.enter("bob");
  await bob.join();
  const { incarnation } = bob.last("welcome");
  await bob.drop();
  await alice.post(1, 2);
  await alice.send({ kind: "propose", offers: [commitOf(2, "fresh")] });
  await world.clock.advance(61_000);
  await alice.post(2, 4);
  const again = await world.enter("bob", { cursor: { incarnation, number: 2 }, connections: 2 });
  expect(again.last("welcome")).toMatchObject({ first: 3, head: 6 });
  expect(again.numbers()).toEqual([4, 5, 6]);
});
