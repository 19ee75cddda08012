/** The room as people use it: reading while others talk, comparing the code, keys alone. */
import { beforeEach, describe, expect, test } from "vitest";
import { allSent, join, linkOf, makeRoom, peopleAre, say, sees, statusOf } from "./people.ts";
import { tellStories } from "./story.ts";
import type { Window } from "./world.ts";

const { world, person } = tellStories("Alice", "Bob");
let alice: Window;
let bob: Window;

beforeEach(async () => {
  alice = person("Alice");
  bob = person("Bob");
  await makeRoom(alice);
  await join(bob, await linkOf(alice));
});

/** Text of the line that is at the top of the window's timeline, and where it stands, in px. */
function topLineOf({ page }: Window) {
  return page.getByRole("log").evaluate((box) => {
    const edge = box.getBoundingClientRect().top;
    const line = [...box.querySelectorAll(".line")].find(
      (each) => each.getBoundingClientRect().bottom > edge,
    );
    const text = line?.querySelector(".text")?.textContent ?? "";
    return { text, atPx: Math.round((line?.getBoundingClientRect().top ?? 0) - edge) };
  });
}

/** The browser itself says nothing about a tab that is hidden while a test looks at another. */
async function looksAway({ page }: Window, isAway: boolean): Promise<void> {
  await page.evaluate(
    (state) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
      document.dispatchEvent(new Event("visibilitychange"));
    },
    isAway ? "hidden" : "visible",
  );
}

describe("reading", () => {
  test("who reads further up is not moved by what comes; a pill says how much, and leads there", async () => {
    for (let i = 1; i <= 30; i++) await say(alice, `Line ${i}`);
    await allSent(alice);
    await sees(bob, "Line 30");
    await bob.page.getByRole("log").focus();
    await bob.page.keyboard.press("Home");
    const before = await topLineOf(bob);
    await say(alice, "First while bob reads");
    await say(alice, "Second while bob reads");
    const pill = bob.page.getByRole("button", { name: "2 new messages" });
    await pill.waitFor();
    expect(await topLineOf(bob)).toEqual(before);
    await pill.click();
    await pill.waitFor({ state: "detached" });
    const last = bob.page.getByRole("log").getByText("Second while bob reads");
    expect(await last.isVisible()).toBe(true);
    await say(alice, "Third, seen at once");
    await sees(bob, "Third, seen at once");
    expect(await bob.page.getByRole("button", { name: /new message/ }).count()).toBe(0);
  });

  test("a line across the timeline shows where what came while bob looked away begins; his answer takes it off", async () => {
    await say(alice, "seen");
    await sees(bob, "seen");
    await looksAway(bob, true);
    await say(alice, "not seen yet");
    await say(alice, "nor this");
    await sees(bob, "nor this");
    const divider = bob.page.getByText("New since you looked away");
    expect(await divider.count()).toBe(0);
    await looksAway(bob, false);
    await divider.waitFor();
    const line = bob.page.locator(".line", { has: divider });
    expect(await line.locator(".text").innerText()).toBe("not seen yet");
    await say(bob, "I am here");
    await divider.waitFor({ state: "detached" });
  });

  test("a screen reader is read new messages alone, author first and no time", async () => {
    await say(alice, "before");
    await sees(bob, "before");
    const carol = await world().open("Carol");
    await join(carol, await linkOf(alice));
    await say(alice, "hello <b>carol</b>");
    await sees(carol, "hello <b>carol</b>");
    await say(carol, "mine is not read to me");
    const heard = carol.page.locator("[aria-live=polite].heard");
    expect(await heard.innerText()).toBe("Alice: hello <b>carol</b>");
    expect(await bob.page.locator(".heard p").allInnerTexts()).toEqual([
      "Alice: before",
      "Alice: hello <b>carol</b>",
      "Carol: mine is not read to me",
    ]);
    expect(await carol.page.getByRole("log").getAttribute("aria-live")).toBe("off");
  });

  test("the arrow keys walk from message to message; Tab passes the timeline as one stop", async () => {
    for (const text of ["one", "two", "three"]) await say(alice, text);
    const { page } = alice;
    await page.getByRole("log").focus();
    const focused = () =>
      page.evaluate(() => document.activeElement?.querySelector(".text")?.textContent);
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("three");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("one");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("two");
    await page.keyboard.press("/");
    await page.keyboard.type("typed");
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("typed");
    await page.getByRole("log").focus();
    await page.keyboard.press("?");
    const overview = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await overview.waitFor();
    await page.keyboard.press("Escape");
    await overview.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("log");
  });

  test("[§1.7] each message carries the time it has left", async () => {
    await say(alice, "for an hour");
    await allSent(alice);
    const left = await alice.page
      .locator(".bubble")
      .evaluate((bubble) => Number(getComputedStyle(bubble).getPropertyValue("--left")));
    expect(left).toBeGreaterThan(0.9);
    expect(left).toBeLessThanOrEqual(1);
    expect(await alice.page.locator(".life").count()).toBe(1);
  });
});

describe("comparing", () => {
  test("[DESIGN 4] nothing counts as compared by itself; who joins since is not covered", async () => {
    const button = alice.page.getByRole("button", { name: "Safety code" });
    expect(await button.innerText()).toBe("Safety code: not yet compared");
    await button.click();
    const dialog = alice.page.getByRole("dialog", { name: "Safety code" });
    await dialog.getByRole("button", { name: "They match" }).click();
    await dialog.getByText("You compared it at").waitFor();
    await alice.page.keyboard.press("Escape");
    expect(await button.innerText()).toBe("Safety code: compared by you");

    const carol = await world().open("Carol");
    await join(carol, await linkOf(alice));
    await peopleAre(alice, "Alice", "Bob", "Carol");
    await expect.poll(() => button.innerText()).toBe("Safety code: 1 joined since you compared");
    const carols = carol.page.getByRole("button", { name: "Safety code" });
    expect(await carols.innerText()).toBe("Safety code: not yet compared");
  });

  test("[DESIGN 4] a code that does not match stays told, and says what to do", async () => {
    await alice.page.getByRole("button", { name: "Safety code" }).click();
    const dialog = alice.page.getByRole("dialog", { name: "Safety code" });
    await dialog.getByRole("button", { name: "They don’t match" }).click();
    await dialog.getByText("Leave, make a new room").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    expect(await statusOf(alice)).toContain("The safety code did not match");
    await alice.page.getByRole("button", { name: "Safety code" }).click();
    await dialog.getByRole("button", { name: "Leave the room" }).click();
    await alice.page.getByRole("heading", { name: "You have left the room" }).waitFor();
  });
});

describe("a draft", () => {
  test("under a finger Enter starts a line, and the button sends", async () => {
    const carol = await world().open("Carol", { width: 390, height: 844, isTouched: true });
    await join(carol, await linkOf(alice));
    const field = carol.page.getByRole("textbox", { name: "Message" });
    await field.tap();
    await carol.page.keyboard.type("first");
    await carol.page.keyboard.press("Enter");
    await carol.page.keyboard.type("second");
    expect(await field.inputValue()).toBe("first\nsecond");
    await carol.page.getByRole("button", { name: "Send", exact: true }).tap();
    await sees(alice, /^first\s+second$/);
  });

  test("stays while the connection is lost and found again; near the limit it says how much fits", async () => {
    const field = bob.page.getByRole("textbox", { name: "Message" });
    await field.fill("half a thought");
    world().expectOutage();
    bob.wire.cut();
    await expect.poll(() => statusOf(bob)).toContain("Reconnecting");
    expect(await statusOf(bob)).not.toContain("Still trying");
    await expect.poll(() => statusOf(bob)).toContain("Still trying");
    expect(await field.inputValue()).toBe("half a thought");
    bob.wire.mend();
    await expect.poll(() => statusOf(bob)).not.toContain("Reconnecting");
    expect(await field.inputValue()).toBe("half a thought");
    await field.press("Enter");
    await sees(alice, "half a thought");
    await field.fill("x".repeat(16 * 1024 - 7));
    await bob.page.getByText("Room for about 7 more characters.").waitFor();
  });
});
