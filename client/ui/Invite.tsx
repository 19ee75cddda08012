import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";

interface InviteProps {
  readonly link: string;
  readonly hasPassphrase: boolean;
}

/** Copies the room's link; where the browser does not let it, shows it for copying by hand. */
export function Invite({ link, hasPassphrase }: InviteProps) {
  const outcome = useSignal<"none" | "copied" | "by-hand">("none");
  const copy = async () => {
    outcome.value = "none";
    outcome.value = (await copied(link)) ? "copied" : "by-hand";
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void copy()}>
        <Icon name="copy" />
        {t("invite.copy")}
      </button>
      <output class="toast-place">
        {outcome.value === "copied" && (
          <span class="toast" onAnimationEnd={() => (outcome.value = "none")}>
            <Icon name="check" />
            <span>{t(hasPassphrase ? "invite.copiedPassphrase" : "invite.copied")}</span>
          </span>
        )}
      </output>
      {outcome.value === "by-hand" && <ByHand link={link} close={() => (outcome.value = "none")} />}
    </>
  );
}

/** Resolves to false where there is no clipboard (no secure context), or it is forbidden. */
async function copied(link: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    return false;
  }
}

function ByHand({ link, close }: { readonly link: string; readonly close: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <Dialog title={t("invite.manualTitle")} onClose={close}>
      <p>{t("invite.manual")}</p>
      <input
        class="input input-link"
        ref={field}
        readOnly
        value={link}
        aria-label={t("invite.link")}
        dir="ltr"
        onFocus={(event) => event.currentTarget.select()}
      />
      <form method="dialog" class="actions">
        <button class="button button-main">{t("room.close")}</button>
      </form>
    </Dialog>
  );
}
