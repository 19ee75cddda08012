import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { EmptyRoom } from "./EmptyRoom.tsx";
import { Heard } from "./Heard.tsx";
import { Icon } from "./Icon.tsx";
import { Line } from "./Line.tsx";
import { linesOf, unseenBelow } from "./lines.ts";
import { rove } from "./rove.ts";
import { useStick } from "./stick.ts";
import { formatDay } from "./time.ts";
import { useUnread } from "./unread.ts";

/** What was said and what happened, in the room's one order. */
export function Timeline({ room }: { readonly room: RoomView }) {
  const items = room.timeline.value;
  const { box, stretch, isAtEnd, lastSeenKey, onScroll, toEnd, toStart } = useStick(items);
  const unreadKey = useUnread(items);
  useKeptFocus(box, items);
  const nowMs = Date.now();
  return (
    <div class="timeline-place">
      {/* The keys only move the focus and the view, as they do in any box that scrolls. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        class="timeline"
        ref={box}
        onScroll={onScroll}
        onKeyDown={(event) => rove(event, (which) => (which === "end" ? toEnd() : toStart()))}
        role="log"
        // Lines also come by scrolling; `Heard` reads the new ones.
        aria-live="off"
        aria-label={t("timeline.label")}
        // What scrolls must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <div class="timeline-start" />
        {linesOf(items, nowMs)
          .slice(stretch.from, stretch.to)
          .map(({ item, dayStartsMs, startsGroup, endsMinute }) => (
            <Line
              key={item.key}
              item={item}
              day={dayStartsMs === null ? null : formatDay(dayStartsMs, nowMs)}
              startsGroup={startsGroup}
              endsMinute={endsMinute}
              isFirstUnread={item.key === unreadKey}
              room={room}
            />
          ))}
        {!items.some((item) => item.kind === "message") && <EmptyRoom room={room} />}
      </div>
      {!isAtEnd.value && <ToEnd count={unseenBelow(items, lastSeenKey.value)} toEnd={toEnd} />}
      <Heard items={items} />
    </div>
  );
}

/** A line that had the focus may expire: then its timeline has it, not the page's top. */
function useKeptFocus(box: { readonly current: HTMLElement | null }, items: unknown): void {
  const hadFocus = useRef(false);
  if (box.current !== null) hadFocus.current = box.current.contains(document.activeElement);
  useLayoutEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) {
      box.current?.focus({ preventScroll: true });
    }
  }, [items]);
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
