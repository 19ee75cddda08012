/** What must not go wrong around the edges of a stay: before the seat, between seats, at the end. */
import { describe, expect, it } from "vitest";
import { createWorld, type Person, type World } from "./world.ts";

async function sealed(world: World, people: readonly Person[]): Promise<void> {
  await world.until("everyone is confirmed", () =>
    people.every((who) => who.room().encryption.value.kind === "sealed"),
  );
}

async function three(world: World): Promise<readonly [Person, Person, Person]> {
  const alice = await world.founder("alice");
  const bob = await world.joiner("bob", alice.room().link);
  const carol = await world.joiner("carol", alice.room().link);
  await sealed(world, [alice, bob, carol]);
  return [alice, bob, carol];
}

function visits(world: World, name: string, link: string): Person {
  const visitor = world.person(name);
  visitor.client.openLink(link);
  visitor.client.enter(name, "");
  return visitor;
}

const presenceOf = (who: Person, nickname: string): string | undefined =>
  who.room().roster.value.find((entry) => entry.nickname === nickname)?.presence;

describe("[I4] a visitor who finds no room", () => {
  it("gets in all the same where the members are re-founding it just now", async () => {
    const world = createWorld();
    const [alice, bob] = await three(world);
    const { link } = alice.room();
    await world.restartRelay(500);
    const dave = visits(world, "dave", link);
    await world.until("dave is in", () => dave.client.phase.value.kind === "room");
    await sealed(world, [alice, bob, dave]);
    dave.room().send("was that you?");
    await world.until("bob reads it", () => bob.read().includes("dave: was that you?"));
    expect(world.faults).toEqual([]);
  });

  it("is told so after some 4 s, not at once and not for ever", async () => {
    const world = createWorld();
    const alice = await world.founder("alice");
    const { link } = alice.room();
    alice.room().leave();
    await world.run(2_000);
    const dave = visits(world, "dave", link);
    await world.run(3_900);
    expect(dave.client.phase.value.kind).toBe("entering");
    await world.run(1_000);
    expect(dave.client.phase.value).toEqual({ kind: "over", why: "no-such-room" });
    expect(world.relay().log.isEmpty()).toBe(true);
  });
});

it("[T1][I4] who waits long for a turn keeps its place in the queue", async () => {
  const world = createWorld();
  const alice = await world.founder("alice");
  const { link } = alice.room();
  // Fifteen come first and let their turns pass: none of their commits reaches the relay.
  const stallers = Array.from({ length: 15 }, (_, i) => {
    const staller = visits(world, `staller ${i}`, link);
    let frames = 0;
    staller.network.tamperUp = (bytes) => (++frames > 1 && bytes.length > 600 ? [] : [bytes]);
    return staller;
  });
  await world.run(500);
  const dave = visits(world, "dave", link);
  // 15 turns of 1.5 s; a second round would take as long again.
  await world.until("dave is in", () => dave.client.phase.value.kind === "room", 26_000);
  for (const staller of stallers) staller.client.restart();
  expect(world.faults).toEqual([]);
});

describe("the end", () => {
  it("leaves no timer behind, neither the client's nor the relay's", async () => {
    const world = createWorld();
    const [alice, bob, carol] = await three(world);
    alice.room().send("one");
    bob.room().send("two");
    await world.run(3_000);
    carol.network.cut();
    await world.run(1_000);
    carol.room().leave();
    for (const text of ["three", "four"]) alice.room().send(text);
    alice.room().leave();
    bob.room().leave();
    carol.network.mend();
    // Carol's seat is away for its grace, then the room is gone.
    await world.run(130_000);
    expect(world.relay().log.isEmpty()).toBe(true);
    expect(world.clock.waiting()).toBe(0);
    expect(world.faults).toEqual([]);
  });

  it("leaves no timer behind where a visitor gives up while it waits", async () => {
    const world = createWorld();
    const alice = await world.founder("alice");
    const { link } = alice.room();
    alice.room().leave();
    await world.run(2_000);
    const dave = visits(world, "dave", link);
    await world.run(1_000);
    dave.client.restart();
    await world.run(2_000);
    expect(dave.client.phase.value).toEqual({ kind: "start", notice: null });
    expect(world.clock.waiting()).toBe(0);
  });

  it("[§4] nothing is sealed with wiped keys: a person who leaves in mid-sentence faults nothing", async () => {
    const world = createWorld();
    const [alice, bob] = await three(world);
    for (let i = 0; i < 20; i++) bob.room().send(`line ${i}`);
    // The sealing of those has begun and is not through.
    bob.room().leave();
    expect(bob.client.phase.value).toEqual({ kind: "over", why: "left" });
    await world.run(5_000);
    expect(alice.people()).toEqual(["alice", "carol"]);
    expect(alice.notices()).not.toContain("unopened");
    expect(alice.room().encryption.value.kind).toBe("sealed");
    expect(world.faults).toEqual([]);
  });

  it("is told once: leaving a room that has ended changes nothing", async () => {
    const world = createWorld();
    const alice = await world.founder("alice", { lifetimeMs: 60_000 });
    const room = alice.room();
    await world.run(61_000);
    expect(alice.client.phase.value).toEqual({ kind: "over", why: "ended" });
    expect(room.timeline.value).toEqual([]);
    room.leave();
    expect(room.send("hello?")).toBe(false);
    expect(alice.client.phase.value).toEqual({ kind: "over", why: "ended" });
  });
});

describe("coming back", () => {
  it("[E12] who is away now is shown away, though the backlog tells that it joined", async () => {
    const world = createWorld();
    const alice = await world.founder("alice");
    const bob = await world.joiner("bob", alice.room().link);
    await sealed(world, [alice, bob]);
    bob.network.cut();
    await world.run(30_000);
    const carol = await world.joiner("carol", alice.room().link);
    await sealed(world, [carol]);
    carol.network.breakAll();
    carol.network.cut();
    await world.run(2_000);
    bob.network.mend();
    await world.until("bob knows carol", () => bob.people().includes("carol"));
    // Until somebody confirms her once more she is joining, for bob: alice did while he was away.
    await world.run(2_500);
    expect(presenceOf(bob, "carol")).toBe("away");
    expect(presenceOf(bob, "alice")).toBe("present");
    expect(world.faults).toEqual([]);
  });

  it("[G4] nobody is accused of repeating what it had to offer again after a lost order", async () => {
    const world = createWorld();
    const [alice, bob, carol] = await three(world);
    // Bob's post is read by all; only he does not learn of it before the relay forgets everything.
    bob.network.tamperDown = () => [];
    bob.room().send("did this arrive?");
    await world.until("alice reads it", () => alice.read().includes("bob: did this arrive?"));
    expect(bob.mine("did this arrive?")?.delivery).toBe("pending");
    bob.network.tamperDown = null;
    await world.restartRelay(500);
    await world.until("it is sent", () => bob.mine("did this arrive?")?.delivery === "sent");
    await world.run(2_000);
    for (const who of [alice, bob, carol]) {
      expect(who.read()).toEqual(["bob: did this arrive?"]);
      expect(who.notices()).toContain("order-lost");
      expect(who.notices()).not.toContain("repeated");
      expect(who.room().encryption.value.kind).toBe("sealed");
    }
    expect(world.faults).toEqual([]);
  });

  it("[E3] a founder whose connection broke before its room was told goes into that room", async () => {
    const world = createWorld();
    const alice = world.person("alice");
    let isFirst = true;
    alice.network.tamperDown = (bytes) => {
      // The second frame down is the answer to `found`; it never arrives.
      if (world.relay().log.isEmpty() || !isFirst) return [bytes];
      isFirst = false;
      world.clock.after(0, () => alice.network.breakAll());
      return [];
    };
    const policy = { messageTtlMs: 60_000, memberCap: 5, graceMs: 15_000, lifetimeMs: 3_600_000 };
    alice.client.make({ nickname: "alice", policy, passphrase: "" });
    await world.until("alice is in", () => alice.client.phase.value.kind === "room");
    await sealed(world, [alice]);
    const bob = await world.joiner("bob", alice.room().link);
    await sealed(world, [alice, bob]);
    await world.run(20_000);
    expect(alice.people()).toEqual(["alice", "bob"]);
    expect(world.faults).toEqual([]);
  });
});

describe("own messages", () => {
  it("[Q7][§1.7] what may have arrived can be sent again, as a new one, or discarded; else it expires", async () => {
    const world = createWorld();
    const alice = await world.founder("alice", { messageTtlMs: 60_000, graceMs: 15_000 });
    const bob = await world.joiner("bob", alice.room().link);
    await sealed(world, [alice, bob]);
    bob.network.tamperUp = () => [];
    for (const text of ["a", "b", "c"]) bob.room().send(text);
    await world.run(100);
    bob.network.tamperUp = null;
    bob.network.breakAll();
    bob.network.cut();
    await world.run(20_000);
    bob.network.mend();
    await world.until("bob is back", () => bob.notices().includes("rejoined"), 60_000);
    await sealed(world, [alice, bob]);
    const keyOf = (text: string): string => bob.mine(text)?.key ?? "";
    for (const text of ["a", "b", "c"]) expect(bob.mine(text)?.delivery).toBe("maybe");
    const before = keyOf("a");
    bob.room().retry(before);
    bob.room().discard(keyOf("b"));
    await world.until("a is sent", () => bob.mine("a")?.delivery === "sent");
    expect(keyOf("a")).not.toBe(before);
    expect(bob.mine("b")).toBeUndefined();
    await world.until("alice reads a", () => alice.read().includes("bob: a"));
    await world.run(61_000);
    expect(bob.mine("c")).toBeUndefined();
    expect(bob.read()).toEqual([]);
    expect(world.faults).toEqual([]);
  });

  it("what is under way cannot be taken back or hidden, what is sent neither", async () => {
    const world = createWorld();
    const [alice, bob] = await three(world);
    bob.network.tamperDown = () => [];
    bob.room().send("oops");
    await world.run(100);
    bob.room().discard(bob.mine("oops")?.key ?? "");
    bob.room().retry(bob.mine("oops")?.key ?? "");
    expect(bob.mine("oops")?.delivery).toBe("pending");
    bob.network.tamperDown = null;
    bob.network.breakAll();
    await world.until("it is sent", () => bob.mine("oops")?.delivery === "sent");
    bob.room().discard(bob.mine("oops")?.key ?? "");
    expect(bob.read()).toEqual(["bob: oops"]);
    expect(alice.read()).toEqual(["bob: oops"]);
  });

  it("what was said while nothing could be offered can be taken back", async () => {
    const world = createWorld();
    const [alice, bob] = await three(world);
    bob.network.cut();
    await world.run(25_000);
    bob.room().send("never mind");
    expect(bob.room().pendingCount.value).toBe(1);
    bob.room().discard(bob.mine("never mind")?.key ?? "");
    expect(bob.room().pendingCount.value).toBe(0);
    bob.network.mend();
    await world.until("bob is live", () => bob.room().connection.value === "live");
    await world.run(10_000);
    expect(alice.read()).toEqual([]);
  });

  it("[§4] between two seats nothing is called sealed", async () => {
    const world = createWorld();
    const [alice, bob] = await three(world);
    const seen: string[] = [];
    bob.room().encryption.subscribe(({ kind }) => seen.push(kind));
    bob.room().rejoin();
    await world.run(40);
    expect(bob.room().encryption.value.kind).toBe("joining");
    bob.room().send("between two seats");
    await world.until("alice reads it", () => alice.read().includes("bob: between two seats"));
    expect(seen).toEqual(["sealed", "joining", "sealed"]);
    const own = bob.room().roster.value.find(({ isYou }) => isYou);
    expect(bob.mine("between two seats")?.sender).toBe(own?.session);
  });
});

describe("[U6] fresh keys", () => {
  it("come after half an hour of talk, each in its turn, and not while nobody talks", async () => {
    const world = createWorld();
    const [alice, bob, carol] = await three(world);
    const code = alice.room().safetyCode.value;
    await world.run(40 * 60_000);
    expect(alice.room().safetyCode.value).toBe(code);
    const codes = new Set<string>();
    alice.room().safetyCode.subscribe((value) => codes.add(value));
    for (let minute = 0; minute < 31; minute++) {
      bob.room().send(`minute ${minute}`);
      await world.run(60_000);
    }
    // Three members, three commits.
    expect(codes.size).toBe(4);
    for (const who of [bob, carol]) {
      expect(who.room().safetyCode.value).toBe(alice.room().safetyCode.value);
    }
    expect(world.faults).toEqual([]);
  });
});
