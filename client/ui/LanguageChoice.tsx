import { useId } from "preact/hooks";
import { preferring } from "../i18n/choose.ts";
import { language, LANGUAGES, speak, t } from "../i18n/i18n.ts";

/** Changes the language of this tab; what was typed and the link in the address bar stay, and nothing is stored. */
export function LanguageChoice() {
  const id = useId();
  return (
    <p class="language">
      <label for={id}>{t("language.label")}</label>
      <select
        id={id}
        class="language-select"
        value={language()}
        onChange={({ currentTarget }) =>
          void speak(preferring(currentTarget.value, navigator.languages))
        }
      >
        {LANGUAGES.map((code) => (
          <option key={code} value={code} lang={code}>
            {ownName(code)}
          </option>
        ))}
      </select>
    </p>
  );
}

/** "Français": as those who speak it write it at the head of a line. */
function ownName(code: string): string {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}
