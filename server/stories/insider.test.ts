/** The insider must be able to be honest, or what he fails at when hostile would prove nothing. */
import { expect, it } from "vitest";
import { confirmJoiners, createInsider, foundingInsider } from "./insider.ts";
import { createOrderWatch } from "./order-watch.ts";
import { createWorld } from "./world.ts";

it("[F1][V2] mallory, behaving, founds, confirms, posts, removes and commits like anyone", async () => {
  const watch = createOrderWatch();
  const world = createWorld({ wrapLog: watch.wrap });
  const { insider, founder: mallory } = await foundingInsider(world, "mallory");
  confirmJoiners(mallory);
  const alice = await world.joiner("alice", insider.link);
  const bob = await world.joiner("bob", insider.link);
  await world.until("both are confirmed by mallory", () =>
    [alice, bob].every((who) => who.room().encryption.value.kind === "sealed"),
  );
  await mallory.post({ text: "good evening" });
  alice.room().send("good evening, mallory");
  await world.until("all three read both", () =>
    [alice, bob].every((who) => who.read().length === 2),
  );
  expect(mallory.heard.map(({ text }) => text)).toEqual(["good evening, mallory"]);
  const before = alice.room().safetyCode.value;
  await mallory.commit({ kind: "valid" });
  await world.until("his commit counts for all", () => alice.room().safetyCode.value !== before);
  await world.run(1_000);
  await mallory.commit({ kind: "bent", bend: {} });
  await world.run(1_000);
  expect(bob.room().safetyCode.value).toBe(alice.room().safetyCode.value);
  bob.room().send("still one room");
  await world.until("mallory reads on", () => mallory.heard.length === 2);
  expect(watch.now().filter(({ kind }) => kind === "commit")).toHaveLength(4);
  mallory.leave();
  await world.until("he is removed", () => alice.people().join() === "alice,bob");
  expect(mallory.closes).toEqual([4403]);
  expect(alice.notices()).not.toContain("split");
  expect(world.faults).toEqual([]);
});

it("[V2] garbage, unsealed and ill-fitting commits of mallory's stand in the order and move nobody", async () => {
  const watch = createOrderWatch();
  const world = createWorld({ wrapLog: watch.wrap });
  const alice = await world.founder("alice");
  const insider = await createInsider(world, alice.room().link);
  const mallory = await insider.join("mallory");
  const me = mallory.who.identity.session;
  await world.run(3_000);
  const code = alice.room().safetyCode.value;
  const bad = [
    { kind: "garbage" },
    { kind: "unsealed" },
    { kind: "bad-group-info" },
    { kind: "lying", removes: [alice.room().roster.value[0]?.session ?? me], lists: [] },
  ] as const;
  for (const what of bad) {
    const before = alice.room().safetyCode.value;
    const stands = watch.now().length;
    await mallory.commit(what);
    await world.until(`${what.kind} stands`, () => watch.now().length > stands, 1_000);
    expect(watch.now()[stands]).toMatchObject({ kind: "commit", session: me });
    // Alice holds it void until her repair, a new commit of her own, is in.
    await world.until("alice has repaired", () => alice.room().safetyCode.value !== before);
    expect(watch.now().at(-1)).toMatchObject({ kind: "commit" });
    expect(watch.now().at(-1)?.session).not.toBe(me);
    await world.run(1_500);
  }
  expect(alice.room().safetyCode.value).not.toBe(code);
  expect(alice.people()).toEqual(["alice", "mallory"]);
  expect(alice.notices()).not.toContain("split");
  expect(mallory.seat()?.group.members.map(({ nickname }) => nickname)).toEqual(alice.people());
  expect(world.faults).toEqual([]);
});

it("[V2][Y1][Y2][Y4] a commit that is valid for some only leaves the others behind, and they see it", async () => {
  const world = createWorld();
  const alice = await world.founder("alice");
  const insider = await createInsider(world, alice.room().link);
  // Mallory sits between them, so his path has a place for each alone.
  const mallory = await insider.join("mallory");
  const bob = await world.joiner("bob", alice.room().link);
  await world.run(6_000);
  const victims = alice
    .room()
    .roster.value.flatMap((entry) => (entry.nickname === "alice" ? [entry.session] : []));
  await mallory.commit({ kind: "valid-for-some", victims });
  await world.run(200);
  const codes = [alice, bob].map((who) => who.room().safetyCode.value);
  expect(new Set(codes).size).toBe(2);
  const held = mallory.seat()?.group;
  bob.room().send("who can read this?");
  await world.until("mallory can", () => mallory.heard.length === 1);
  expect(held?.members).toHaveLength(3);
  await world.until("alice is shown the split, and who made it", () =>
    JSON.stringify(alice.room().encryption.value).includes("mallory"),
  );
  expect(alice.room().encryption.value).toEqual({ kind: "split", by: "mallory" });
  expect(world.faults).toEqual([]);
});
