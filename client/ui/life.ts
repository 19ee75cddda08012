/**
 * How much of its time a message has left, for the thin line under it. One timer for all lines, and only
 * while some are shown; what goes, and when, is decided in state.
 */
import { useLayoutEffect } from "preact/hooks";
import type { RefObject } from "preact";

const TICK_MS = 1_000;

type Watch = (nowMs: number) => void;
const watches = new Set<Watch>();
let timer: ReturnType<typeof setInterval> | undefined;

function start(watch: Watch): () => void {
  watches.add(watch);
  timer ??= setInterval(() => {
    const nowMs = Date.now();
    for (const each of watches) each(nowMs);
  }, TICK_MS);
  return () => {
    watches.delete(watch);
    if (watches.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The part of its time that is left, from 1 to 0, in thousandths. 1 while its time has not begun. */
export function lifeLeft(goesAtMs: number | null, ttlMs: number, nowMs: number): number {
  if (goesAtMs === null || !Number.isFinite(goesAtMs) || ttlMs <= 0) return 1;
  return Math.round(Math.min(Math.max((goesAtMs - nowMs) / ttlMs, 0), 1) * 1000) / 1000;
}

/** Keeps `--left` on the element true. By CSSOM: the page's policy forbids style attributes. */
export function useLife(
  element: RefObject<HTMLElement | null>,
  goesAtMs: number | null,
  ttlMs: number,
): void {
  useLayoutEffect(() => {
    let shown = -1;
    const show = (nowMs: number) => {
      const left = lifeLeft(goesAtMs, ttlMs, nowMs);
      if (left !== shown) element.current?.style.setProperty("--left", String(left));
      shown = left;
    };
    show(Date.now());
    return goesAtMs === null ? undefined : start(show);
  }, [goesAtMs, ttlMs]);
}
