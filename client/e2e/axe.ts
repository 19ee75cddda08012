/** What axe finds wrong with a page as it stands, in words; nothing is what a test wants. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const OPTIONS = {
  /** Every rule of axe that is not an experiment; the size of targets is asked for by name. */
  everything: { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } },
  /** What a theme can change. */
  colours: { resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"] },
  /** The same, for who asks for more contrast: 7:1. */
  contrast: {
    resultTypes: ["violations"],
    runOnly: ["color-contrast-enhanced", "link-in-text-block"],
  },
} as const satisfies { readonly [extent: string]: RunOptions };

/** One line for each fault: the rule, where, and what axe says of it. */
export async function faultsOf(
  page: Page,
  extent: keyof typeof OPTIONS = "everything",
): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  // What fades in is looked at when it is there.
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  const { violations } = await page.evaluate(
    (options) =>
      (window as unknown as { axe: { run(o: object): Promise<AxeResults> } }).axe.run(options),
    OPTIONS[extent],
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = "" }) =>
      `${id}: ${target.join(" ")}: ${failureSummary}`.replaceAll(/\s+/g, " "),
    ),
  );
}
