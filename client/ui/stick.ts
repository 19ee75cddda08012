/**
 * Where a person stands in a timeline: at its end, which then stays in view as it grows, or further up,
 * where nothing may move what is being read: not what comes below, not what expires above.
 */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { TimelineItem } from "../state/view.ts";
import { isTooNear, stretchAround, type Stretch } from "./stretch.ts";

/** Nearer to the end than this counts as at the end: about one line. */
const NEAR_PX = 48;

export interface Stick {
  readonly box: RefObject<HTMLDivElement | null>;
  /** The lines to draw. */
  readonly stretch: Stretch;
  readonly isAtEnd: ReadonlySignal<boolean>;
  /** Key of the last item that stood there while the end was in view. */
  readonly lastSeenKey: ReadonlySignal<string | null>;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
  /** Draws the stretch from the very first line, and shows that. */
  readonly toStart: () => void;
}

/** The line that stands at the top of the box, and how far from its edge, in px. */
interface Anchor {
  readonly key: string;
  readonly offsetPx: number;
}

/** For one box and the items in it; own new messages always bring the end into view. */
export function useStick(items: readonly TimelineItem[]): Stick {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  const lastSeenKey = useSignal<string | null>(null);
  const centreKey = useSignal<string | null>(null);
  const anchor = useRef<Anchor | null>(null);
  const lastOwnKey = useRef<string | null>(null);
  const stretch = stretchAround(items, centreKey.value);

  const toEnd = () => {
    isAtEnd.value = true;
    centreKey.value = null;
    anchor.current = null;
    lastSeenKey.value = items.at(-1)?.key ?? null;
    const element = box.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  const toStart = () => {
    const first = items[0];
    if (first === undefined) return;
    isAtEnd.value = false;
    anchor.current = { key: first.key, offsetPx: 0 };
    centreKey.value = first.key;
    if (stretch.from === 0) box.current?.scrollTo({ top: 0 });
  };
  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    const belowPx = element.scrollHeight - element.scrollTop - element.clientHeight;
    isAtEnd.value = stretch.to === items.length && belowPx < NEAR_PX;
    if (isAtEnd.value) {
      anchor.current = null;
      centreKey.value = null;
      lastSeenKey.value = items.at(-1)?.key ?? null;
      return;
    }
    anchor.current = anchorIn(element);
    const key = anchor.current?.key;
    const index = items.findIndex((item) => item.key === key);
    if (key !== undefined && index >= 0 && isTooNear(stretch, index, items.length)) {
      centreKey.value = key;
    }
  };

  useLayoutEffect(() => {
    const ownKey = items.findLast((item) => item.kind === "message" && item.isOwn)?.key ?? null;
    const hasSpoken = ownKey !== null && ownKey !== lastOwnKey.current;
    lastOwnKey.current = ownKey;
    if (isAtEnd.peek() || hasSpoken) toEnd();
    else if (box.current !== null && anchor.current !== null) hold(box.current, anchor.current);
  }, [items, stretch.from, stretch.to]);

  useLayoutEffect(() => {
    // An on-screen keyboard, a longer draft or a turned phone make the box smaller, not less read.
    const observer = new ResizeObserver(() => {
      const element = box.current;
      if (isAtEnd.peek() && element !== null) element.scrollTop = element.scrollHeight;
    });
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  return { box, stretch, isAtEnd, lastSeenKey, onScroll, toEnd, toStart };
}

/** The first line that is in view. */
function anchorIn(box: HTMLElement): Anchor | null {
  for (const line of box.querySelectorAll<HTMLElement>(".line")) {
    const offsetPx = line.offsetTop - box.scrollTop;
    if (offsetPx + line.offsetHeight > 0) {
      return { key: line.dataset["key"] ?? "", offsetPx };
    }
  }
  return null;
}

/** Puts the anchor back to where it stood; once it has expired, the oldest line takes its place. */
function hold(box: HTMLElement, { key, offsetPx }: Anchor): void {
  const line = box.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (line !== null) box.scrollTop = line.offsetTop - offsetPx;
}
