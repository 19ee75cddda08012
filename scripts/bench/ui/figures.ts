/** What the browser itself says of a page: paints, long tasks, layout shifts (PerformanceObserver, buffered). */
import type { BrowserContext, Page } from "playwright-core";

export interface Figures {
  /** Anything but the browser's blank, since the navigation began. */
  readonly firstPaintMs: number;
  /** Text or a picture. */
  readonly firstContentMs: number;
  /** The largest text or picture that was there before anybody pressed anything. */
  readonly largestContentMs: number;
  /** Tasks of 50 ms and more, each of which keeps a finger waiting. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
  /** The sum of all unexpected layout shifts: those right after a key or a press are what was asked for. */
  readonly shift: number;
}

/** What the page's own script below keeps. */
interface Kept {
  largestMs: number;
  shift: number;
  tasksMs: number[];
}

/** Lets every page of the context keep its figures from its first moment on. Call it before the first page. */
export async function keepFigures(context: BrowserContext): Promise<void> {
  // tsx lets functions that have a name ask for this one; in a page it is not there.
  await context.addInitScript({ content: "globalThis.__name ??= (named) => named;" });
  await context.addInitScript(() => {
    const kept: Kept = { largestMs: 0, shift: 0, tasksMs: [] };
    Object.assign(window, { figures: kept });
    const watch = (type: string, take: (entry: PerformanceEntry) => void) =>
      new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
        type,
        buffered: true,
      });
    watch("largest-contentful-paint", ({ startTime }) => (kept.largestMs = startTime));
    watch("longtask", ({ duration }) => kept.tasksMs.push(duration));
    watch("layout-shift", (entry) => {
      const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
      if (!shift.hadRecentInput) kept.shift += shift.value;
    });
  });
}

/** The figures so far. */
export function figuresOf(page: Page): Promise<Figures> {
  return page.evaluate(() => {
    const { figures } = window as unknown as { figures: Kept };
    const paintMs = (name: string) =>
      performance.getEntriesByName(name, "paint")[0]?.startTime ?? Number.NaN;
    return {
      firstPaintMs: paintMs("first-paint"),
      firstContentMs: paintMs("first-contentful-paint"),
      largestContentMs: figures.largestMs,
      longTasks: figures.tasksMs.length,
      longestTaskMs: Math.max(0, ...figures.tasksMs),
      shift: figures.shift,
    };
  });
}
