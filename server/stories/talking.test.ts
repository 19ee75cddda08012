import { expect, it } from "vitest";
import { createWorld } from "./world.ts";

it("[E1][J1][C1] alice makes a room, bob and carol join by its link, and all three talk", async () => {
  const world = createWorld();
  const alice = await world.founder("alice");
  await world.until(
    "alice is alone and sealed",
    () => alice.room().encryption.value.kind === "sealed",
  );
  const { link } = alice.room();
  const bob = await world.joiner("bob", link);
  const carol = await world.joiner("carol", link);
  const all = [alice, bob, carol];
  await world.until("everyone is confirmed", () =>
    all.every((who) => who.room().encryption.value.kind === "sealed"),
  );
  alice.room().send("hello");
  await world.until("all read it", () => all.every((who) => who.read().includes("alice: hello")));
  bob.room().send("hi alice");
  carol.room().send("hi both");
  await world.until("all read all", () => all.every((who) => who.read().length === 3));
  expect(bob.read()).toEqual(alice.read());
  expect(carol.read()).toEqual(alice.read());
  expect(alice.mine("hello")?.delivery).toBe("sent");
  expect(bob.people()).toEqual(["alice", "bob", "carol"]);
  const codes = new Set(all.map((who) => who.room().safetyCode.value));
  expect(codes.size).toBe(1);

  bob.room().leave();
  await world.until("bob is gone for both", () =>
    [alice, carol].every((who) => who.people().join() === "alice,carol"),
  );
  expect(alice.notices()).toEqual(["founded", "joined", "joined", "left"]);
  carol.room().send("bob is gone");
  await world.until("alice reads it", () => alice.read().includes("carol: bob is gone"));
  expect(bob.client.phase.value).toEqual({ kind: "over", why: "left" });
  expect(world.faults).toEqual([]);
});
