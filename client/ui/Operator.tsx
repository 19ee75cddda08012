import { useSignal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";

const SEES = ["operator.seesAddress", "operator.seesCount", "operator.seesTimes"] as const;
const NEVER = ["operator.neverWords", "operator.neverNames", "operator.neverKeys"] as const;

/** What the operator can and cannot see, one press away. */
export function Operator() {
  const isOpen = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="button button-quiet operator-button"
        onClick={() => (isOpen.value = true)}
      >
        <Icon name="unseen" />
        <span>{t("operator.button")}</span>
      </button>
      {isOpen.value && (
        <Dialog title={t("operator.button")} onClose={() => (isOpen.value = false)}>
          <div class="operator">
            <section>
              <h3>{t("operator.never")}</h3>
              <ul class="signs">
                {NEVER.map((what) => (
                  <li key={what}>
                    <Icon name="unseen" />
                    <span>{t(what)}</span>
                  </li>
                ))}
              </ul>
            </section>
            <section>
              <h3>{t("operator.sees")}</h3>
              <ul class="signs">
                {SEES.map((what) => (
                  <li key={what}>
                    <Icon name="seen" />
                    <span>{t(what)}</span>
                  </li>
                ))}
              </ul>
            </section>
          </div>
          <p>{t("operator.page")}</p>
          <details class="more">
            <summary>{t("operator.how")}</summary>
            <p>{t("operator.howBody")}</p>
          </details>
          <p class="hint">{t("operator.notAudited")}</p>
        </Dialog>
      )}
    </>
  );
}
