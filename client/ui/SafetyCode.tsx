import { useSignal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { Dialog } from "./Dialog.tsx";

/** Shows the room's safety code and how to use it. */
export function SafetyCode({ room }: { readonly room: RoomView }) {
  const isOpen = useSignal(false);
  return (
    <>
      <button type="button" class="button button-quiet" onClick={() => (isOpen.value = true)}>
        {t("safety.button")}
      </button>
      {isOpen.value && <SafetyDialog room={room} close={() => (isOpen.value = false)} />}
    </>
  );
}

interface SafetyDialogProps {
  readonly room: RoomView;
  readonly close: () => void;
}

function SafetyDialog({ room, close }: SafetyDialogProps) {
  const groups = room.safetyCode.value.split(" ");
  const isSettled = room.encryption.value.kind !== "joining";
  return (
    <Dialog title={t("safety.button")} onClose={close}>
      <p class="safety-code" dir="ltr">
        {groups.map((group, index) => (
          <span key={index}>{group} </span>
        ))}
      </p>
      {!isSettled && <p class="error">{t("safety.notYet")}</p>}
      <p>{t("safety.how")}</p>
      <p>{t("safety.differs")}</p>
      <p class="hint">{t("safety.changes")}</p>
      <form method="dialog" class="actions">
        <button class="button button-main">{t("room.close")}</button>
      </form>
    </Dialog>
  );
}
