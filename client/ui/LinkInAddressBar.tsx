import { useSignal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";

/**
 * The link in the address bar lets people share it from there, and shows it to whoever looks over
 * the shoulder: it goes on request only (DESIGN §3).
 */
export function LinkInAddressBar() {
  const isThere = useSignal(location.hash !== "");
  const takeOut = () => {
    history.replaceState(null, "", location.pathname);
    isThere.value = false;
  };
  return isThere.value ? (
    <div class="address-bar">
      <p class="hint">{t("addressBar.there")}</p>
      <button type="button" class="button button-quiet" onClick={takeOut}>
        {t("addressBar.takeOut")}
      </button>
    </div>
  ) : null;
}
