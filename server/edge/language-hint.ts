/** A visitor's browser fetches the texts of its language beside the page's script, not after it: a hint in a header. */
import type { ClientFiles } from "./client-files.ts";

/** Paths of the catalogues, by language; English is inside the page's script. */
export type Catalogues = ReadonlyMap<string, string>;

const CATALOGUE = /^\/assets\/language-([a-z]{2})-[\w-]+\.js$/;
/** The language inside the page's script. */
const BUILT_IN = "en";
/** More than any browser names. */
const MOST_TAGS = 10;

export function cataloguesIn(files: ClientFiles): Catalogues {
  const found = [...files.keys()].map((path) => [CATALOGUE.exec(path)?.[1], path] as const);
  return new Map(
    found.flatMap(([language, path]) => (language === undefined ? [] : [[language, path]])),
  );
}

/**
 * `Link` (RFC 8288) for what an `Accept-Language` prefers, dearest first as browsers have it; null where nothing needs
 * to be fetched. A wrong guess costs one small file; the page itself chooses.
 */
export function languageHint(catalogues: Catalogues, accepted: string): string | null {
  for (const tag of accepted.split(",", MOST_TAGS)) {
    const language = /^\s*([a-z]{2})\b/i.exec(tag)?.[1]?.toLowerCase() ?? "";
    if (language === BUILT_IN) return null;
    const path = catalogues.get(language);
    if (path !== undefined) return `<${path}>; rel=modulepreload`;
  }
  return null;
}
