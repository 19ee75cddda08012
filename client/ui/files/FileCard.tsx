import { t } from "../../i18n/i18n.ts";
import type { Attachment } from "../../state/files/attachment.ts";
import { Icon } from "../Icon.tsx";
import { SaveButton } from "./SaveButton.tsx";
import { formatSize } from "./size.ts";
import { iconOf, isSeldomPlayed } from "./wording.ts";

/** A file that is never shown here, only saved. */
export function FileCard({ attachment }: { readonly attachment: Attachment }) {
  const { kind, name, sizeBytes } = attachment;
  return (
    <div class="file-card">
      <Icon name={iconOf(kind)} />
      <div class="file-about">
        <p class="file-name">
          <bdi>{name}</bdi>
        </p>
        <p class="hint">
          {formatSize(sizeBytes)}
          {isSeldomPlayed(kind) && <> · {t("files.notPlayed")}</>}
        </p>
      </div>
      <SaveButton attachment={attachment} />
    </div>
  );
}
