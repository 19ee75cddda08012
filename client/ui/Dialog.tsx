import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { Icon } from "./Icon.tsx";
import { useSwipe } from "./swipe.ts";

interface DialogProps {
  readonly title: string;
  /** The person closed it: by its button, Escape, a push down, a press beside it, or a form of `method="dialog"`. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/**
 * A modal dialog, open as long as it is rendered; on narrow screens a sheet from below. Focus goes in,
 * stays in, and returns: the browser's work.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const titleId = useId();
  const close = () => dialog.current?.close();
  useSwipe(dialog, head, close);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    element.showModal();
    // A press that began in the dialog, such as one that selects a text, may end beside it.
    let isPressedBeside = false;
    const press = (event: MouseEvent) => (isPressedBeside = isBeside(event, element));
    const click = (event: MouseEvent) => {
      if (isPressedBeside && isBeside(event, element)) element.close();
    };
    element.addEventListener("pointerdown", press);
    element.addEventListener("click", click);
    return () => {
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("click", click);
      // Removing an open dialog would lose the focus; closing it first gives it back.
      element.close();
    };
  }, []);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <div class="dialog-head" ref={head}>
        <h2 id={titleId}>{title}</h2>
        {/* First in it, so that what a hasty Enter presses is this. */}
        <button
          type="button"
          class="button button-quiet dialog-close"
          aria-label={t("room.close")}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}

/** The backdrop is a part of the dialog, to events as to the browser. */
function isBeside({ clientX, clientY }: MouseEvent, element: Element): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
