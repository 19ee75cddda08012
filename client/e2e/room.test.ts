/** Rooms in a real browser: two and three windows against a real relay. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  allSent,
  enterInvited,
  isEncrypted,
  isTold,
  join,
  leave,
  linkOf,
  makeRoom,
  messagesOf,
  peopleAre,
  safetyCodeOf,
  say,
  sees,
} from "./people.ts";
import { tellStories } from "./story.ts";
import { storedBy, type Window } from "./world.ts";

const { world, person } = tellStories("Alice", "Bob");
let alice: Window;
let bob: Window;

beforeEach(() => {
  alice = person("Alice");
  bob = person("Bob");
});

describe("two in a room", () => {
  test("alice makes a room, bob joins by its link, both talk, bob leaves", async () => {
    await makeRoom(alice);
    await join(bob, await linkOf(alice));
    await peopleAre(alice, "Alice", "Bob");
    await peopleAre(bob, "Alice", "Bob");
    await say(alice, "hello bob");
    await sees(bob, "hello bob");
    await say(bob, "hello alice");
    await sees(alice, "hello alice");
    await allSent(alice);
    expect(await messagesOf(bob)).toEqual(await messagesOf(alice));

    await leave(bob);
    await sees(alice, /^Bob left/);
    await peopleAre(alice, "Alice");
    await say(alice, "are you there?");
    await allSent(alice);
  });

  test("[DESIGN 1.7] when the last one has left, the link leads nowhere", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    await join(bob, link);
    await leave(alice);
    await leave(bob);
    await bob.page.goto("about:blank");
    await bob.page.goto(link);
    await enterInvited(bob);
    await isTold(bob, "There is no such room");
  });

  test("[DESIGN 4] the safety code is one for the whole room, and another after a join", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    await join(bob, link);
    await peopleAre(alice, "Alice", "Bob");
    const code = await safetyCodeOf(alice);
    expect(code).toMatch(/^(\d{5} ){5}\d{5}$/);
    expect(await safetyCodeOf(bob)).toBe(code);
    const carol = await world().open("Carol");
    await join(carol, link);
    await peopleAre(alice, "Alice", "Bob", "Carol");
    expect(await safetyCodeOf(carol)).not.toBe(code);
    expect(await safetyCodeOf(alice)).toBe(await safetyCodeOf(carol));
  });

  test("[DESIGN 5.8] bob reloads: he is gone, comes back as a new member and reads nothing earlier", async () => {
    await makeRoom(alice);
    await join(bob, await linkOf(alice));
    await say(alice, "before");
    await sees(bob, "before");
    await bob.page.reload();
    await sees(alice, /^Bob left/);
    await peopleAre(alice, "Alice");
    await enterInvited(bob);
    await isEncrypted(bob);
    await peopleAre(alice, "Alice", "Bob");
    await say(alice, "after");
    await sees(bob, "after");
    expect(await messagesOf(bob)).toEqual(["after"]);
    await say(bob, "I am back");
    await sees(alice, "I am back");
  });

  test("a closed tab is a leave, seen at once", async () => {
    await makeRoom(alice);
    await join(bob, await linkOf(alice));
    await bob.page.close({ runBeforeUnload: false });
    await sees(alice, /^Bob left/);
    await peopleAre(alice, "Alice");
  });
});

describe("three in a room", () => {
  test("[DESIGN 1.5] three talk at once and see one order; who comes late reads nothing earlier", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    await join(bob, link);
    await say(alice, "before carol");
    await sees(bob, "before carol");
    const carol = await world().open("Carol");
    await join(carol, link);
    const everyone = [alice, bob, carol];
    for (const window of everyone) await peopleAre(window, "Alice", "Bob", "Carol");

    const talk = async (window: Window) => {
      for (let i = 1; i <= 8; i++) await say(window, `${window.name} ${i}`);
    };
    await Promise.all(everyone.map(talk));
    for (const window of everyone) {
      for (const { name } of everyone) await sees(window, `${name} 8`);
      await allSent(window);
    }
    const order = await messagesOf(carol);
    expect(order).toHaveLength(24);
    expect(await messagesOf(alice)).toEqual(["before carol", ...order]);
    expect(await messagesOf(bob)).toEqual(["before carol", ...order]);
  });
});

describe("what must not happen", () => {
  test("[DESIGN 1.6] nothing is stored in the browser, during a session and after it", async () => {
    const nothing = {
      localStorage: [],
      sessionStorage: [],
      databases: [],
      caches: [],
      cookie: "",
      cookies: [],
      workers: 0,
    };
    await makeRoom(alice);
    await join(bob, await linkOf(alice));
    await say(bob, "leave no trace");
    await sees(alice, "leave no trace");
    expect(await storedBy(alice)).toEqual(nothing);
    expect(await storedBy(bob)).toEqual(nothing);
    await leave(bob);
    expect(await storedBy(bob)).toEqual(nothing);
    await sees(alice, /^Bob left/);
    await leave(alice);
    expect(await alice.page.locator("body").innerText()).not.toContain("leave no trace");
    expect(await storedBy(alice)).toEqual(nothing);
  });

  test("[DESIGN 1.1] text and names are nowhere on the wire, nor in what the relay prints", async () => {
    const canaries = ["kestrel-4711", "Cassowary"];
    const cassowary = await world().open("Cassowary");
    await makeRoom(alice);
    const link = await linkOf(alice);
    await join(cassowary, link);
    await say(alice, "kestrel-4711");
    await sees(cassowary, "kestrel-4711");
    await say(cassowary, "seen: kestrel-4711");
    await sees(alice, "seen: kestrel-4711");

    const secret = new URL(link).hash.slice(1);
    const carried = Buffer.concat([...alice.carried(), ...cassowary.carried()]);
    expect(carried.length).toBeGreaterThan(4096);
    const printed = world().relay.output();
    expect(printed.length).toBeGreaterThan(0);
    for (const canary of [...canaries, secret, secret.slice(2, 20)]) {
      expect(carried.includes(canary)).toBe(false);
      expect(printed).not.toContain(canary);
    }
  });

  test("names and texts are never more than text", async () => {
    const mallory = await world().open("<img src=x onerror=alert(1)>");
    await makeRoom(alice);
    await join(mallory, await linkOf(alice));
    await peopleAre(alice, "Alice", "<img src=x onerror=alert(1)>");
    const texts = [
      "<script>alert(1)</script>",
      '<a href="javascript:alert(1)">click</a>',
      "javascript:alert(1)",
      "data:text/html,<script>alert(1)</script>",
    ];
    for (const text of texts) await say(mallory, text);
    for (const text of texts) await sees(alice, text);
    const timeline = alice.page.getByRole("log");
    expect(await timeline.locator("a, img, script").count()).toBe(0);
  });
});
