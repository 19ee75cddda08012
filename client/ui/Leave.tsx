import { useSignal } from "@preact/signals";
import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { Dialog } from "./Dialog.tsx";

/** Leaves the room; asks first while something is not sent. */
export function Leave({ room }: { readonly room: RoomView }) {
  const isAsking = useSignal(false);
  const leave = () => {
    if (room.pendingCount.value === 0) room.leave();
    else isAsking.value = true;
  };
  return (
    <>
      <button type="button" class="button" onClick={leave}>
        {t("leave.button")}
      </button>
      {isAsking.value && <LeaveDialog room={room} close={() => (isAsking.value = false)} />}
    </>
  );
}

function LeaveDialog({ room, close }: { readonly room: RoomView; readonly close: () => void }) {
  return (
    <Dialog title={t("leave.title", { count: room.pendingCount.value })} onClose={close}>
      <p>{t("leave.body")}</p>
      <form method="dialog" class="actions">
        <button class="button button-main">{t("leave.stay")}</button>
        <button type="button" class="button button-danger" onClick={() => room.leave()}>
          {t("leave.anyway")}
        </button>
      </form>
    </Dialog>
  );
}
