import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";

/** Stands where messages will: what to do first. */
export function EmptyRoom({ room }: { readonly room: RoomView }) {
  const isAlone = room.roster.value.length < 2;
  return (
    <div class="empty">
      <p class="empty-title">{t(isAlone ? "timeline.emptyAlone" : "timeline.empty")}</p>
      <p class="hint">{t(isAlone ? "timeline.emptyAloneHint" : "timeline.emptyHint")}</p>
    </div>
  );
}
