/** From an address to a room, on a slow telephone. */
import type { Look, Window, World } from "../../../client/e2e/world.ts";
import { figuresOf, keepFigures, type Figures } from "./figures.ts";
import { PHONE, slowDown, type SLOW_4G } from "./phone.ts";
import { median, percentile, type Row } from "./table.ts";

/** First paint on a slow telephone. */
const MOST_PAINT_MS = 1_000;
/** "No layout shift": what web.dev calls good is 0.1; this is what a rounding makes. */
export const MOST_SHIFT = 0.001;
/** Until late tasks and late shifts have happened. */
const REST_MS = 1_500;

interface Opening {
  readonly figures: Figures;
  /** From the press on the button to the field for messages. */
  readonly roomMs: number;
  /** Shifts from the first paint to the room, those included that came after it. */
  readonly shift: number;
  readonly longestTaskMs: number;
}

type Network = typeof SLOW_4G;

async function openSlowly(world: World, network: Network, look: Look): Promise<Window> {
  const window = await world.open("Phone", look);
  await keepFigures(window.context);
  await slowDown(window.context, window.page, network);
  await window.page.goto(window.origin);
  await window.page.locator(".card .button-main").waitFor();
  await window.page.waitForTimeout(REST_MS);
  return window;
}

async function openRoom(world: World, network: Network): Promise<Opening> {
  const { page, context } = await openSlowly(world, network, PHONE);
  const figures = await figuresOf(page);
  const startMs = performance.now();
  await page.locator(".card .button-main").click();
  await page.locator(".composer-field").waitFor();
  const roomMs = performance.now() - startMs;
  await page.locator(".qr path[d^=M]").waitFor();
  await page.waitForTimeout(REST_MS);
  const { shift, longestTaskMs } = await figuresOf(page);
  await context.close();
  return { figures, roomMs, shift, longestTaskMs };
}

/** Opens the page and makes a room, so often; medians, and the worst of what must never happen. */
export async function measureOpening(
  world: World,
  network: Network,
  times: number,
): Promise<readonly Row[]> {
  const openings: Opening[] = [];
  for (let i = 0; i < times; i += 1) openings.push(await openRoom(world, network));
  const figures = openings.map((opening) => opening.figures);
  const ms = (what: string, values: readonly number[], most: number | null): Row => ({
    what,
    value: median(values),
    unit: "ms",
    most,
  });
  return [
    ms(
      "first paint",
      figures.map((each) => each.firstPaintMs),
      MOST_PAINT_MS,
    ),
    ms(
      "first contentful paint",
      figures.map((each) => each.firstContentMs),
      MOST_PAINT_MS,
    ),
    ms(
      "largest contentful paint",
      figures.map((each) => each.largestContentMs),
      null,
    ),
    {
      what: "long tasks until the start screen rests",
      value: median(figures.map((each) => each.longTasks)),
      unit: "",
      most: null,
    },
    ms(
      "longest of them",
      figures.map((each) => each.longestTaskMs),
      null,
    ),
    ms(
      "from the press on “Make a room” to the room",
      openings.map((each) => each.roomMs),
      null,
    ),
    ms(
      "longest task on the way there",
      openings.map((each) => each.longestTaskMs),
      null,
    ),
    {
      what: "layout shift, start to room, the worst run",
      value: percentile(
        openings.map((each) => each.shift),
        1,
      ),
      unit: "",
      most: MOST_SHIFT,
    },
  ];
}

/** The first paint alone: of another network, or in another language. */
export async function measurePaint(world: World, network: Network, look: Look, times: number) {
  const paints: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const { page, context } = await openSlowly(world, network, { ...PHONE, ...look });
    paints.push((await figuresOf(page)).firstContentMs);
    await context.close();
  }
  return median(paints);
}
