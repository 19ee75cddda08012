import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { EmptyRoom } from "./EmptyRoom.tsx";
import { Icon } from "./Icon.tsx";
import { Line } from "./Line.tsx";
import { linesOf, unseenBelow } from "./lines.ts";
import { useStick } from "./stick.ts";
import { formatDay } from "./time.ts";

/** What was said and what happened, in the room's one order. */
export function Timeline({ room }: { readonly room: RoomView }) {
  const items = room.timeline.value;
  const { box, isAtEnd, lastSeenKey, onScroll, toEnd } = useStick(items);
  const nowMs = Date.now();
  return (
    <div class="timeline-place">
      <div
        class="timeline"
        ref={box}
        onScroll={onScroll}
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-label={t("timeline.label")}
        // What scrolls must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <div class="timeline-start" />
        {linesOf(items, nowMs).map(({ item, dayStartsMs, startsGroup }) => (
          <Line
            key={item.key}
            item={item}
            day={dayStartsMs === null ? null : formatDay(dayStartsMs, nowMs)}
            startsGroup={startsGroup}
            room={room}
          />
        ))}
        {!items.some((item) => item.kind === "message") && <EmptyRoom room={room} />}
      </div>
      {!isAtEnd.value && <ToEnd count={unseenBelow(items, lastSeenKey.value)} toEnd={toEnd} />}
    </div>
  );
}

/** Tells of what came below; going there is left to the person. */
function ToEnd({ count, toEnd }: { readonly count: number; readonly toEnd: () => void }) {
  return (
    <button type="button" class={count > 0 ? "pill pill-new" : "pill"} onClick={toEnd}>
      <Icon name="down" />
      {count > 0 ? t("timeline.unseen", { count }) : t("timeline.latest")}
    </button>
  );
}
