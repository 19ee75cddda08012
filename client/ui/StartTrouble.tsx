import { t } from "../i18n/i18n.ts";
import type { ClientView, StartNotice } from "../state/view.ts";
import { OpenForm } from "./OpenForm.tsx";
import { Reload } from "./Reload.tsx";
import { Telling } from "./Telling.tsx";

interface StartTroubleProps {
  readonly client: ClientView;
  readonly notice: StartNotice;
}

/** What went wrong before a room was reached, and what to do. */
export function StartTrouble({ client, notice }: StartTroubleProps) {
  const isLink = notice === "damaged-link";
  return (
    <Telling
      icon={isLink ? "broken" : "warning"}
      title={t(isLink ? "start.damaged" : "start.cryptoFailed")}
      body={t(isLink ? "start.damagedBody" : "start.cryptoFailedBody")}
    >
      <p>{t(isLink ? "start.damagedDo" : "start.cryptoFailedDo")}</p>
      {isLink && <OpenForm open={(link) => client.openLink(link)} />}
      <div class="actions actions-wide">
        {!isLink && <Reload />}
        <button type="button" class="button" onClick={() => client.restart()}>
          {t("over.again")}
        </button>
      </div>
    </Telling>
  );
}
