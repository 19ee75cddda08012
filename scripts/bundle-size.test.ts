import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { measureBundle } from "./bundle-size.ts";

const SODIUM = "export const s = { crypto_aead_xchacha20poly1305_ietf_encrypt: 1 };";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A build with these chunks, of which the page names index.js. */
function buildOf(chunks: { readonly [name: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  folders.push(folder);
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), `<script type="module" src="/assets/index.js">`);
  for (const [name, text] of Object.entries(chunks)) {
    writeFileSync(join(folder, "assets", name), text);
  }
  return folder;
}

describe("the weight of the client", () => {
  test("libsodium may come later, by a dynamic import", () => {
    const folder = buildOf({ "index.js": "import(`./engine.js`)", "engine.js": SODIUM });
    expect(measureBundle(folder).isWithin).toBe(true);
  });

  test("libsodium in the first chunk is refused", () => {
    expect(measureBundle(buildOf({ "index.js": SODIUM })).isWithin).toBe(false);
  });

  test.each([
    `import{s}from"./engine.js";`,
    `import './engine.js';`,
    `export * from "./engine.js"`,
  ])("libsodium behind a static import is refused: %s", (code) => {
    const folder = buildOf({
      "index.js": `import"./middle.js";`,
      "middle.js": code,
      "engine.js": SODIUM,
    });
    const { lines, isWithin } = measureBundle(folder);
    expect(isWithin).toBe(false);
    expect(lines.join("\n")).toContain("libsodium is in assets/engine.js");
  });

  test("more than the budget is refused", () => {
    const heavy = `export const noise = "${randomBytes(230_000).toString("hex")}";`;
    const folder = buildOf({
      "index.js": "import(`./engine.js`)",
      "engine.js": SODIUM,
      "noise.js": heavy + randomBytes(80_000).toString("base64"),
    });
    expect(measureBundle(folder).isWithin).toBe(false);
  });

  test("of the languages one visitor fetches one: the largest counts, the others are told apart", () => {
    const noise = (bytes: number) =>
      `export const noise = "${randomBytes(bytes).toString("hex")}";`;
    const chunks = {
      "index.js": "import(`./engine.js`)",
      "engine.js": SODIUM,
      "language-xa-1a2b3c4d.js": noise(180_000),
      "language-xb-1a-3_c4d.js": noise(200_000),
    };
    const { lines, isWithin } = measureBundle(buildOf(chunks));
    expect(isWithin).toBe(true);
    const told = (words: string) =>
      Number.parseFloat(lines.find((line) => line.includes(words)) ?? "");
    expect(told("in all with one language")).toBeGreaterThan(told("language-xb"));
    expect(told("in all with one language")).toBeLessThan(told("language-xb") + 10);
    expect(told("in 1 other languages")).toBe(told("language-xa"));
    const twice = { ...chunks, "also.js": noise(110_000) };
    expect(measureBundle(buildOf(twice)).isWithin).toBe(false);
  });

  test("a build in which libsodium cannot be seen is refused, not waved through", () => {
    expect(measureBundle(buildOf({ "index.js": "1" })).isWithin).toBe(false);
  });
});
