import { expect, test } from "vitest";
import { CLOSE } from "../../shared/close-codes.ts";
import { createRoomWorld, postOf } from "../stories/room-world.ts";

test("[D1] a drain writes what was accepted, then sends every line away with a hint of its own", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  const carol = await world.enter("carol");
  const dave = await world.enter("dave");
  alice.sendNow({ kind: "propose", offers: [postOf(1, 2)] });
  const drained = world.rooms.drain();
  await world.clock.settle();
  await drained;
  expect(alice.numbers()).toEqual([1, 2, 3]);
  expect(bob.numbers()).toEqual([2, 3]);
  const lines = [alice, bob, carol, dave];
  expect(lines.map((line) => line.closedBy())).toEqual(lines.map(() => CLOSE.restart));
  for (const line of lines) {
    expect(line.retryAfterMs()).toBeGreaterThanOrEqual(0);
    expect(line.retryAfterMs()).toBeLessThanOrEqual(3_000);
  }
  expect(new Set(lines.map((line) => line.retryAfterMs())).size).toBeGreaterThan(1);
  // Nobody is handed a turn on the way out.
  expect(dave.all("turn")).toEqual([]);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
});

test("[D1] what comes while it drains is not taken, who comes is sent away", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  alice.sendNow({ kind: "propose", offers: [postOf(1, 2)] });
  const drained = world.rooms.drain();
  bob.sendNow({ kind: "propose", offers: [postOf(1, 2)] });
  const late = await world.enter("carol");
  await drained;
  expect(late.closedBy()).toBe(CLOSE.restart);
  expect(late.frames).toEqual([]);
  expect(alice.numbers()).toEqual([1, 2, 3]);
});

test("[D1] without a room there is nothing to wait for", async () => {
  await expect(createRoomWorld().rooms.drain()).resolves.toBeUndefined();
});
