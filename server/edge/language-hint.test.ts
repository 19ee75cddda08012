import { describe, expect, test } from "vitest";
import type { ClientFiles } from "./client-files.ts";
import { cataloguesIn, languageHint } from "./language-hint.ts";

const file = { type: "", cacheControl: "", plain: Buffer.of(), brotli: null, gzip: null };
const files: ClientFiles = new Map(
  ["/", "/assets/index-x.js", "/assets/language-de-a_1-b.js", "/assets/language-fa-c2.js"].map(
    (path) => [path, file],
  ),
);
const catalogues = cataloguesIn(files);
const hint = (accepted: string) => languageHint(catalogues, accepted);
const GERMAN = "</assets/language-de-a_1-b.js>; rel=modulepreload";

describe("the hint for a visitor's language", () => {
  test("names the texts of the first language that there are texts for", () => {
    expect(hint("de-CH,de;q=0.9,en;q=0.8")).toBe(GERMAN);
    expect(hint("pl, DE;q=0.5")).toBe(GERMAN);
    expect(hint("fa")).toBe("</assets/language-fa-c2.js>; rel=modulepreload");
  });

  test("names nothing where English comes first, which the page has already", () => {
    expect(hint("en-GB,de;q=0.5")).toBeNull();
  });

  test("is none for what names no language there is, or is no header of languages", () => {
    for (const accepted of [
      "",
      "*",
      "pl,nl",
      "deutsch",
      "d",
      "<script>",
      ",".repeat(10_000),
      "ger",
    ])
      expect(hint(accepted)).toBeNull();
  });

  test("looks at the first few only", () => {
    expect(hint(`${"pl,".repeat(50)}de`)).toBeNull();
  });
});
