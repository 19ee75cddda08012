/** A hand with a mouse, or a finger: it presses what the eye sees, where it is. */
import { SECONDS, type Hand, type Thing } from "./hand.ts";
import { seen } from "./seen.ts";
import type { Page } from "playwright-core";

export function mouse(): Hand {
  const cost = { acts: 0, seconds: 0 };
  const press = async (page: Page, { role, name }: Thing): Promise<void> => {
    const thing = page.getByRole(role, { name }).first();
    await thing.waitFor();
    const box = await thing.boundingBox();
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
    const [x, y] = [
      (box?.x ?? -1) + (box?.width ?? 0) / 2,
      (box?.y ?? -1) + (box?.height ?? 0) / 2,
    ];
    if (x < 0 || x > width || y < 0 || y > height) throw new Error(`${name} is out of sight`);
    // No waiting and no scrolling on the person's behalf: what lies above it gets the press.
    await page.mouse.click(x, y);
    cost.acts += 1;
    cost.seconds += SECONDS.think + SECONDS.point + SECONDS.key;
  };
  return {
    cost,
    press: (page, name) => press(page, { role: "button", name }),
    write: async (page, field, text) => {
      await press(page, { role: "textbox", name: field });
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
      cost.seconds += SECONDS.think + SECONDS.key * (text.length + 1);
    },
    perceives: seen,
  };
}
