/** What people really write and are called: long, unbroken, without words, from right to left; and on paper. */
import { beforeEach, expect, test } from "vitest";
import { allSent, join, linkOf, makeRoom, messagesOf, say, sees } from "./people.ts";
import { tellStories } from "./story.ts";
import { screenshot, type Window } from "./world.ts";

const { world, person } = tellStories("Bob");
let bob: Window;

const WORDS = Array.from({ length: 1_000 }, (_, i) => `word${i + 1}`).join(" ");
const UNBROKEN = "Donaudampfschifffahrt".repeat(239).slice(0, 5_000);
const OWN = "W".repeat(5_000);
const EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈🦋🇪🇺👍🏽";
const MIXED = "Meet at שדרות רוטשילד 12, then call +972 3 555 0100 (محمد)";
const RIGHT_TO_LEFT = "سلام، فردا ساعت ۵ در Café Central می‌بینمت.";
const LONG_NAME = "Wolfeschlegelsteinhausenberger W";
const ALL = [WORDS, UNBROKEN, EMOJI, MIXED, RIGHT_TO_LEFT];

beforeEach(async () => {
  bob = person("Bob");
  await makeRoom(bob);
});

/** What sticks out of the window or of its own bubble, in words. */
function faultsOf({ page }: Window): Promise<readonly string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    const wide = root.scrollWidth > root.clientWidth ? ["the page is too wide"] : [];
    const bubbles = [...document.querySelectorAll(".bubble, .author, .status, .roster li")];
    const outside = bubbles
      .filter((each) => each.checkVisibility())
      .flatMap((each) => {
        const { left, right } = each.getBoundingClientRect();
        const isOut = left < 0 || right > innerWidth || each.scrollWidth > each.clientWidth + 1;
        return isOut && getComputedStyle(each).display !== "inline"
          ? [`${each.className}: ${each.textContent.slice(0, 30)}`]
          : [];
      });
    return [...wide, ...outside];
  });
}

test.each([
  ["a telephone", { width: 390, height: 844 }],
  ["the smallest telephone", { width: 320, height: 568 }],
  ["a desk", { width: 1440, height: 900 }],
  ["a desk, its text at 200 %", { width: 720, height: 450 }],
] as const)(
  "on %s all of it stays inside its bubble, and is there in full",
  async (where, look) => {
    const long = { ...(await world().open("Long", look)), name: LONG_NAME };
    await join(long, await linkOf(bob));
    for (const text of ALL) await say(bob, text);
    await sees(long, RIGHT_TO_LEFT);
    await say(long, OWN);
    await allSent(long);
    await sees(bob, OWN);
    expect(await messagesOf(long)).toEqual([...ALL, OWN]);
    expect(await faultsOf(long)).toEqual([]);
    expect(await faultsOf(bob)).toEqual([]);
    await screenshot(long, `shapes-${where.replaceAll(/\W+/g, "-")}-end`);
    await long.page.getByRole("log").press("Home");
    await screenshot(long, `shapes-${where.replaceAll(/\W+/g, "-")}-begin`);
  },
);

test("each line of words runs the way its own words do", async () => {
  await say(bob, MIXED);
  await say(bob, RIGHT_TO_LEFT);
  const directions = await bob.page
    .locator(".message .text")
    .evaluateAll((texts) => texts.map((text) => (text.matches(":dir(rtl)") ? "rtl" : "ltr")));
  expect(directions).toEqual(["ltr", "rtl"]);
});

test("on paper stands what was said, all of it, and nothing to press", async () => {
  for (const text of [...ALL, ...Array.from({ length: 40 }, (_, i) => `Line ${i}`)])
    await say(bob, text);
  await allSent(bob);
  await bob.page.emulateMedia({ media: "print" });
  const { lost, pressable } = await bob.page.evaluate(() => {
    const height = document.documentElement.scrollHeight;
    const width = document.documentElement.clientWidth;
    const lines = [...document.querySelectorAll(".message .text")];
    return {
      lost: lines.filter((line) => {
        const { top, bottom, left, right } = line.getBoundingClientRect();
        return top + scrollY < 0 || bottom + scrollY > height || left < 0 || right > width;
      }).length,
      pressable: [...document.querySelectorAll("button, textarea, input, select")]
        .filter((each) => each.checkVisibility())
        .map((each) => each.textContent),
    };
  });
  expect(lost).toBe(0);
  expect(pressable).toEqual([]);
  const paper = await bob.page.pdf({ format: "A4" });
  expect(paper.toString("latin1").match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(1);
});
