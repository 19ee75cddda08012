/** The network fails, the relay dies: what people see meanwhile, and that nothing is lost. */
import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import {
  allSent,
  join,
  linkOf,
  makeRoom,
  messagesOf,
  peopleAre,
  say,
  sees,
  statusOf,
} from "./people.ts";
import { tellStories } from "./story.ts";
import type { Window } from "./world.ts";

const OUTAGE_MS = 20_000;

const { world, person } = tellStories("Alice", "Bob", "Carol");
let alice: Window;
let bob: Window;
let carol: Window;

beforeEach(async () => {
  alice = person("Alice");
  bob = person("Bob");
  carol = person("Carol");
  await makeRoom(alice);
  const link = await linkOf(alice);
  await join(bob, link);
  await join(carol, link);
  for (const window of [alice, bob, carol]) await peopleAre(window, "Alice", "Bob", "Carol");
});

async function everyoneSees(text: string): Promise<void> {
  for (const window of [alice, bob, carol]) await sees(window, text);
}

describe("the network of one fails", () => {
  test("[DESIGN 5.4] bob is cut off for 20 s and misses nothing; what he wrote meanwhile arrives", async () => {
    await say(alice, "before");
    await sees(bob, "before");
    world().expectOutage();
    bob.wire.cut();
    await expect.poll(() => statusOf(bob)).toContain("Reconnecting");
    await say(bob, "written without a network");
    const cutAtMs = performance.now();
    for (let i = 1; i <= 5; i++) {
      await say(alice, `alice meanwhile ${i}`);
      await say(carol, `carol meanwhile ${i}`);
    }
    await allSent(alice);
    expect(await bob.page.getByText("Sending…").count()).toBe(1);
    expect(await messagesOf(alice)).not.toContain("written without a network");
    // The outage itself is the point of this test; nothing is awaited here.
    await pause(OUTAGE_MS - (performance.now() - cutAtMs));
    bob.wire.mend();

    await everyoneSees("written without a network");
    await everyoneSees("carol meanwhile 5");
    await allSent(bob);
    const order = await messagesOf(alice);
    expect(order).toHaveLength(12);
    expect(await messagesOf(bob)).toEqual(order);
    expect(await messagesOf(carol)).toEqual(order);
    await expect.poll(() => statusOf(bob)).not.toContain("Reconnecting");
    await peopleAre(alice, "Alice", "Bob", "Carol");
    expect(await bob.page.getByText(/missing|joined again/).count()).toBe(0);
  });

  test("the browser's own offline switch is told to the person", async () => {
    world().expectOutage();
    await bob.context.setOffline(true);
    bob.wire.cut();
    await expect.poll(() => statusOf(bob)).toContain("You are offline");
    await say(bob, "later");
    bob.wire.mend();
    await bob.context.setOffline(false);
    await everyoneSees("later");
  });
});

describe.each(["SIGKILL", "SIGTERM"] as const)(
  "the relay ends by %s and starts again",
  (signal) => {
    test("[DESIGN 2, the order was lost] the room goes on, and nothing acknowledged is missing", async () => {
      for (const window of [alice, bob, carol]) await say(window, `${window.name} before`);
      for (const window of [alice, bob, carol]) await everyoneSees(`${window.name} before`);
      world().expectOutage();
      await world().relay.end(signal);
      await expect.poll(() => statusOf(alice)).toContain("Reconnecting");
      await say(alice, "said to nobody yet");
      await world().relay.start();

      await everyoneSees("said to nobody yet");
      for (const window of [alice, bob, carol]) {
        await say(window, `${window.name} after`);
        await allSent(window);
      }
      for (const window of [alice, bob, carol]) await everyoneSees(`${window.name} after`);
      for (const window of [alice, bob, carol]) {
        await sees(window, /^The relay lost its place/);
        await peopleAre(window, "Alice", "Bob", "Carol");
        // Once each: what is offered again is not shown again.
        const messages = await messagesOf(window);
        expect(messages.toSorted()).toEqual(
          ["Alice", "Bob", "Carol"]
            .flatMap((name) => [`${name} before`, `${name} after`])
            .concat("said to nobody yet")
            .toSorted(),
        );
      }
      const dave = await world().open("Dave");
      await join(dave, await linkOf(alice));
      await say(dave, "hello");
      await everyoneSees("hello");
    });
  },
);
