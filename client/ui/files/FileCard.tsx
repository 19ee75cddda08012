import { t } from "../../i18n/i18n.ts";
import type { Attachment } from "../../state/files/attachment.ts";
import { Icon } from "../Icon.tsx";
import { SaveButton } from "./SaveButton.tsx";
import { formatSize } from "./size.ts";
import { iconOf, isSeldomPlayed } from "./wording.ts";

interface FileCardProps {
  readonly attachment: Attachment;
  /** Why it is not shown, where that needs a word. */
  readonly note?: string;
}

/** A file that is not shown here, only saved. */
export function FileCard({ attachment, note }: FileCardProps) {
  const { kind, name, sizeBytes } = attachment;
  const why = note ?? (isSeldomPlayed(kind) ? t("files.notPlayed") : null);
  return (
    <div class="file-card">
      <Icon name={iconOf(kind)} />
      <div class="file-about">
        <p class="file-name">
          <bdi>{name}</bdi>
        </p>
        <p class="hint">
          {formatSize(sizeBytes)}
          {why !== null && <> · {why}</>}
        </p>
      </div>
      <SaveButton attachment={attachment} />
    </div>
  );
}
