import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { InviteCard } from "./InviteCard.tsx";

/** Stands where messages will: what to do first. Who is alone has the link to give away. */
export function EmptyRoom({ room }: { readonly room: RoomView }) {
  const isAlone = room.roster.value.length < 2;
  return isAlone ? (
    <div class="empty card empty-invite">
      <h2>{t("timeline.emptyAlone")}</h2>
      <InviteCard room={room} />
      <p class="hint">{t("timeline.emptyAloneHint")}</p>
    </div>
  ) : (
    <div class="empty">
      <p class="empty-title">{t("timeline.empty")}</p>
      <p class="hint">{t("timeline.emptyHint")}</p>
    </div>
  );
}
