/** Closing a sheet as one pushes a drawer shut. */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Pushed down this far, it closes; less, and it comes back. */
const FAR_PX = 72;

/** Drags `sheet` by its `handle`, by `--pushed` on the sheet; calls `close` when it was pushed far enough. */
export function useSwipe(
  sheet: RefObject<HTMLElement | null>,
  handle: RefObject<HTMLElement | null>,
  close: () => void,
): void {
  useEffect(() => {
    const grip = handle.current;
    if (grip === null) return;
    let fromY: number | null = null;
    const push = (px: number) => sheet.current?.style.setProperty("--pushed", `${px}px`);
    const down = (event: PointerEvent) => {
      // A captured pointer no longer clicks what stands on the handle.
      if (event.target instanceof Element && event.target.closest("button") !== null) return;
      fromY = event.clientY;
      grip.setPointerCapture(event.pointerId);
    };
    const move = ({ clientY }: PointerEvent) => {
      if (fromY !== null) push(Math.max(0, clientY - fromY));
    };
    const up = ({ clientY }: PointerEvent) => {
      const isFar = fromY !== null && clientY - fromY > FAR_PX;
      fromY = null;
      push(0);
      if (isFar) close();
    };
    const cancel = () => {
      fromY = null;
      push(0);
    };
    grip.addEventListener("pointerdown", down);
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", up);
    grip.addEventListener("pointercancel", cancel);
    return () => {
      grip.removeEventListener("pointerdown", down);
      grip.removeEventListener("pointermove", move);
      grip.removeEventListener("pointerup", up);
      grip.removeEventListener("pointercancel", cancel);
    };
  }, []);
}
