import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { cleanNickname } from "../state/nickname.ts";
import type { ClientView, StartNotice as Notice } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { NameField } from "./NameField.tsx";
import { PassphraseField } from "./PassphraseField.tsx";
import { randomName } from "./random-name.ts";
import { ScreenTitle } from "./ScreenTitle.tsx";
import { StartNotice } from "./StartNotice.tsx";

interface InvitedScreenProps {
  readonly client: ClientView;
  readonly hasPassphrase: boolean;
  readonly notice: Notice | null;
}

/** A link was opened: who comes, and what joining means. */
export function InvitedScreen({ client, hasPassphrase, notice }: InvitedScreenProps) {
  const name = useSignal(useMemo(() => randomName(), []));
  const isRefused = useSignal(false);
  const passphrase = useSignal("");
  const isMissing = useSignal(false);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const nickname = cleanNickname(name.value);
    isRefused.value = nickname === null;
    isMissing.value = hasPassphrase && passphrase.value === "";
    if (nickname !== null && !isMissing.value) client.enter(nickname, passphrase.value);
  };

  return (
    <div class="single">
      <header>
        <Brand />
      </header>
      <main>
        <StartNotice notice={notice} />
        <form class="card" autocomplete="off" noValidate onSubmit={submit}>
          <ScreenTitle>{t("invited.title")}</ScreenTitle>
          <NameField name={name} isRefused={isRefused} />
          {hasPassphrase && (
            <PassphraseField
              passphrase={passphrase}
              hint={t("passphrase.enterHint")}
              isMissing={isMissing.value && passphrase.value === ""}
            />
          )}
          <ul class="hints">
            <li>{t(hasPassphrase ? "invited.hintAnyonePassphrase" : "invited.hintAnyone")}</li>
            <li>{t("invited.hintFuture")}</li>
            <li>{t("invited.hintHistory")}</li>
          </ul>
          <div class="actions">
            <button type="submit" class="button button-main">
              {t("invited.enter")}
            </button>
            <button type="button" class="button" onClick={() => client.restart()}>
              {t("invited.back")}
            </button>
          </div>
        </form>
      </main>
    </div>
  );
}
