import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { MAX_NICKNAME_GRAPHEMES } from "../state/nickname.ts";
import { Icon } from "./Icon.tsx";
import { randomName } from "./random-name.ts";

interface NameFieldProps {
  readonly label: string;
  readonly name: Signal<string>;
  /** The name was tried and refused. */
  readonly isRefused: Signal<boolean>;
}

/** Asks for a nickname; proposes another one at a press. */
export function NameField({ label, name, isRefused }: NameFieldProps) {
  const inputId = useId();
  const hintId = useId();
  const change = (text: string) => {
    name.value = text;
    isRefused.value = false;
  };
  return (
    <div class="field">
      <label for={inputId}>{label}</label>
      <div class="field-row">
        <input
          id={inputId}
          class="input"
          dir="auto"
          value={name.value}
          onInput={(event) => change(event.currentTarget.value)}
          autocomplete="off"
          autocapitalize="words"
          spellcheck={false}
          aria-describedby={hintId}
          aria-invalid={isRefused.value}
        />
        <button type="button" class="button" onClick={() => change(randomName())}>
          <Icon name="another" />
          <span class="label-if-wide">{t("name.another")}</span>
        </button>
      </div>
      <p
        id={hintId}
        class={isRefused.value ? "error" : "hint"}
        role={isRefused.value ? "alert" : undefined}
      >
        {isRefused.value ? t("name.refused", { count: MAX_NICKNAME_GRAPHEMES }) : t("name.hint")}
      </p>
    </div>
  );
}
