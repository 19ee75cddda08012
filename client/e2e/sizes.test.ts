/** The room in windows of all sizes: what has a place there, and what a finger can reach. */
import { beforeEach, describe, expect, test } from "vitest";
import { join, linkOf, makeRoom, say } from "./people.ts";
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

describe("a small window", () => {
  test("messages have 70 % of a telephone's height; people are a sheet that closes by button, key and push", async () => {
    const phone = await world().open("Phone", { width: 390, height: 844 });
    await join(phone, await linkOf(alice));
    const { page } = phone;
    const log = await page.getByRole("log").boundingBox();
    expect((log?.height ?? 0) / 844).toBeGreaterThanOrEqual(0.7);

    const people = page.getByRole("button", { name: "3 people in the room" });
    const sheet = page.getByRole("complementary", { name: "People" });
    const focused = () => page.evaluate(() => document.activeElement?.className);
    const hasPeople = () => expect.poll(focused).toContain("people-button");
    await people.click();
    await sheet.getByRole("button", { name: "Close" }).click();
    await sheet.waitFor({ state: "hidden" });
    await hasPeople();
    await people.click();
    await expect.poll(focused).toContain("roster-close");
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    await hasPeople();
    await people.click();
    const head = await sheet.getByRole("heading").boundingBox();
    await page.mouse.move(160, (head?.y ?? 0) + 10);
    await page.mouse.down();
    await page.mouse.move(160, (head?.y ?? 0) + 140, { steps: 5 });
    await page.mouse.up();
    await sheet.waitFor({ state: "hidden" });
  });

  test.each([
    { width: 320, height: 568 },
    { width: 720, height: 450 },
  ])("at $width × $height nothing is cut off, and every target is large enough", async (look) => {
    const small = await world().open("Small", look);
    await join(small, await linkOf(alice));
    await say(small, "W".repeat(5_000));
    const faults = await small.page.evaluate(() => {
      const root = document.documentElement;
      const wide = root.scrollWidth > root.clientWidth ? ["the page is too wide"] : [];
      const outside = [...document.querySelectorAll("button, textarea")]
        .filter((each) => each.checkVisibility())
        .flatMap((each) => {
          const { left, right, width, height } = each.getBoundingClientRect();
          const name = each.textContent;
          if (left < 0 || right > innerWidth) return [`${name} is outside`];
          return width < 44 || height < 44 ? [`${name} is ${width} × ${height}`] : [];
        });
      return [...wide, ...outside];
    });
    expect(faults).toEqual([]);
  });

  test("on a desk the list of people is made wider and narrower with the arrow keys", async () => {
    const desk = await world().open("Desk", { width: 1440, height: 900 });
    await join(desk, await linkOf(alice));
    const sheet = desk.page.getByRole("complementary", { name: "People" });
    const width = async () => Math.round((await sheet.boundingBox())?.width ?? 0);
    expect(await width()).toBe(272);
    await desk.page.getByRole("separator").focus();
    await desk.page.keyboard.press("ArrowLeft");
    await desk.page.keyboard.press("ArrowLeft");
    expect(await width()).toBe(304);
    await desk.page.keyboard.press("ArrowRight");
    expect(await width()).toBe(288);
  });
});
