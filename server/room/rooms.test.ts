import { expect, test } from "vitest";
import { CLOSE } from "../../shared/close-codes.ts";
import { createRoomWorld } from "../stories/room-world.ts";

test("[E2] [T1] alice founds a room, bob joins in his turn, both read the same order", async () => {
  const world = createRoomWorld();
  const alice = await world.enter("alice");
  expect(alice.frames).toEqual([{ kind: "no-room" }]);
  await alice.found();
  expect(alice.last("welcome")).toMatchObject({ arrival: 1, counter: 0, first: 1, head: 1 });
  expect(alice.numbers()).toEqual([1]);
  const bob = await world.enter("bob");
  expect(bob.last("turn").last.number).toBe(1);
  await bob.join();
  expect(bob.last("welcome")).toMatchObject({ arrival: 2, first: 2, head: 2 });
  await alice.post(1, 2);
  await bob.post(1, 2);
  expect(alice.numbers()).toEqual([1, 2, 3, 4]);
  expect(bob.numbers()).toEqual([2, 3, 4]);
  expect(bob.last("presence")).toEqual({
    kind: "presence",
    changes: [{ session: bob.session, presence: "present" }],
  });
});

test("[L4] the last leave ends the room and not a byte of it is left", async () => {
  const world = createRoomWorld();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await alice.leave(1);
  expect(alice.closedBy()).toBe(CLOSE.gone);
  expect(bob.records().at(-1)).toMatchObject({ kind: "leave", number: 3 });
  await bob.leave(2);
  expect(world.log.isEmpty()).toBe(true);
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
  expect(world.clock.waiting()).toBe(0);
});
