/** How it looks, on a telephone and on a desk, by day and by night: pictures for people, and what must hold in each. */
import { describe, expect, test } from "vitest";
import { isTold, join, leave, linkOf, makeRoom, say, sees, statusOf } from "./people.ts";
import { tellStories } from "./story.ts";
import { screenshot, type Window } from "./world.ts";

const { world } = tellStories();

const SIZES = [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
];
const LOOKS = SIZES.flatMap((size) => [
  { ...size, colorScheme: "light" as const },
  { ...size, colorScheme: "dark" as const },
]);

const LONG =
  "Bring the blue folder, the one with the maps. And mind that the bridge is closed until Thursday, so take the road along the river: https://example.org/a/rather/long/address/that/does/not/break/anywhere?and=more";

describe.each(LOOKS)("at $width × $height, $colorScheme", (look) => {
  /** Takes the picture; nothing may stick out sideways. */
  async function picture(window: Window, scene: string): Promise<void> {
    const surplus = await window.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    await screenshot(window, `${look.width}x${look.height}-${look.colorScheme}-${scene}`);
    expect(surplus, `${scene} is wider than the window`).toBeLessThanOrEqual(0);
  }

  test("start, invited, room, reconnecting and over fit into the window", async () => {
    const bob = await world().open("Bob");
    await makeRoom(bob);
    const link = await linkOf(bob);

    const alice = await world().open("Alice", look);
    await alice.page.goto(alice.origin);
    await picture(alice, "1-start");
    await alice.page.goto(link);
    await isTold(alice, "You are invited to a room");
    await picture(alice, "2-invited");
    await alice.page.goto("about:blank");
    await join(alice, link);
    await picture(alice, "3-joined");

    await say(bob, "Hello Alice");
    await say(bob, LONG.split(" https")[0] ?? "");
    await sees(alice, "Hello Alice");
    await say(alice, "שלום, 你好, grüß dich 👋🏽");
    await say(alice, "Unbroken".repeat(30));
    await alice.page.getByRole("textbox", { name: "Message" }).fill(LONG);
    await alice.page.keyboard.press("Enter");
    await alice.page.getByRole("link", { name: /example\.org/ }).waitFor();
    await picture(alice, "4-room");
    // The head leaves the room to the talk: one line of buttons, no name broken letter by letter.
    const head = await alice.page.getByRole("banner").boundingBox();
    expect(head?.height ?? Infinity).toBeLessThanOrEqual(72);
    const field = await alice.page.getByRole("textbox", { name: "Message" }).boundingBox();
    expect((field?.y ?? 0) + (field?.height ?? Infinity)).toBeLessThanOrEqual(look.height);

    world().expectOutage();
    alice.wire.cut();
    await expect.poll(() => statusOf(alice)).toContain("Reconnecting");
    await say(alice, "Still there?");
    await picture(alice, "5-reconnecting");
    alice.wire.mend();
    await sees(bob, "Still there?");

    await leave(alice);
    await picture(alice, "6-over");
  });
});
