import { useSignal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import { cleanNickname } from "../state/nickname.ts";
import type { RoomOptions } from "../state/view.ts";
import { Choice } from "./Choice.tsx";
import { NameField } from "./NameField.tsx";
import { PassphraseField } from "./PassphraseField.tsx";
import {
  CAP_CHOICES,
  DEFAULT_CAP,
  DEFAULT_TTL_MS,
  policyOf,
  TTL_CHOICES_MS,
} from "./policy-choices.ts";
import { useProposedName } from "./proposed-name.ts";
import { formatDuration } from "./time.ts";

/** Everything a founder decides: a name, one button, and the rest behind what is usual. */
export function MakeForm({ make }: { readonly make: (options: RoomOptions) => void }) {
  const name = useProposedName();
  const isRefused = useSignal(false);
  const ttlMs = useSignal(DEFAULT_TTL_MS);
  const cap = useSignal(DEFAULT_CAP);
  const passphrase = useSignal("");

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const nickname = cleanNickname(name.value);
    isRefused.value = nickname === null;
    if (nickname === null) return;
    make({ nickname, policy: policyOf(ttlMs.value, cap.value), passphrase: passphrase.value });
  };
  const capText = (count: number) => t("start.capPeople", { count });
  const now = passphrase.value === "" ? "start.settingsNow" : "start.settingsNowPassphrase";

  return (
    <form class="card" aria-label={t("start.make")} autocomplete="off" noValidate onSubmit={submit}>
      <NameField label={t("name.label")} name={name} isRefused={isRefused} />
      <button type="submit" class="button button-main">
        {t("start.make")}
      </button>
      <details class="more settings">
        <summary>
          <span>{t("start.settings")}</span>
          <span class="hint">
            {t(now, { duration: formatDuration(ttlMs.value), people: capText(cap.value) })}
          </span>
        </summary>
        <div class="settings-fields">
          <div class="field-pair">
            <Choice
              label={t("start.ttl")}
              value={ttlMs}
              choices={TTL_CHOICES_MS}
              textOf={formatDuration}
            />
            <Choice label={t("start.cap")} value={cap} choices={CAP_CHOICES} textOf={capText} />
          </div>
          <PassphraseField passphrase={passphrase} hint={t("passphrase.makeHint")} />
        </div>
      </details>
    </form>
  );
}
