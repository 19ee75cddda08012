import { expect, test } from "vitest";
import { CLOSE } from "../../shared/close-codes.ts";
import { JOIN_LEASE_MS } from "../../shared/limits.ts";
import { commitOf, createRoomWorld, POLICY, postOf, sealedOf } from "../stories/room-world.ts";

test("[T1] turns go first come, first served, one at a time", async () => {
  const world = createRoomWorld();
  await world.roomOf("alice");
  const bob = await world.enter("bob");
  const carol = await world.enter("carol");
  const dave = await world.enter("dave");
  expect([bob, carol, dave].map((wire) => wire.all("turn").length)).toEqual([1, 0, 0]);
  expect(bob.last("turn")).toMatchObject({
    last: { kind: "open", number: 1 },
    groupInfo: sealedOf("group info of alice"),
  });
  await bob.join();
  expect([bob, carol, dave].map((wire) => wire.all("turn").length)).toEqual([1, 1, 0]);
  expect(carol.last("turn")).toMatchObject({
    last: { kind: "commit", number: 2 },
    groupInfo: sealedOf("group info bob"),
  });
  await carol.join();
  await dave.join();
  expect(dave.last("welcome").arrival).toBe(4);
});

test("[T1] a hundred who come at once all join, each in one try", async () => {
  const world = createRoomWorld({ joins: { count: 100, windowMs: 60_000 } });
  await world.roomOf("alice");
  const joiners = [];
  for (let i = 0; i < 99; i++) joiners.push(await world.enter(`joiner ${i}`));
  for (const joiner of joiners) await joiner.join();
  expect(joiners.every((joiner) => joiner.all("turn").length === 1)).toBe(true);
  expect(joiners.at(-1)?.last("welcome").seated).toHaveLength(100);
});

test("[T2] a commit record in a joiner's turn is shown to it, and it joins after that", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  const bob = await world.enter("bob");
  await alice.send({ kind: "propose", offers: [commitOf(1, "fresh keys")] });
  expect(bob.all("turn").map(({ last }) => last.number)).toEqual([1, 2]);
  expect(bob.last("turn").groupInfo).toEqual(sealedOf("group info fresh keys"));
  const late = commitOf(1, "late");
  await bob.send({ kind: "propose", offers: [late] });
  expect(bob.last("refused").refusals).toEqual([{ ref: late.ref, reason: "behind", detail: 2 }]);
  // What lost the race does not count against the one commit a second.
  await bob.join();
  expect(bob.last("welcome").arrival).toBe(3);
});

test("[T3] the lease ends after 1.5 s: the next has the turn, who asks again is last", async () => {
  const world = createRoomWorld();
  await world.roomOf("alice");
  const bob = await world.enter("bob");
  const carol = await world.enter("carol");
  await world.clock.advance(JOIN_LEASE_MS - 1);
  expect(bob.all("turn-over")).toHaveLength(0);
  await world.clock.advance(1);
  expect(bob.all("turn-over")).toHaveLength(1);
  expect(carol.all("turn")).toHaveLength(1);
  await bob.send({ kind: "ask-turn" });
  await bob.send({ kind: "ask-turn" });
  expect(bob.all("turn")).toHaveLength(1);
  await carol.join();
  expect(bob.all("turn")).toHaveLength(2);
  expect(bob.last("turn").last.number).toBe(2);
  await bob.join();
  expect(bob.last("welcome").arrival).toBe(3);
  await world.clock.advance(2 * JOIN_LEASE_MS);
  expect(carol.all("turn-over")).toHaveLength(0);
});

test("[T4] a line that closes gives its turn up at once", async () => {
  const world = createRoomWorld();
  await world.roomOf("alice");
  const bob = await world.enter("bob");
  const carol = await world.enter("carol");
  const dave = await world.enter("dave");
  await carol.drop();
  await bob.drop();
  expect(carol.all("turn")).toHaveLength(0);
  expect(dave.all("turn")).toHaveLength(1);
});

test("[T5] out of turn a joiner's commit waits for its turn, and nothing else is a joiner's", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  await world.enter("bob");
  const carol = await world.enter("carol");
  const [commit, post] = [commitOf(1, "carol"), postOf(1, 1)];
  const leave = { kind: "leave", ref: 77, arrival: 1 } as const;
  await carol.send({ kind: "propose", offers: [commit, post, leave] });
  expect(carol.all("refused")).toEqual([
    {
      kind: "refused",
      refusals: [
        { ref: commit.ref, reason: "rate", detail: 0 },
        { ref: post.ref, reason: "no-seat", detail: 0 },
        { ref: 77, reason: "no-seat", detail: 0 },
      ],
    },
  ]);
  expect(alice.numbers()).toEqual([1]);
});

test("[T6] a room that fills up closes to those who wait", async () => {
  const world = createRoomWorld();
  const alice = await world.enter("alice");
  await alice.found({ ...POLICY, memberCap: 2 });
  const bob = await world.enter("bob");
  const carol = await world.enter("carol");
  const dave = await world.enter("dave");
  await bob.join();
  expect(carol.closedBy()).toBe(CLOSE.full);
  expect(dave.closedBy()).toBe(CLOSE.full);
  expect(carol.all("turn")).toHaveLength(0);
});

test("[C6] a GroupInfo that is not the one named is refused, and nothing enters the order", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  const bob = await world.enter("bob");
  const honest = commitOf(1, "bob");
  if (honest.kind !== "commit") expect.unreachable();
  await bob.send({ kind: "propose", offers: [{ ...honest, groupInfo: sealedOf("other") }] });
  expect(bob.last("refused").refusals).toEqual([
    { ref: honest.ref, reason: "group-info", detail: 0 },
  ]);
  expect(alice.numbers()).toEqual([1]);
  await bob.send({ kind: "propose", offers: [honest] });
  expect(bob.last("welcome").arrival).toBe(2);
});

test("[X3] one address joins sixty times a minute, another is not held up", async () => {
  const world = createRoomWorld({ joins: { count: 2, windowMs: 60_000 } });
  await world.roomOf("alice");
  for (const name of ["bob", "carol"]) await (await world.enter(name)).join();
  const dave = await world.enter("dave");
  await dave.join();
  expect(dave.last("refused").refusals[0]).toMatchObject({ reason: "rate" });
  await dave.drop();
  const erin = await world.enter("erin", { address: "elsewhere" });
  await erin.join();
  expect(erin.last("welcome").arrival).toBe(4);
  await world.clock.advance(60_000);
  const frank = await world.enter("frank");
  await frank.join();
  expect(frank.last("welcome").arrival).toBe(5);
});

test("[L2] a joiner whose line went before its record came back is away, and left after the grace", async () => {
  const world = createRoomWorld();
  const [alice] = await world.roomOf("alice");
  const bob = await world.enter("bob");
  bob.sendNow({ kind: "propose", offers: [commitOf(1, "bob")] });
  await bob.drop();
  expect(alice.numbers()).toEqual([1, 2]);
  expect(bob.all("welcome")).toHaveLength(0);
  await world.clock.advance(POLICY.graceMs);
  expect(alice.records().at(-1)).toMatchObject({ kind: "leave", session: bob.session, arrival: 2 });
});
