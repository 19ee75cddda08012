import { expect, it } from "vitest";
import { confirmed, goesOn } from "./going-on.ts";
import { createWorld } from "./world.ts";

it("[U6][O4] bob, for whom 300 lines of alice's expired while he was away, still reads her next one", async () => {
  const world = createWorld();
  const alice = await world.founder("alice", { messageTtlMs: 60_000, graceMs: 600_000 });
  const { link } = alice.room();
  const bob = await world.joiner("bob", link);
  await confirmed(world, [alice, bob]);
  bob.network.cut();
  await world.run(1_000);
  for (let i = 0; i < 300; i++) alice.room().send(`line ${i}`);
  await world.until("all stand", () => alice.room().pendingCount.value === 0, 120_000);
  await world.run(90_000);
  bob.network.mend();
  await world.until("bob is back", () => bob.room().connection.value === "live", 60_000);
  alice.room().send("are you there?");
  await world.until("bob reads it", () => bob.read().length > 0);
  expect(bob.read()).toEqual(["alice: are you there?"]);
  expect(bob.notices()).toContain("gap");
  expect(bob.notices()).not.toContain("unopened");
  expect(bob.notices()).not.toContain("rejoined");
  await goesOn(world, [alice, bob], link);
});
