import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";

/** In rem, so that it grows with the text. */
const LEAST_REM = 12;
const MOST_REM = 30;
const FIRST_REM = 17;
const STEP_REM = 1;

/** What holds messages and roster. */
const bodyOf = (element: HTMLElement | null) => element?.closest<HTMLElement>(".room-body") ?? null;

/**
 * Between messages and roster, where both are shown: drawn with the pointer or moved with the arrow keys.
 * It stands at the edge of the messages, since all that is on the page belongs to a landmark.
 */
export function Divider() {
  const widthRem = useSignal(FIRST_REM);
  const element = useRef<HTMLHRElement>(null);

  const set = (rem: number) => {
    widthRem.value = Math.min(Math.max(rem, LEAST_REM), MOST_REM);
    bodyOf(element.current)?.style.setProperty("--roster-size", `${widthRem.value}rem`);
  };
  /** 1 where the roster stands to the right. */
  const side = () =>
    element.current !== null && getComputedStyle(element.current).direction === "rtl" ? -1 : 1;
  const drag = (event: PointerEvent) => {
    const room = bodyOf(element.current)?.getBoundingClientRect();
    if (!element.current?.hasPointerCapture(event.pointerId) || room === undefined) return;
    const widthPx = side() === 1 ? room.right - event.clientX : event.clientX - room.left;
    set(widthPx / Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
  };
  const press = (event: KeyboardEvent) => {
    const wider = side() === 1 ? "ArrowLeft" : "ArrowRight";
    const narrower = side() === 1 ? "ArrowRight" : "ArrowLeft";
    if (event.key === wider) set(widthRem.value + STEP_REM);
    else if (event.key === narrower) set(widthRem.value - STEP_REM);
    else return;
    event.preventDefault();
  };
  // A separator that can be moved is a widget, and takes focus and keys (WAI-ARIA 1.2, separator).
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <hr
      ref={element}
      class="divider"
      aria-orientation="vertical"
      aria-label={t("roster.resize")}
      aria-valuemin={LEAST_REM}
      aria-valuemax={MOST_REM}
      aria-valuenow={widthRem.value}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
    />
  );
}
