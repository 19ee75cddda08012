/** Which language to speak. */

/** Spoken where no other is known; its catalogue is always at hand. */
export const FALLBACK = "en";

export interface Choice {
  /** Code of a catalogue, such as "en". */
  readonly language: string;
  /** The person's own variety of it, such as "en-GB": for dates, times and numbers. */
  readonly locale: string;
}

/** The first of the wanted languages (BCP 47 tags, dearest first) that is `available`, by the code of its catalogue. */
export function chooseLanguage(wanted: readonly string[], available: readonly string[]): Choice {
  for (const tag of wanted) {
    const language = languageOf(tag);
    if (language !== null && available.includes(language)) return { language, locale: tag };
  }
  return { language: FALLBACK, locale: FALLBACK };
}

/** Tags to choose from so that `language` is chosen, in the person's own variety where they have one. */
export function preferring(language: string, tags: readonly string[]): readonly string[] {
  return [...tags.filter((tag) => languageOf(tag) === language), language];
}

/** "pt" of "pt-BR"; null for what is no tag. */
function languageOf(tag: string): string | null {
  try {
    return new Intl.Locale(tag).language;
  } catch {
    return null;
  }
}
