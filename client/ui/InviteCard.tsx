import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { Icon } from "./Icon.tsx";
import { QrCode } from "./QrCode.tsx";

/** The room's link, to copy, to hand on, or to be scanned. */
export function InviteCard({ room }: { readonly room: RoomView }) {
  const field = useRef<HTMLInputElement>(null);
  const outcome = useSignal<"none" | "copied" | "by-hand">("none");
  const copy = async () => {
    outcome.value = "none";
    const isCopied = await copied(room.link);
    outcome.value = isCopied ? "copied" : "by-hand";
    if (!isCopied) field.current?.focus();
  };
  const lead = t(room.hasPassphrase ? "invite.leadPassphrase" : "invite.lead");
  return (
    <div class="invite">
      <div class="invite-words">
        <p>{lead}</p>
        <input
          class="input input-link"
          ref={field}
          readOnly
          value={room.link}
          aria-label={t("invite.link")}
          dir="ltr"
          onFocus={(event) => event.currentTarget.select()}
        />
        <div class="actions actions-wide">
          <button type="button" class="button button-main" onClick={() => void copy()}>
            <Icon name="copy" />
            {t("invite.copy")}
          </button>
          {"share" in navigator && (
            <button type="button" class="button" onClick={() => void share(room.link)}>
              <Icon name="share" />
              {t("invite.share")}
            </button>
          )}
        </div>
        <output class="invite-outcome hint">
          {outcome.value === "copied" && t("invite.copied")}
          {outcome.value === "by-hand" && t("invite.manual")}
        </output>
      </div>
      <figure class="invite-code">
        <QrCode text={room.link} />
        <figcaption class="hint">{t("invite.scan")}</figcaption>
      </figure>
    </div>
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

/** The system's own sheet; what it does with the link is the person's choice there. */
async function share(link: string): Promise<void> {
  try {
    await navigator.share({ url: link });
  } catch {
    // Closed again, or refused: the link is still there to be copied.
  }
}
