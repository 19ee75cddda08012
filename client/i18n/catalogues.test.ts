/** Every language is whole: nothing missing, nothing left over, the plural forms that it has, and all of it is used. */
import { readdirSync, readFileSync } from "node:fs";
import { parseAst } from "vite";
import { describe, expect, it } from "vitest";
import { cleanNickname } from "../state/nickname.ts";
import { en } from "./en.ts";
import { LANGUAGES, speak, t } from "./i18n.ts";

interface Text {
  /** "section.name", without the plural form. */
  readonly key: string;
  /** Null where there is only one. */
  readonly form: string | null;
  readonly text: string;
}

const PLURAL = /^(.+)_(zero|one|two|few|many|other)$/;

function textsIn(catalogue: object): Text[] {
  return Object.entries(catalogue).flatMap(([section, texts]: [string, object]) =>
    Object.entries(texts).map(([name, text]: [string, unknown]) => {
      const [, stem = name, form = null] = PLURAL.exec(name) ?? [];
      return { key: `${section}.${stem}`, form, text: String(text) };
    }),
  );
}

/** Catalogues by language, read from their files, as i18n.ts finds them. */
const catalogues = new Map<string, readonly Text[]>([["en", textsIn(en)]]);
const modules = import.meta.glob<object>(["./[a-z][a-z].ts", "!./en.ts"], {
  import: "catalogue",
  eager: true,
});
for (const [path, catalogue] of Object.entries(modules)) {
  catalogues.set(path.slice(2, -3), textsIn(catalogue));
}

const english = textsIn(en);
const distinct = (words: readonly string[]) => [...new Set(words)].toSorted();
const keysOf = (texts: readonly Text[]) => distinct(texts.map(({ key }) => key));
const marksIn = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name).toSorted();

/** Forms that stand for one number alone, so that the text may say it in words. */
function singular(language: string): ReadonlySet<string> {
  const rules = new Intl.PluralRules(language);
  const counts = new Map<string, number>();
  for (let n = 0; n <= 1_000; n += 1) {
    counts.set(rules.select(n), (counts.get(rules.select(n)) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count === 1).map(([form]) => form));
}

it("the languages are those that Mayfly promises", () => {
  expect([...catalogues.keys()].toSorted()).toEqual(LANGUAGES);
  expect(LANGUAGES).toEqual(expect.arrayContaining(["de", "en", "es", "fa", "fr"]));
});

describe.each([...catalogues])("%s", (language, texts) => {
  const forms = distinct(new Intl.PluralRules(language).resolvedOptions().pluralCategories);
  const mayOmitCount = singular(language);

  it("is a language that the platform knows", () => {
    expect(Intl.PluralRules.supportedLocalesOf([language])).toEqual([language]);
    expect(Intl.DateTimeFormat.supportedLocalesOf([language])).toEqual([language]);
  });

  it("has every text, and none that English lacks", () => {
    expect(keysOf(texts)).toEqual(keysOf(english));
  });

  it("has exactly the plural forms that the language has, where English has plural forms", () => {
    const plural = keysOf(english.filter(({ form }) => form !== null));
    expect(keysOf(texts.filter(({ form }) => form !== null))).toEqual(plural);
    for (const key of plural) {
      const own = texts.filter((each) => each.key === key).map(({ form }) => String(form));
      expect(own.toSorted(), `${key}`).toEqual(forms);
    }
  });

  it("puts the same things in as English, in each form", () => {
    for (const { key, form, text } of texts) {
      const model = english.find((each) => each.key === key && each.form !== "one");
      const wanted = distinct(marksIn(model?.text ?? ""));
      const marks = distinct(marksIn(text));
      const mayOmit = form !== null && mayOmitCount.has(form) && !marks.includes("count");
      expect(marks, `${key} ${form ?? ""}`).toEqual(
        mayOmit ? wanted.filter((name) => name !== "count") : wanted,
      );
    }
  });

  it("has no empty text, no space at an end, none doubled, no straight quotation marks", () => {
    const isUntidy = (text: string) => text !== text.trim() || /^$|\s{2}|["']|\.\.\./.test(text);
    const untidy = texts.filter(({ key, text }) => key !== "app.colon" && isUntidy(text));
    expect(untidy).toEqual([]);
  });

  it("says which way it is written, as its script is", () => {
    const isArabic = /\p{Script=Arabic}|\p{Script=Hebrew}/u;
    const own = texts.find(({ key }) => key === "app.pitch")?.text ?? "";
    const direction = texts.find(({ key }) => key === "language.direction")?.text;
    expect(direction).toBe(isArabic.test(own) ? "rtl" : "ltr");
  });

  it("proposes names that may be used as they are", async () => {
    await speak([language]);
    const adjectives = t("proposal.adjectives").split(" ");
    const animals = t("proposal.animals").split(" ");
    const all = adjectives.flatMap((adjective) =>
      animals.map((animal) => t("proposal.name", { adjective, animal })),
    );
    expect(all.length).toBeGreaterThan(400);
    expect(new Set(all).size).toBe(all.length);
    for (const name of all) expect(cleanNickname(name)).toBe(name);
    await speak(["en"]);
  });
});

describe("the code", () => {
  const client = new URL("..", import.meta.url);
  const read = (name: string) => readFileSync(new URL(name, client), "utf8");
  const files = readdirSync(client, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !/\.test\.|^(e2e|i18n)\/|\/preview\//.test(name),
  );
  const sources = files.map(read).join("\n");
  const has = (literal: string) => sources.includes(`"${literal}"`);
  /** "section.name" as it is, or `section.${…}` where the name is a word of the code. */
  const isUsed = (key: string) => {
    const [section = "", name = ""] = key.split(".");
    return has(key) || (sources.includes(`\`${section}.\${`) && has(name));
  };

  it("uses every text", () => {
    expect(keysOf(english).filter((key) => !isUsed(key))).toEqual([]);
    expect(isUsed("app.nobody")).toBe(false);
    expect(isUsed("entering.nobody")).toBe(false);
  });

  it("asks for no text that there is not", () => {
    const sections = Object.keys(en).join("|");
    const asked = [...sources.matchAll(new RegExp(`"((?:${sections})\\.[a-zA-Z]+)"`, "g"))];
    const missing = asked
      .map(([, key = ""]) => key)
      .filter((key) => !keysOf(english).includes(key));
    expect(asked.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it("says no text of a catalogue by itself", () => {
    const said = new Set(files.flatMap((name) => [...literalsOf(read(name))]));
    expect(said.size).toBeGreaterThan(1_000);
    expect(said).toContain("app.name");
    // A single small word may be a word of the code as well.
    const texts = [...catalogues.values()]
      .flat()
      .filter(({ text }) => /\p{L}\s|^\p{Lu}/u.test(text));
    expect(texts.length).toBeGreaterThan(200);
    expect(texts.filter(({ text }) => said.has(text))).toEqual([]);
    const planted = literalsOf("<p title={x ? 'Leave' : `Stay`}>Room for</p>");
    expect([...planted]).toEqual(expect.arrayContaining(["Leave", "Stay", "Room for"]));
  });
});

/** Everything in a source that could be shown: strings, pieces of templates, text between tags. */
function* literalsOf(source: string): Generator<string> {
  for (const node of nodesOf(parseAst(source, { lang: "tsx" }))) {
    if (node.type === "Literal" || node.type === "JSXText") yield String(node["value"]).trim();
    const value = node["value"];
    if (node.type === "TemplateElement" && typeof value === "object" && value !== null)
      yield "raw" in value ? String(value.raw).trim() : "";
  }
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}

/** All nodes of a syntax tree. */
function* nodesOf(value: unknown): Generator<Node> {
  if (isNode(value)) yield value;
  if (typeof value !== "object" || value === null) return;
  for (const child of Object.values(value)) yield* nodesOf(child);
}
