import { Component } from "preact";
import { t } from "../i18n/i18n.ts";
import type { RoomView, TimelineItem } from "../state/view.ts";
import { DayLine } from "./DayLine.tsx";
import { Message } from "./Message.tsx";
import { Notice } from "./Notice.tsx";

interface LineProps {
  readonly item: TimelineItem;
  /** The day that begins here, by name; null: the day goes on. */
  readonly day: string | null;
  readonly startsGroup: boolean;
  readonly endsMinute: boolean;
  /** What came while nobody looked begins here. */
  readonly isFirstUnread: boolean;
  readonly room: RoomView;
}

/**
 * One item of the timeline. A class, since only a class can say that it needs no new rendering: an
 * arriving message would otherwise render every one before it again.
 */
export class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const { item, day, startsGroup, endsMinute, isFirstUnread, room } = this.props;
    return (
      next.item !== item ||
      next.day !== day ||
      next.startsGroup !== startsGroup ||
      next.endsMinute !== endsMinute ||
      next.isFirstUnread !== isFirstUnread ||
      next.room !== room
    );
  }

  override render({ item, day, startsGroup, endsMinute, isFirstUnread, room }: LineProps) {
    return (
      <article class="line" tabIndex={-1} data-key={item.key}>
        {day !== null && <DayLine day={day} />}
        {isFirstUnread && <p class="unread">{t("timeline.unread")}</p>}
        {item.kind === "message" ? (
          <Message item={item} startsGroup={startsGroup} endsMinute={endsMinute} room={room} />
        ) : (
          <Notice item={item} />
        )}
      </article>
    );
  }
}
