import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Attachment } from "../../state/files/attachment.ts";
import type { RoomView } from "../../state/view.ts";
import { Dialog } from "../Dialog.tsx";
import { Broken } from "./Broken.tsx";
import { SaveButton } from "./SaveButton.tsx";

interface EnlargedProps {
  readonly first: Attachment;
  readonly room: RoomView;
  readonly close: () => void;
}

/** A picture as large as the window, or at its own size; arrow keys and buttons lead to the room's others. */
export function Enlarged({ first, room, close }: EnlargedProps) {
  const key = useSignal(first.key);
  const isFull = useSignal(false);
  const pictures = room.timeline.value
    .flatMap((item) => (item.kind === "message" ? item.attachments : []))
    .filter(({ family }) => family === "picture");
  const at = pictures.findIndex((picture) => picture.key === key.value);
  const shown = pictures[at];
  const isGone = shown === undefined;
  useEffect(() => {
    // Its message went while it was looked at.
    if (isGone) close();
    else shown.open();
  }, [shown]);
  const go = (by: number) => {
    const next = pictures[at + by];
    if (next === undefined) return;
    key.value = next.key;
    isFull.value = false;
  };
  useEffect(() => {
    const walk = ({ key: pressed }: KeyboardEvent) => {
      const isForward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
      if (pressed === "ArrowLeft" || pressed === "ArrowRight") go(pressed === isForward ? 1 : -1);
    };
    addEventListener("keydown", walk);
    return () => removeEventListener("keydown", walk);
  });
  if (isGone) return null;
  const opened = shown.opened.value;
  const name = shown.alt === "" ? shown.name : shown.alt;
  return (
    <Dialog title={name} onClose={close}>
      <div class="enlarged">
        <div class={isFull.value ? "enlarged-place enlarged-full" : "enlarged-place"}>
          {opened.kind === "shown" && (
            <button
              type="button"
              class="enlarged-button"
              aria-pressed={isFull.value}
              aria-label={t("files.fullSize")}
              onClick={() => (isFull.value = !isFull.value)}
            >
              <img src={opened.url} alt={name} />
            </button>
          )}
          {opened.kind === "loading" && <output>{t("files.loading")}</output>}
          {opened.kind === "broken" && <Broken attachment={shown} why={opened.why} />}
        </div>
        <div class="actions">
          <button type="button" class="button" disabled={at === 0} onClick={() => go(-1)}>
            {t("files.previous")}
          </button>
          <button
            type="button"
            class="button"
            disabled={at === pictures.length - 1}
            onClick={() => go(1)}
          >
            {t("files.next")}
          </button>
          <SaveButton attachment={shown} />
        </div>
      </div>
    </Dialog>
  );
}
