import { Component } from "preact";
import type { RoomView, TimelineItem } from "../state/view.ts";
import { DayLine } from "./DayLine.tsx";
import { Message } from "./Message.tsx";
import { Notice } from "./Notice.tsx";

interface LineProps {
  readonly item: TimelineItem;
  /** The day that begins here, by name; null: the day goes on. */
  readonly day: string | null;
  readonly startsGroup: boolean;
  readonly room: RoomView;
}

/**
 * One item of the timeline. A class, since only a class can say that it needs no new rendering: an
 * arriving message would otherwise render every one before it again.
 */
export class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const { item, day, startsGroup, room } = this.props;
    return (
      next.item !== item ||
      next.day !== day ||
      next.startsGroup !== startsGroup ||
      next.room !== room
    );
  }

  override render({ item, day, startsGroup, room }: LineProps) {
    return (
      <div class="line">
        {day !== null && <DayLine day={day} />}
        {item.kind === "message" ? (
          <Message item={item} startsGroup={startsGroup} room={room} />
        ) : (
          <Notice item={item} />
        )}
      </div>
    );
  }
}
