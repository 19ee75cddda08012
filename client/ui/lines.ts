/** What stands between the items of a timeline: day separators, and which messages belong together. */
import type { TimelineItem } from "../state/view.ts";
import { dayNumber, type Place } from "./time.ts";

/** Messages of one sender nearer than this share one author line. */
export const GROUP_MS = 5 * 60_000;

export interface Line {
  readonly item: TimelineItem;
  /** Day that begins here, as a time in it; null: the day goes on. */
  readonly dayStartsMs: number | null;
  /** The author line stands above this message. Always true of notices. */
  readonly startsGroup: boolean;
  /** The next message is of another group or minute: this one shows the time for those above it. */
  readonly endsMinute: boolean;
}

/**
 * One line for each item, in the same order. Days only go forward and never past today: the order
 * is the room's, and a sender whose clock is wrong must not scatter separators over it.
 */
export function linesOf(
  items: readonly TimelineItem[],
  nowMs: number,
  place: Place = {},
): readonly Line[] {
  const today = dayNumber(nowMs, place);
  let day = Number.NEGATIVE_INFINITY;
  let above: TimelineItem | null = null;
  return items.map((item, index) => {
    const itsDay = Math.min(dayNumber(timeOf(item), place), today);
    const isNewDay = itsDay > day;
    const startsGroup = isNewDay || above === null || !belongTogether(above, item);
    const endsMinute = !sharesMinute(item, items[index + 1]);
    above = item;
    if (!isNewDay) return { item, dayStartsMs: null, startsGroup, endsMinute };
    day = itsDay;
    return { item, dayStartsMs: Math.min(timeOf(item), nowMs), startsGroup, endsMinute };
  });
}

/**
 * How many of others' messages stand below the item with this key: what is new to someone who has
 * scrolled up there. All of them if the item is gone meanwhile (everything above went before it).
 */
export function unseenBelow(items: readonly TimelineItem[], lastSeenKey: string | null): number {
  const from = items.findIndex((item) => item.key === lastSeenKey) + 1;
  return items.slice(from).filter((item) => item.kind === "message" && !item.isOwn).length;
}

function timeOf(item: TimelineItem): number {
  return item.kind === "message" ? item.sentAtMs : item.atMs;
}

function sharesMinute(item: TimelineItem, next: TimelineItem | undefined): boolean {
  if (next?.kind !== "message" || item.kind !== "message") return false;
  const isSame = Math.floor(item.sentAtMs / 60_000) === Math.floor(next.sentAtMs / 60_000);
  return isSame && belongTogether(item, next);
}

function belongTogether(above: TimelineItem, item: TimelineItem): boolean {
  if (above.kind !== "message" || item.kind !== "message") return false;
  if (above.sender !== item.sender || above.nickname !== item.nickname) return false;
  return Math.abs(item.sentAtMs - above.sentAtMs) < GROUP_MS;
}
