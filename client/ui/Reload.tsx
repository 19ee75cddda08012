import { t } from "../i18n/i18n.ts";

/** Loads the page anew, link included: for when the page itself is what does not fit. */
export function Reload() {
  return (
    <button type="button" class="button button-main" onClick={() => location.reload()}>
      {t("over.reload")}
    </button>
  );
}
