import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "./Dialog.tsx";

/** What the keyboard does, by what stands on the keys. */
const KEYS = [
  ["Enter", "shortcuts.send"],
  ["Shift + Enter", "shortcuts.newLine"],
  ["↑ ↓", "shortcuts.walk"],
  ["Home", "shortcuts.first"],
  ["End", "shortcuts.newest"],
  ["/", "shortcuts.write"],
  ["?", "shortcuts.overview"],
  ["Esc", "shortcuts.close"],
] as const;

/** A button and the key `?`: an overview. `/` goes to the field; neither while one writes. */
export function Shortcuts() {
  const isOpen = useSignal(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isWriting(event) || event.altKey || event.ctrlKey || event.metaKey) return;
      if (document.querySelector("dialog[open]") !== null) return;
      if (event.key === "?") isOpen.value = true;
      else if (event.key === "/")
        document.querySelector<HTMLTextAreaElement>(".composer-field")?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <button
        type="button"
        class="button button-quiet shortcuts-button"
        aria-label={t("shortcuts.title")}
        title={t("shortcuts.title")}
        onClick={() => (isOpen.value = true)}
      >
        {"?"}
      </button>
      {isOpen.value && (
        <Dialog title={t("shortcuts.title")} onClose={() => (isOpen.value = false)}>
          <dl class="shortcuts">
            {KEYS.map(([keys, does]) => (
              <div key={keys}>
                <dt>
                  <kbd dir="ltr">{keys}</kbd>
                </dt>
                <dd>{t(does)}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  );
}

function isWriting({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest("input, textarea, select") !== null;
}
