/** What people do with files in their windows. */
import { readFile } from "node:fs/promises";
import type { Locator } from "playwright-core";
import { expect } from "vitest";
import type { Window } from "./world.ts";

const PATIENCE_MS = 60_000;

/** The sheet on which chosen files are looked at, filled in by what was found. */
export async function choose({ page }: Window, ...paths: readonly string[]): Promise<Locator> {
  await page.locator("input[type=file]").setInputFiles([...paths]);
  const sheet = page.getByRole("dialog", { name: /^Send \d+ files?$/ });
  await sheet.getByRole("listitem").first().waitFor({ timeout: PATIENCE_MS });
  return sheet;
}

/** Chooses and sends; `caption` may be empty. */
export async function share(window: Window, paths: readonly string[], caption = ""): Promise<void> {
  const sheet = await choose(window, ...paths);
  await sheet.getByRole("textbox", { name: "Caption" }).fill(caption);
  await sheet.getByRole("button", { name: "Send", exact: true }).click();
  await sheet.waitFor({ state: "hidden" });
}

/** What a window's "Save" of this file hands to the browser. */
export async function saved({ page }: Window, name: string): Promise<Buffer> {
  const button = page.getByRole("button", { name: `Save ${name}` });
  await button.waitFor({ timeout: PATIENCE_MS });
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: PATIENCE_MS }),
    button.click(),
  ]);
  expect(download.suggestedFilename()).toBe(name);
  return readFile(await download.path());
}

/** Resolves when a picture of that description is drawn, with the size that it has by itself. */
export async function seesPicture({ page }: Window, alt: string) {
  const picture = page.getByRole("log").getByRole("img", { name: alt });
  await picture.waitFor({ timeout: PATIENCE_MS });
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  return picture.evaluate(({ naturalWidth, naturalHeight }: HTMLImageElement) => ({
    width: naturalWidth,
    height: naturalHeight,
  }));
}

/** Plays the only film, and resolves when its first frame is there. */
export async function play({ page }: Window): Promise<void> {
  await page.getByRole("button", { name: /^Play / }).click();
  await expect.poll(() => readyState(page), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(2);
}

const readyState = (page: Window["page"]) =>
  page.evaluate(() => document.querySelector("video")?.readyState ?? 0);

/** Goes there in the only film, and resolves when it shows what is there. */
export async function seek({ page }: Window, seconds: number): Promise<void> {
  await page.evaluate(
    (to) =>
      new Promise<void>((resolve, reject) => {
        const film = document.querySelector("video");
        if (film === null) return reject(new Error("no film"));
        film.pause();
        film.addEventListener("seeked", () => resolve(), { once: true });
        film.addEventListener("error", () => reject(new Error(film.error?.message)));
        film.currentTime = to;
      }),
    seconds,
  );
}

/** Which chunks of files a window asked for so far, in order. */
export const chunksAskedBy = ({ wire }: Window): readonly number[] =>
  wire.asked.flatMap((line) => {
    const index = /^GET \/media\/[^/]+\/[^/]+\/(\d+)$/.exec(line)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
