/** A room of very many messages on a desk: filled, typed in, scrolled, and looked at while pictures arrive. */
import { join, makeRoom } from "../../../client/e2e/people.ts";
import type { Window, World } from "../../../client/e2e/world.ts";
import { figuresOf, keepFigures } from "./figures.ts";
import { msPerKey } from "./keys.ts";
import { MOST_SHIFT } from "./opening.ts";
import { median, percentile, type Row } from "./table.ts";
import { startTalker, textOf } from "./talker.ts";

const DESK = { width: 1440, height: 900 };
/** A frame at 60 Hz. */
const MOST_KEY_MS = 16;
const KEYS = "The quick brown fox jumps over the lazy dog, and nobody has to wait for it. ".repeat(
  3,
);
/** About a screen's height, so often in each direction. */
const SCROLL_PX = 700;
const SCROLLS = 200;
const PICTURES = 3;
const REST_MS = 1_000;
const MOST_FILLING_MS = 600_000;

export interface FullRoom {
  /** Who looks. */
  readonly ada: Window;
  readonly link: string;
  readonly messagesPerSecond: number;
}

/** A room that a second person has filled, in the first one's window. */
export async function fillRoom(world: World, messages: number): Promise<FullRoom> {
  const ada = await world.open("Ada", DESK);
  await keepFigures(ada.context);
  await makeRoom(ada);
  const link = await ada.page.locator(".input-link").inputValue();
  const talker = await startTalker(ada.origin, link);
  const startMs = performance.now();
  await talker.say(messages);
  await ada.page
    .getByRole("log")
    .getByText(textOf(messages), { exact: true })
    .waitFor({ timeout: MOST_FILLING_MS });
  const seconds = (performance.now() - startMs) / 1_000;
  talker.leave();
  return { ada, link, messagesPerSecond: messages / seconds };
}

/** Types a draft. */
export async function measureKeys({ ada: { page } }: FullRoom): Promise<readonly Row[]> {
  const field = page.locator(".composer-field");
  await field.focus();
  // Once before it counts: the browser compiles what is used.
  await msPerKey(page, "warm up ");
  const costs = await msPerKey(page, KEYS);
  await field.fill("");
  const row = (what: string, value: number, most: number | null): Row => {
    return { what, value, unit: "ms", most };
  };
  return [
    row("work for a key, half of them", median(costs), null),
    row("work for a key, 95 of 100", percentile(costs, 0.95), MOST_KEY_MS),
    row("work for a key, the worst", percentile(costs, 1), null),
  ];
}

/** Scrolls up from the end, and down from the beginning. */
export async function measureScrolling({ ada: { page } }: FullRoom): Promise<readonly Row[]> {
  const up = await scroll(page, -SCROLL_PX);
  await page.locator(".timeline").press("Home");
  await page.waitForTimeout(REST_MS);
  const down = await scroll(page, SCROLL_PX);
  await page.locator(".timeline").press("End");
  const frames = [...up.framesMs, ...down.framesMs];
  return [
    {
      what: "frames with a blank stretch while scrolling",
      value: up.blanks + down.blanks,
      unit: "",
      most: 0,
    },
    {
      what: "a frame while scrolling, 95 of 100",
      value: percentile(frames, 0.95),
      unit: "ms",
      most: null,
    },
    { what: "lines drawn at most", value: Math.max(up.drawn, down.drawn), unit: "", most: null },
  ];
}

function scroll(page: Window["page"], byPx: number) {
  return page.locator(".timeline").evaluate(
    async (box, [by, count]) => {
      const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
      const framesMs: number[] = [];
      let blanks = 0;
      let drawn = 0;
      let before = await frame();
      for (let i = 0; i < count; i += 1) {
        box.scrollTop += by;
        const now = await frame();
        framesMs.push(now - before);
        before = now;
        const lines = Array.from(box.querySelectorAll(".line"));
        const edge = box.getBoundingClientRect();
        // A day's line stands above the first one, and the box has a margin.
        const isFilled =
          (lines[0]?.getBoundingClientRect().top ?? Infinity) < edge.top + 24 &&
          (lines.at(-1)?.getBoundingClientRect().bottom ?? -Infinity) > edge.bottom - 24;
        if (!isFilled) blanks += 1;
        drawn = Math.max(drawn, lines.length);
      }
      return { framesMs, blanks, drawn };
    },
    [byPx, SCROLLS] as const,
  );
}

/**
 * Pictures arrive while Ada reads further up, where nothing may move, and at the end that she follows, where
 * lines move up to make room, as they should; there the pictures' own places may not change as they load.
 */
export async function measurePictures(
  world: World,
  { ada, link }: FullRoom,
): Promise<readonly Row[]> {
  const bob = await world.open("Bob");
  await join(bob, link);
  const { page } = ada;
  await page.locator(".timeline").press("End");
  await page.locator(".timeline").press("PageUp");
  await page.waitForTimeout(REST_MS);
  const before = (await figuresOf(page)).shift;
  for (let i = 1; i <= PICTURES; i += 1) await sharePicture(bob, `below ${i}`);
  await page.waitForTimeout(REST_MS);
  const shift = (await figuresOf(page)).shift - before;

  await page.locator(".timeline").press("End");
  await page.getByRole("img", { name: `below ${PICTURES}` }).waitFor();
  const share = async () => {
    for (let i = 1; i <= PICTURES; i += 1) await sharePicture(bob, `seen ${i}`);
  };
  const [changedPx] = await Promise.all([watchPlaces(page, PICTURES), share()]);
  return [
    { what: "layout shift while pictures arrive below", value: shift, unit: "", most: MOST_SHIFT },
    { what: "change of a picture’s place as it loads", value: changedPx, unit: "px", most: 0 },
  ];
}

/** Looks at the next `count` pictures in every frame until they are loaded; by how much the worst one's height changed. */
function watchPlaces(page: Window["page"], count: number): Promise<number> {
  return page.locator(".timeline").evaluate(async (box, wanted) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const places = () => Array.from(box.querySelectorAll(".bubble:has(.picture)"));
    const old = new Set(places());
    const heights = new Map<Element, number[]>();
    const isLoaded = (place: Element) => place.querySelector("img")?.complete === true;
    while (heights.size < wanted || ![...heights.keys()].every(isLoaded)) {
      await frame();
      for (const place of places()) {
        const picture = place.querySelector(".picture");
        if (old.has(place) || picture === null) continue;
        const height = picture.getBoundingClientRect().height;
        heights.set(place, [...(heights.get(place) ?? []), height]);
      }
    }
    return Math.max(...[...heights.values()].map((px) => Math.max(...px) - Math.min(...px)));
  }, count);
}

async function sharePicture({ page }: Window, alt: string): Promise<void> {
  const buffer = await page.screenshot();
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "a.png", mimeType: "image/png", buffer });
  await page.locator(".draft .input").fill(alt);
  await page.locator(".preview .button-main").click();
  await page.getByRole("log").getByRole("img", { name: alt }).waitFor();
}
