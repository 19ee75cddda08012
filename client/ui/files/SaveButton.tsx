import { t } from "../../i18n/i18n.ts";
import type { Attachment } from "../../state/files/attachment.ts";
import { Icon } from "../Icon.tsx";
import { OPEN_FAILURES } from "./wording.ts";

/** Saves a file under its name; says how far that is, or why it failed. */
export function SaveButton({ attachment }: { readonly attachment: Attachment }) {
  const saving = attachment.saving.value;
  if (saving.kind === "going") {
    return (
      <progress
        class="bar"
        max={Math.max(1, attachment.sizeBytes)}
        value={saving.gotBytes}
        aria-label={t("files.saving", { name: attachment.name })}
      />
    );
  }
  return (
    <>
      <button type="button" class="button button-quiet" onClick={attachment.save}>
        <Icon name="save" />
        <span>{t("files.save")}</span>
        <span class="visually-hidden">{attachment.name}</span>
      </button>
      {saving.kind === "failed" && <p class="error">{t(OPEN_FAILURES[saving.why])}</p>}
    </>
  );
}
