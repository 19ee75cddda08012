import { t } from "../i18n/i18n.ts";
import type { ClientView, StartNotice } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { LanguageChoice } from "./LanguageChoice.tsx";
import { MakeForm } from "./MakeForm.tsx";
import { OpenForm } from "./OpenForm.tsx";
import { Operator } from "./Operator.tsx";
import { StartTrouble } from "./StartTrouble.tsx";
import { Wing } from "./Wing.tsx";

interface StartScreenProps {
  readonly client: ClientView;
  readonly notice: StartNotice | null;
}

/** What this is, one thing to do, and what to trust. */
export function StartScreen({ client, notice }: StartScreenProps) {
  if (notice !== null) return <StartTrouble client={client} notice={notice} />;
  return (
    <div class="start">
      <Wing />
      <header class="start-head">
        <Brand />
        <p class="pitch">{t("app.pitch")}</p>
        <p class="lead">{t("start.lead")}</p>
      </header>
      <main class="start-forms">
        <MakeForm make={(options) => client.make(options)} />
        <OpenForm open={(link) => client.openLink(link)} />
      </main>
      <footer class="start-foot">
        <Operator />
        <LanguageChoice />
      </footer>
    </div>
  );
}
