/**
 * A first-time walk: Ada on a desk opens Mayfly, makes a room and invites; Ben joins on a telephone; they talk,
 * compare the code and leave. Three times: by mouse, by keys alone, by the accessibility tree alone. Nothing but
 * what the screens say leads from one step to the next.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SECONDS, type Hand } from "./walk/hand.ts";
import { keyboard } from "./walk/keyboard.ts";
import { mouse } from "./walk/mouse.ts";
import { tree } from "./walk/tree.ts";
import { startWorld, type Window, type World } from "./world.ts";

const PHONE = { width: 390, height: 844 };
const LOG = { role: "log", name: "Messages" } as const;
const CODE = { role: "dialog", name: "Safety code" } as const;
/** Reckoned from what was pressed and read, never clocked: the same on every machine. */
const MOST_SECONDS = 60;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  const complaints = world.complaints();
  await world.close();
  expect(complaints).toEqual([]);
});

/** One of the two, with a hand of their own, on one clock. */
interface Walker extends Window {
  readonly hand: Hand;
}

/** Whoever waits for the other one is there no earlier. */
function waitsFor(one: Walker, other: Walker): void {
  one.hand.cost.seconds = Math.max(one.hand.cost.seconds, other.hand.cost.seconds);
}

async function digitsIn(walker: Walker): Promise<string> {
  const words = await walker.hand.perceives(walker.page, CODE, /\d{5}/);
  return (words.match(/\b\d{5}\b/g) ?? []).join(" ");
}

const says = ({ hand, page }: Walker, text: string) => hand.write(page, "Message", text);
const hears = ({ hand, page }: Walker, text: string) => hand.perceives(page, LOG, text);

async function linkIn(page: Page): Promise<string> {
  await page.bringToFront();
  return page.evaluate(() => navigator.clipboard.readText());
}

describe("a first walk: make, invite, join, talk, compare, leave", () => {
  test.each([
    ["a mouse", mouse],
    ["keys alone", keyboard],
    ["the accessibility tree alone", tree],
  ])(
    "leads nowhere into a dead end, by %s, and takes less than a minute",
    async (way, makeHand) => {
      const startMs = performance.now();
      const ada: Walker = { ...(await world.open("Ada")), hand: makeHand() };
      const ben: Walker = { ...(await world.open("Ben", PHONE)), hand: makeHand() };

      await ada.page.goto(ada.origin);
      await ada.hand.press(ada.page, "Make a room");
      await ada.hand.perceives(ada.page, LOG, "You are the only one here");
      await ada.hand.press(ada.page, "Copy link");
      await ben.page.goto(await linkIn(ada.page));
      waitsFor(ben, ada);
      await ben.page.bringToFront();
      await ben.hand.press(ben.page, "Join");
      await hears(ben, "You joined");
      await ada.page.bringToFront();
      await hears(ada, "joined");
      waitsFor(ada, ben);

      await says(ada, "Is that you, Ben?");
      await hears(ben, "Is that you, Ben?");
      waitsFor(ben, ada);
      await says(ben, "It is. Read me the code.");
      await hears(ada, "It is. Read me the code.");
      waitsFor(ada, ben);

      for (const one of [ada, ben]) {
        await one.page.bringToFront();
        await one.hand.press(one.page, /Safety code|not yet compared/);
      }
      const code = await digitsIn(ada);
      expect(await digitsIn(ben)).toBe(code);
      expect(code).toMatch(/^(\d{5} ){5}\d{5}$/);
      waitsFor(ada, ben);
      waitsFor(ben, ada);
      for (const one of [ada, ben]) {
        one.hand.cost.seconds += SECONDS.digit * code.replaceAll(" ", "").length;
        await one.page.bringToFront();
        await one.hand.press(one.page, "They match");
        await one.hand.perceives(one.page, CODE, "You compared it at");
        await one.hand.press(one.page, "Close");
      }
      for (const one of [ben, ada]) {
        await one.page.bringToFront();
        await one.hand.press(one.page, /^Leave$/);
        await one.hand.perceives(
          one.page,
          { role: "heading", name: /left|over/ },
          "You have left the room",
        );
      }
      const machineSeconds = (performance.now() - startMs) / 1_000;
      for (const { name, hand } of [ada, ben]) {
        const { acts, seconds } = hand.cost;
        console.log(
          `${name} by ${way}: ${acts} presses, ${seconds.toFixed(0)} s of a person's time`,
        );
        expect(seconds).toBeLessThan(MOST_SECONDS);
      }
      console.log(`The browsers took ${machineSeconds.toFixed(1)} s.`);
      await ada.context.close();
      await ben.context.close();
    },
  );
});
