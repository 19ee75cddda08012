/** States that no story brings about on purpose, from the preview's client in memory. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { scenes } from "../../client/ui/preview/scenes.ts";
import { ROOT } from "../test/run.ts";
import { ensureChromium } from "../test/chromium.ts";
import type { NamedLook } from "./looks.ts";

/** Told by the story, from a real relay. */
const TOLD = new Set(["start", "invited", "invited-passphrase", "room-alone", "over-left"]);
/** Until fonts are there and what moves has come to rest. */
const REST_MS = 400;

/** Draws each scene into `folder`; resolves with how many there were. */
export async function drawScenes({ look }: NamedLook, folder: string): Promise<number> {
  const executablePath = await ensureChromium();
  if (executablePath === null) throw new Error("no Chromium");
  const root = join(ROOT, "client");
  const configFile = fileURLToPath(new URL("../../client/vite.config.ts", import.meta.url));
  const server = await createServer({
    root,
    configFile,
    logLevel: "error",
    server: { port: 0, hmr: false, watch: null },
  });
  await server.listen();
  const origin = server.resolvedUrls?.local[0] ?? "";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const { width = 1000, height = 760, colorScheme = "light", locale = "en", contrast } = look;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      locale,
      contrast: contrast ?? "no-preference",
    });
    const page = await context.newPage();
    const drawn = [...scenes.keys()].filter((name) => !TOLD.has(name));
    for (const name of drawn) {
      await page.goto(`${origin}ui/preview/?scene=${name}`);
      await page.locator("#app > *").waitFor();
      await page.waitForTimeout(REST_MS);
      await page.screenshot({ path: join(folder, `preview-${name}.png`) });
    }
    return drawn.length;
  } finally {
    await browser.close();
    await server.close();
  }
}
