/** A timeline of ten thousand messages, in a real browser; from the preview, since no relay lets anybody say so much. */
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createServer, type ViteDevServer } from "vite";
import { findChromium } from "../../scripts/test/chromium.ts";

const MESSAGES = 10_000;
/** As many as `stretch.ts` draws at most. */
const DRAWN = 300;
const CLIENT = fileURLToPath(new URL("..", import.meta.url));

let server: ViteDevServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await createServer({ root: CLIENT, logLevel: "error", server: { port: 0 } });
  await server.listen();
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("no Chromium; npm test says how to get one");
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const origin = server.resolvedUrls?.local[0] ?? "";
  await page.goto(`${origin}ui/preview/?scene=room-huge`);
  await page.getByRole("log").waitFor();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Scrolls by `byPx`, so often, a frame at a time; how often the box was not filled, and the most lines drawn. */
function scroll(byPx: number, times: number) {
  return page.getByRole("log").evaluate(
    async (box, [by, count]) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      let blanks = 0;
      let drawn = 0;
      for (let i = 0; i < count; i += 1) {
        box.scrollTop += by;
        await frame();
        const lines = [...box.querySelectorAll(".line")];
        const edge = box.getBoundingClientRect();
        // A day's line stands above the first one, and the box has a margin.
        const isFilled =
          (lines[0]?.getBoundingClientRect().top ?? Infinity) < edge.top + 24 &&
          (lines.at(-1)?.getBoundingClientRect().bottom ?? -Infinity) > edge.bottom - 24;
        if (!isFilled) blanks += 1;
        drawn = Math.max(drawn, lines.length);
      }
      return { blanks, drawn };
    },
    [byPx, times] as const,
  );
}

const firstKey = () =>
  page
    .locator(".line")
    .first()
    .evaluate((line) => (line instanceof HTMLElement ? line.dataset["key"] : ""));

test("scrolls both ways without a blank stretch, and never draws more than a stretch of it", async () => {
  const newest = await firstKey();
  const up = await scroll(-700, 150);
  expect(up.blanks).toBe(0);
  expect(up.drawn).toBe(DRAWN);
  expect(await firstKey()).not.toBe(newest);

  await page.getByRole("log").focus();
  await page.keyboard.press("Home");
  const box = page.getByRole("log");
  await expect.poll(() => box.evaluate(({ scrollTop }) => scrollTop)).toBeLessThan(48);
  const oldest = await firstKey();
  const down = await scroll(700, 150);
  expect(down.blanks).toBe(0);
  expect(down.drawn).toBe(DRAWN);
  expect(await firstKey()).not.toBe(oldest);

  await page.keyboard.press("End");
  await expect
    .poll(() => box.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight))
    .toBeLessThan(2);
  expect(await firstKey()).toBe(newest);
});

test("all of it can be reached: read upwards from stretch to stretch, the first message comes", async () => {
  const box = page.getByRole("log");
  await box.focus();
  await page.keyboard.press("Home");
  await expect.poll(() => box.evaluate(({ scrollTop }) => scrollTop)).toBeLessThan(48);
  const oldest = await firstKey();
  await page.keyboard.press("End");
  await expect.poll(firstKey).not.toBe(oldest);
  const seen = new Set<string | undefined>();
  for (let key = await firstKey(); !seen.has(key); key = await firstKey()) {
    seen.add(key);
    // To the edge of what is drawn: there, more is.
    await scroll(-100_000, 3);
  }
  expect(seen.has(oldest)).toBe(true);
  // Three times to the edge move the stretch by half its length each.
  expect(seen.size).toBeGreaterThan(MESSAGES / (3 * DRAWN));
});
