import { useSignal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";
import { InviteCard } from "./InviteCard.tsx";

/** Opens the invite card, at any time. */
export function Invite({ room }: { readonly room: RoomView }) {
  const isOpen = useSignal(false);
  return (
    <>
      <button type="button" class="button" onClick={() => (isOpen.value = true)}>
        <Icon name="invite" />
        {t("invite.button")}
      </button>
      {isOpen.value && (
        <Dialog title={t("invite.title")} onClose={() => (isOpen.value = false)}>
          <InviteCard room={room} />
        </Dialog>
      )}
    </>
  );
}
