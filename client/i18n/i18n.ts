/** Texts by key, in the language that is spoken; a rendering that reads one follows when another language is spoken. */
import { signal } from "@preact/signals-core";
import type { Catalogue, Key, Values } from "./catalogue.ts";
import { chooseLanguage, FALLBACK, type Choice } from "./choose.ts";
import { en } from "./en.ts";

/** All but the fallback are files of their own, fetched when they are spoken. */
const CATALOGUES = import.meta.glob<Catalogue>(["./[a-z][a-z].ts", "!./en.ts"], {
  import: "catalogue",
});

/** Codes of the languages that there are catalogues for: a file each in this folder. */
export const LANGUAGES: readonly string[] = [
  FALLBACK,
  ...Object.keys(CATALOGUES).map((path) => path.slice("./".length, -".ts".length)),
].toSorted();

interface Spoken extends Choice {
  readonly texts: { readonly [section: string]: { readonly [name: string]: string } };
  readonly plurals: Intl.PluralRules;
  readonly numbers: Intl.NumberFormat;
}

const spoken = signal(speaking({ language: FALLBACK, locale: FALLBACK }, en));
let latest = 0;

/**
 * Speaks the first of these languages (BCP 47 tags) that there is, else English, as soon as its catalogue has come. Of
 * several calls the last wins. Where the catalogue cannot be fetched all stays as it is.
 */
export async function speak(wanted: readonly string[]): Promise<void> {
  const mine = ++latest;
  const choice = chooseLanguage(wanted, LANGUAGES);
  const texts = await (CATALOGUES[`./${choice.language}.ts`]?.().catch(() => null) ?? en);
  if (texts !== null && mine === latest) spoken.value = speaking(choice, texts);
}

function speaking(choice: Choice, texts: Catalogue): Spoken {
  const plurals = new Intl.PluralRules(choice.language);
  return { ...choice, texts, plurals, numbers: new Intl.NumberFormat(choice.locale) };
}

/** Code of the language that is spoken. */
export const language = (): string => spoken.value.language;

/** The person's variety of it, for everything that Intl formats. */
export const locale = (): string => spoken.value.locale;

/** A number as the language writes it. */
export const formatNumber = (value: number): string => spoken.value.numbers.format(value);

/** The text of a key in its plural form, with values put in: numbers as the language writes them, strings as they are. */
export function t<K extends Key>(key: K, ...[values]: Values<K>): string;
export function t(key: Key, values: { readonly [name: string]: string | number } = {}): string {
  const { texts, plurals } = spoken.value;
  const [section = "", name = ""] = key.split(".");
  const { count } = values;
  const form = typeof count === "number" ? `${name}_${plurals.select(count)}` : name;
  const text = texts[section]?.[name] ?? texts[section]?.[form] ?? key;
  // In one pass and by a function: what is put in is never looked at again, and means nothing (HOSTILE 46).
  return text.replaceAll(/\{\{(\w+)\}\}/g, (mark, field: string) => {
    const value = values[field];
    return typeof value === "number" ? formatNumber(value) : (value ?? mark);
  });
}

/** Stands for a nickname in a text, until the screen puts it there in an element of its own. */
export const NAME = "\uE000";
