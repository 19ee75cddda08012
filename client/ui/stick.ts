/** Keeps a scrolled box at its end as it grows, unless the person has scrolled up to read. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { TimelineItem } from "../state/view.ts";

/** Nearer to the end than this counts as at the end: about one line. */
const NEAR_PX = 48;

export interface Stick {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: ReadonlySignal<boolean>;
  /** Key of the last item that stood there while the end was in view. */
  readonly lastSeenKey: ReadonlySignal<string | null>;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
}

/** For one box and the items in it; own new messages always bring the end into view. */
export function useStick(items: readonly TimelineItem[]): Stick {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  const lastSeenKey = useSignal<string | null>(null);
  const lastOwnKey = useRef<string | null>(null);

  const toEnd = () => {
    const element = box.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    isAtEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    if (isAtEnd.value) lastSeenKey.value = items.at(-1)?.key ?? null;
  };

  useLayoutEffect(() => {
    const ownKey = items.findLast((item) => item.kind === "message" && item.isOwn)?.key ?? null;
    const hasSpoken = ownKey !== null && ownKey !== lastOwnKey.current;
    lastOwnKey.current = ownKey;
    if (!isAtEnd.peek() && !hasSpoken) return;
    toEnd();
    lastSeenKey.value = items.at(-1)?.key ?? null;
  }, [items]);

  useLayoutEffect(() => {
    // An on-screen keyboard, a longer draft or a turned phone make the box smaller, not less read.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.peek()) toEnd();
    });
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  return { box, isAtEnd, lastSeenKey, onScroll, toEnd };
}
