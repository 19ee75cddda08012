/** A hand with nothing but keys: Tab until the thing has the focus, then Enter. */
import type { Page } from "playwright-core";
import { matches, MOST_STEPS, SECONDS, type Hand, type Thing } from "./hand.ts";
import { seen } from "./seen.ts";

export function keyboard(): Hand {
  const cost = { acts: 0, seconds: 0 };
  const key = async (page: Page, name: string): Promise<void> => {
    await page.keyboard.press(name);
    cost.acts += 1;
    cost.seconds += SECONDS.key;
  };
  const reach = async (page: Page, thing: Thing): Promise<void> => {
    cost.seconds += SECONDS.think;
    await page.getByRole(thing.role, { name: thing.name }).first().waitFor();
    const passed: string[] = [];
    while (passed.length < MOST_STEPS) {
      const { role, name } = await focusOf(page);
      if (role === thing.role && matches(name, thing.name)) return;
      passed.push(name);
      await key(page, "Tab");
    }
    throw new Error(`no way to ${thing.name} by ${passed.join(", ")}`);
  };
  return {
    cost,
    press: async (page, name) => {
      await reach(page, { role: "button", name });
      await key(page, "Enter");
    },
    write: async (page, field, text) => {
      await reach(page, { role: "textbox", name: field });
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
      cost.seconds += SECONDS.think + SECONDS.key * (text.length + 1);
    },
    perceives: seen,
  };
}

/** What has the focus, as the browser tells assistive programs; it must show that it has it. */
async function focusOf(page: Page): Promise<{ readonly role: string; readonly name: string }> {
  const session = await page.context().newCDPSession(page);
  try {
    const { result } = await session.send("Runtime.evaluate", {
      expression: "document.activeElement",
    });
    const { objectId } = result;
    if (objectId === undefined) return { role: "", name: "" };
    const { nodes } = await session.send("Accessibility.getPartialAXTree", {
      objectId,
      fetchRelatives: false,
    });
    const node = nodes[0];
    return { role: String(node?.role?.value ?? ""), name: String(node?.name?.value ?? "") };
  } finally {
    await session.detach();
  }
}
