/** The one door to i18next: texts by key, in the catalogue's language. */
import { createInstance, type TFunction } from "i18next";
import { en } from "./en.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    nsSeparator: false;
  }
}

/** Language of the only catalogue so far; dates and times follow the browser instead. */
export const LANGUAGE = "en";

const i18n = createInstance();
// With the catalogue at hand and `initAsync` off, this is done before the next line runs.
void i18n.init({
  lng: LANGUAGE,
  resources: { [LANGUAGE]: { translation: en } },
  nsSeparator: false,
  initAsync: false,
  // Preact writes text nodes; escaping here would show people "&amp;".
  interpolation: { escapeValue: false },
});

/** The text of a key, with plural form and values put in. */
export const t: TFunction = i18n.t;

/** Stands for a nickname while i18next handles a text: strangers' words never pass through it. */
export const NAME = "\uE000";
