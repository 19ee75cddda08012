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
  settle(key: string, expiresAtMs: number, goesAtMs: number): void;
  remove(key: string): void;
  /** Forgets what has expired; returns when the next item will, or null. */
  expire(nowMs: number): number | null;
  clear(): void;
}

/** `gone` hears of each item that is no longer listed. */
export function createTimeline(gone: (key: string) => void): Timeline {
  const items = signal<readonly TimelineItem[]>([]);
  const expiries = new Map<string, number>();
  let notices = 0;

  /** Own messages without an answer stay at the end: their place is not known yet. */
  let waiting = 0;

  function add(item: TimelineItem, expiresAtMs: number): void {
    expiries.set(item.key, expiresAtMs);
    const all = items.value;
    if (isWaiting(item)) {
      waiting += 1;
      items.value = [...all, item];
      return;
    }
    // Looked for from the end: thousands may stand before them, and this is done for every message.
    let from = all.length;
    for (let left = waiting; left > 0 && from > 0;) {
      from -= 1;
      if (isWaiting(all[from])) left -= 1;
    }
    const tail = all.slice(from);
    const settled = tail.filter((other) => !isWaiting(other));
    items.value = [...all.slice(0, from), ...settled, item, ...tail.filter(isWaiting)];
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
      waiting = items.value.filter(isWaiting).length;
    },
    settle(key, expiresAtMs, goesAtMs) {
      const item = items.value.find((other) => other.key === key);
      if (item?.kind !== "message" || item.delivery === "sent") return;
      items.value = items.value.filter((other) => other !== item);
      if (isWaiting(item)) waiting -= 1;
      add({ ...item, delivery: "sent", failReason: null, goesAtMs }, expiresAtMs);
    },
    remove(key) {
      if (!expiries.delete(key)) return;
      items.value = items.value.filter((item) => item.key !== key);
      waiting = items.value.filter(isWaiting).length;
      gone(key);
    },
    expire(nowMs) {
      let next = Number.POSITIVE_INFINITY;
      const expired = new Set<string>();
      for (const [key, at] of expiries) {
        if (at <= nowMs) expired.add(key);
        else next = Math.min(next, at);
      }
      for (const key of expired) expiries.delete(key);
      if (expired.size > 0) items.value = items.value.filter(({ key }) => !expired.has(key));
      for (const key of expired) gone(key);
      return Number.isFinite(next) ? next : null;
    },
    clear() {
      const all = [...expiries.keys()];
      expiries.clear();
      waiting = 0;
      items.value = [];
      for (const key of all) gone(key);
    },
  };
}

function isWaiting(item: TimelineItem | undefined): boolean {
  return item?.kind === "message" && item.delivery === "pending";
}
