/** What came while nobody looked: remembered by key, for a line across the timeline. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { TimelineItem } from "../state/view.ts";

/** Key of the first of others' messages that came while the tab was hidden; null: none, or answered since. */
export function useUnread(items: readonly TimelineItem[]): string | null {
  const firstKey = useSignal<string | null>(null);
  const latest = useRef(items);
  latest.current = items;
  const lastOwn = items.findLast((item) => item.kind === "message" && item.isOwn)?.key;

  useEffect(() => {
    let lastSeenKey: string | null = null;
    const look = () => {
      if (document.visibilityState === "hidden") {
        lastSeenKey = latest.current.at(-1)?.key ?? null;
      } else {
        firstKey.value = firstUnread(latest.current, lastSeenKey);
      }
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  // Whoever answers has read what stands above.
  useEffect(() => {
    firstKey.value = null;
  }, [lastOwn]);
  return firstKey.value;
}

/** The first of others' messages after the one last seen; of all, if that has expired meanwhile. */
export function firstUnread(
  items: readonly TimelineItem[],
  lastSeenKey: string | null,
): string | null {
  const from = items.findIndex(({ key }) => key === lastSeenKey) + 1;
  return items.slice(from).find((item) => item.kind === "message" && !item.isOwn)?.key ?? null;
}
