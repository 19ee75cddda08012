/** The page itself says which language it is in, and which way that is written: for screen readers, hyphens and the layout. */
import { effect } from "@preact/signals";
import type { Stop } from "../../shared/clock.ts";
import { language, t } from "../i18n/i18n.ts";

/** Keeps `lang` and `dir` of the root element true. */
export function followLanguage(): Stop {
  return effect(() => {
    const root = document.documentElement;
    root.lang = language();
    root.dir = t("language.direction");
  });
}
