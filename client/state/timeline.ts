/** What the room's screen lists: messages and notices, in the order of arrival, until they expire. */
import { signal, type ReadonlySignal } from "@preact/signals-core";
import type { MessageItem, NoticeItem, TimelineItem } from "./view.ts";

export interface Timeline {
  readonly items: ReadonlySignal<readonly TimelineItem[]>;
  /** Puts an item at the end; it goes when `expiresAtMs` (the clock's now) has come. */
  add(item: TimelineItem, expiresAtMs: number): void;
  notice(what: NoticeItem["what"], atMs: number, expiresAtMs: number): void;
  /** From now on an own message that will not be acknowledged any more: it expires like all others. */
  change(key: string, change: Partial<MessageItem>, expiresAtMs: number): void;
  /** An acknowledged message moves to its place in the order: behind all that came before it. */
  settle(key: string, expiresAtMs: number): void;
  remove(key: string): void;
  /** Forgets what has expired; returns when the next item will, or null. */
  expire(nowMs: number): number | null;
  clear(): void;
}

export function createTimeline(): Timeline {
  const items = signal<readonly TimelineItem[]>([]);
  const expiries = new Map<string, number>();
  let notices = 0;

  function add(item: TimelineItem, expiresAtMs: number): void {
    expiries.set(item.key, expiresAtMs);
    // Own messages without an answer stay at the end: their place is not known yet.
    const waiting = items.value.filter(isWaiting);
    items.value = isWaiting(item)
      ? [...items.value, item]
      : [...items.value.filter((other) => !isWaiting(other)), item, ...waiting];
  }

  return {
    items,
    add,
    notice(what, atMs, expiresAtMs) {
      add({ kind: "notice", key: `notice-${++notices}`, atMs, what }, expiresAtMs);
    },
    change(key, change, expiresAtMs) {
      if (!expiries.has(key)) return;
      expiries.set(key, expiresAtMs);
      items.value = items.value.map((item) =>
        item.key === key && item.kind === "message" ? { ...item, ...change } : item,
      );
    },
    settle(key, expiresAtMs) {
      const item = items.value.find((other) => other.key === key);
      if (item?.kind !== "message" || item.delivery === "sent") return;
      items.value = items.value.filter((other) => other !== item);
      add({ ...item, delivery: "sent", failReason: null }, expiresAtMs);
    },
    remove(key) {
      expiries.delete(key);
      items.value = items.value.filter((item) => item.key !== key);
    },
    expire(nowMs) {
      let next = Number.POSITIVE_INFINITY;
      const gone = new Set<string>();
      for (const [key, at] of expiries) {
        if (at <= nowMs) gone.add(key);
        else next = Math.min(next, at);
      }
      for (const key of gone) expiries.delete(key);
      if (gone.size > 0) items.value = items.value.filter(({ key }) => !gone.has(key));
      return Number.isFinite(next) ? next : null;
    },
    clear() {
      expiries.clear();
      items.value = [];
    },
  };
}

function isWaiting(item: TimelineItem): boolean {
  return item.kind === "message" && item.delivery === "pending";
}
