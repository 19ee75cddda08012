import { t } from "../i18n/i18n.ts";
import type { ClientView, StartNotice as Notice } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { MakeForm } from "./MakeForm.tsx";
import { OpenForm } from "./OpenForm.tsx";
import { StartNotice } from "./StartNotice.tsx";

interface StartScreenProps {
  readonly client: ClientView;
  readonly notice: Notice | null;
}

/** Make a room, or open a link. */
export function StartScreen({ client, notice }: StartScreenProps) {
  return (
    <div class="start">
      <header class="start-head">
        <Brand />
        <p class="pitch">{t("app.pitch")}</p>
      </header>
      <main class="start-forms">
        <StartNotice notice={notice} />
        <MakeForm make={(options) => client.make(options)} />
        <OpenForm open={(link) => client.openLink(link)} />
      </main>
      <footer class="start-promise">
        <p>{t("start.promise")}</p>
        <p>{t("start.gone")}</p>
      </footer>
    </div>
  );
}
