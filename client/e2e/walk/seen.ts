/** What eyes find: text that is drawn inside the window. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { matches, PATIENCE_MS, type Thing } from "./hand.ts";

export async function seen(page: Page, where: Thing, text: string | RegExp): Promise<string> {
  const thing = page.getByRole(where.role, { name: where.name }).first();
  const line = thing.getByText(text).last();
  await expect
    .poll(
      async () => {
        if (!(await line.isVisible())) return "not there";
        const box = await line.boundingBox();
        const height = page.viewportSize()?.height ?? 0;
        return box !== null && box.y >= 0 && box.y + box.height <= height ? "seen" : "out of sight";
      },
      { timeout: PATIENCE_MS, message: `${text} in ${where.name}` },
    )
    .toBe("seen");
  const words = await thing.innerText();
  if (!matches(words, text)) throw new Error(`${text} is not in ${words}`);
  return words;
}
