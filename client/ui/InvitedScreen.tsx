import { useSignal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import { cleanNickname } from "../state/nickname.ts";
import type { ClientView } from "../state/view.ts";
import { Brand } from "./Brand.tsx";
import { Icon } from "./Icon.tsx";
import { LanguageChoice } from "./LanguageChoice.tsx";
import { NameField } from "./NameField.tsx";
import { Operator } from "./Operator.tsx";
import { PassphraseField } from "./PassphraseField.tsx";
import { useProposedName } from "./proposed-name.ts";
import { ScreenTitle } from "./ScreenTitle.tsx";

interface InvitedScreenProps {
  readonly client: ClientView;
  readonly hasPassphrase: boolean;
}

/** A link was opened: who comes, and what joining means. */
export function InvitedScreen({ client, hasPassphrase }: InvitedScreenProps) {
  const name = useProposedName();
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
        <form class="card" autocomplete="off" noValidate onSubmit={submit}>
          <div>
            <ScreenTitle>{t("invited.title")}</ScreenTitle>
            <p>{t("invited.lead")}</p>
          </div>
          <NameField label={t("name.joinAs")} name={name} isRefused={isRefused} />
          {hasPassphrase && (
            <PassphraseField
              passphrase={passphrase}
              hint={t("passphrase.enterHint")}
              isMissing={isMissing.value && passphrase.value === ""}
            />
          )}
          <div class="actions actions-wide">
            <button type="submit" class="button button-main">
              {t("invited.enter")}
            </button>
            <button type="button" class="button" onClick={() => client.restart()}>
              {t("invited.back")}
            </button>
          </div>
          <ul class="signs signs-quiet">
            <li>
              <Icon name="people" />
              <span>
                {t(hasPassphrase ? "invited.hintAnyonePassphrase" : "invited.hintAnyone")}
              </span>
            </li>
            <li>
              <Icon name="unseen" />
              <span>{t("invited.hintFuture")}</span>
            </li>
            <li>
              <Icon name="time" />
              <span>{t("invited.hintHistory")}</span>
            </li>
          </ul>
        </form>
      </main>
      <footer class="start-foot">
        <Operator />
        <LanguageChoice />
      </footer>
    </div>
  );
}
