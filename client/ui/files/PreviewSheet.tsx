import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { utf8 } from "../../../shared/bytes.ts";
import { MAX_POST_FILES, MAX_TEXT_BYTES } from "../../../shared/limits.ts";
import { t } from "../../i18n/i18n.ts";
import type { Draft } from "../../state/files/attachment.ts";
import type { RoomView } from "../../state/view.ts";
import { Dialog } from "../Dialog.tsx";
import { DraftCard } from "./DraftCard.tsx";

interface PreviewSheetProps {
  readonly room: RoomView;
  readonly files: readonly File[];
  /** What stood in the composer: it becomes the caption. */
  readonly text: string;
  /** `isSent`: the caption went along. */
  readonly close: (isSent: boolean) => void;
}

/** Before anything is sent: what it is, what will be removed of it, and what the others are told of it. */
export function PreviewSheet({ room, files, text, close }: PreviewSheetProps) {
  const drafts = useSignal<readonly Draft[] | null>(null);
  const alts = useSignal<ReadonlyMap<string, string>>(new Map());
  const caption = useSignal(text);
  const captionId = useId();
  useEffect(() => {
    let isClosed = false;
    const examine = async () => {
      const found = await room.examine(files.slice(0, MAX_POST_FILES));
      if (isClosed) room.discardDrafts(found);
      else drafts.value = found;
    };
    void examine();
    return () => {
      isClosed = true;
      room.discardDrafts(drafts.peek() ?? []);
    };
  }, []);

  const good = (drafts.value ?? []).filter(({ examined }) => typeof examined === "object");
  const isTooLong = utf8(caption.value.trim()).length > MAX_TEXT_BYTES;
  const send = (event: Event) => {
    event.preventDefault();
    const chosen = good.map((draft) => ({ draft, alt: alts.value.get(draft.key) ?? "" }));
    if (room.sendFiles(chosen, caption.value.trim())) close(true);
  };
  const drop = (draft: Draft) => {
    room.discardDrafts([draft]);
    const left = (drafts.value ?? []).filter((other) => other !== draft);
    drafts.value = left;
    if (left.length === 0) close(false);
  };
  return (
    <Dialog title={t("files.previewTitle", { count: files.length })} onClose={() => close(false)}>
      <form class="preview" onSubmit={send}>
        {files.length > MAX_POST_FILES && (
          <p class="error" role="alert">
            {t("files.tooMany", { count: MAX_POST_FILES })}
          </p>
        )}
        {drafts.value === null ? (
          <output>{t("files.examining")}</output>
        ) : (
          <ul class="drafts">
            {drafts.value.map((draft) => (
              <DraftCard
                key={draft.key}
                draft={draft}
                drop={() => drop(draft)}
                describe={(alt) => (alts.value = new Map(alts.value).set(draft.key, alt))}
              />
            ))}
          </ul>
        )}
        <div class="field">
          <label for={captionId}>{t("files.caption")}</label>
          <textarea
            id={captionId}
            class="input"
            rows={2}
            dir="auto"
            autocomplete="off"
            value={caption.value}
            aria-invalid={isTooLong}
            onInput={(event) => (caption.value = event.currentTarget.value)}
          />
        </div>
        <div class="actions">
          <button
            type="submit"
            class="button button-main"
            disabled={good.length === 0 || isTooLong}
          >
            {t("composer.send")}
          </button>
          <button type="button" class="button" onClick={() => close(false)}>
            {t("files.cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
