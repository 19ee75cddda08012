import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { neverCorrect } from "./never-correct.ts";

/** Takes a link that was pasted; whether it is one, the client says. */
export function OpenForm({ open }: { readonly open: (link: string) => void }) {
  const link = useSignal("");
  const inputId = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    open(link.value.trim());
  };
  return (
    <form class="open" aria-label={t("start.open")} autocomplete="off" noValidate onSubmit={submit}>
      <div class="field">
        <label for={inputId}>
          {t("start.open")} <span class="visually-hidden">{t("start.link")}</span>
        </label>
        <div class="field-row">
          <input
            id={inputId}
            class="input"
            inputMode="url"
            dir="ltr"
            placeholder={t("start.link")}
            value={link.value}
            onInput={(event) => (link.value = event.currentTarget.value)}
            autocomplete="off"
            autocapitalize="none"
            ref={neverCorrect}
            spellcheck={false}
          />
          <button type="submit" class="button">
            {t("start.openButton")}
          </button>
        </div>
      </div>
    </form>
  );
}
