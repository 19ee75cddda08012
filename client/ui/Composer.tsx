import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { utf8 } from "../../shared/bytes.ts";
import { MAX_TEXT_BYTES } from "../../shared/limits.ts";
import { t } from "../i18n/i18n.ts";
import type { RoomView } from "../state/view.ts";
import { AttachButton } from "./files/AttachButton.tsx";
import { PreviewSheet } from "./files/PreviewSheet.tsx";

interface ComposerProps {
  readonly room: RoomView;
  /** Files that were chosen, dropped or pasted, until they are sent or not. */
  readonly files: Signal<readonly File[]>;
}

/** Where one writes. Enter sends, Shift and Enter starts a new line, as does Enter alone under a finger; what is refused stays written. */
export function Composer({ room, files }: ComposerProps) {
  const draft = useSignal("");
  const field = useRef<HTMLTextAreaElement>(null);
  const fieldId = useId();
  const hintId = useId();
  useEffect(() => {
    // With a finger the focus would bring up the keyboard over a room not yet seen.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);

  const surplusBytes = surplusOf(draft.value);
  const submit = (event: Event) => {
    event.preventDefault();
    if (draft.value.trim() === "" || surplusBytes > 0) return;
    if (room.send(draft.value.trimEnd())) draft.value = "";
    field.current?.focus();
  };
  const sendOnEnter = (event: KeyboardEvent) => {
    // While an input method composes, Enter belongs to it. Safari tells by the key code only.
    const isComposing = event.isComposing || event.keyCode === 229;
    // A keyboard under a finger has no Shift and Enter: there Enter starts the line, and the button sends.
    const isTouch = matchMedia("(pointer: coarse)").matches;
    if (event.key === "Enter" && !event.shiftKey && !isComposing && !isTouch) submit(event);
  };

  return (
    <form class="composer" autocomplete="off" onSubmit={submit}>
      <ComposerHint id={hintId} room={room} draft={draft.value} />
      {files.value.length > 0 && (
        <PreviewSheet
          room={room}
          files={files.value}
          text={draft.value.trim()}
          close={(isSent) => {
            files.value = [];
            if (isSent) draft.value = "";
          }}
        />
      )}
      <div class="composer-row">
        <AttachButton choose={(chosen) => (files.value = chosen)} />
        <label class="visually-hidden" for={fieldId}>
          {t("composer.label")}
        </label>
        {/* The wrapper repeats the draft unseen, and so gives the field its height without scripts. */}
        <div class="grow" data-draft={draft.value}>
          <textarea
            id={fieldId}
            class="input composer-field"
            ref={field}
            rows={1}
            dir="auto"
            autocomplete="off"
            placeholder={t("composer.placeholder")}
            value={draft.value}
            onInput={(event) => (draft.value = event.currentTarget.value)}
            onKeyDown={sendOnEnter}
            onPaste={(event) => {
              const pasted = filesOf(event.clipboardData);
              if (pasted.length === 0) return;
              event.preventDefault();
              files.value = pasted;
            }}
            aria-describedby={hintId}
            aria-invalid={surplusBytes > 0}
          />
        </div>
        <button type="submit" class="button button-main">
          {t("composer.send")}
        </button>
      </div>
    </form>
  );
}

/** What of a paste or a drop is files; text that comes along as a picture of itself is text. */
export function filesOf(transfer: DataTransfer | null): readonly File[] {
  const isText = transfer?.types.includes("text/plain") === true;
  return isText ? [] : Array.from(transfer?.files ?? []);
}

/** By how many bytes a text is too long; 0 or less: it may be sent. */
function surplusOf(text: string): number {
  return utf8(text.trimEnd()).length - MAX_TEXT_BYTES;
}

/** Told from so many bytes before the limit on. */
const BUDGET_TOLD_BYTES = MAX_TEXT_BYTES / 8;

/** About how many more characters fit, going by those written so far; null: not worth telling. */
function budgetOf(text: string, surplusBytes: number): number | null {
  if (-surplusBytes > BUDGET_TOLD_BYTES) return null;
  const bytesEach = (MAX_TEXT_BYTES + surplusBytes) / Array.from(text.trimEnd()).length;
  return Math.floor(-surplusBytes / bytesEach);
}

interface ComposerHintProps {
  readonly id: string;
  readonly room: RoomView;
  readonly draft: string;
}

function ComposerHint({ id, room, draft }: ComposerHintProps) {
  const surplusBytes = surplusOf(draft);
  const encryption = room.encryption.value;
  const isHeld =
    encryption.kind === "joining" || (encryption.kind === "unconfirmed" && !encryption.released);
  if (surplusBytes > 0) {
    return (
      <p id={id} class="error" role="alert">
        {t("composer.tooLong", { count: surplusBytes })}
      </p>
    );
  }
  const budget = budgetOf(draft, surplusBytes);
  if (budget !== null) {
    return (
      <p id={id} class="hint">
        {t("composer.budget", { count: budget })}
      </p>
    );
  }
  return (
    <p id={id} class={isHeld && draft !== "" ? "hint" : "visually-hidden"}>
      {t(isHeld ? "composer.held" : "composer.hint")}
    </p>
  );
}
