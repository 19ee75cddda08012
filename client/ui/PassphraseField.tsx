import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { neverCorrect } from "./never-correct.ts";

interface PassphraseFieldProps {
  readonly passphrase: Signal<string>;
  readonly hint: string;
  readonly isMissing?: boolean;
}

/**
 * Asks for a room's passphrase. Plain text on purpose: it is shared and read out anyway, and a field
 * of type "password" makes browsers offer to store it, which is what Mayfly never wants.
 */
export function PassphraseField({ passphrase, hint, isMissing = false }: PassphraseFieldProps) {
  const inputId = useId();
  const hintId = useId();
  return (
    <div class="field">
      <label for={inputId}>{t("passphrase.label")}</label>
      <input
        id={inputId}
        class="input"
        dir="auto"
        value={passphrase.value}
        onInput={(event) => (passphrase.value = event.currentTarget.value)}
        autocomplete="off"
        autocapitalize="none"
        ref={neverCorrect}
        spellcheck={false}
        aria-describedby={hintId}
        aria-invalid={isMissing}
      />
      <p id={hintId} class={isMissing ? "error" : "hint"} role={isMissing ? "alert" : undefined}>
        {isMissing ? t("passphrase.missing") : hint}
      </p>
    </div>
  );
}
