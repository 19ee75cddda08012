import { t } from "../../i18n/i18n.ts";
import type { Attachment, OpenFailure } from "../../state/files/attachment.ts";
import { Icon } from "../Icon.tsx";
import { SaveButton } from "./SaveButton.tsx";
import { OPEN_FAILURES } from "./wording.ts";

/** What is whole, though not to be shown. */
const SAVABLE: readonly OpenFailure[] = ["mislabelled", "too-many-pixels"];

interface BrokenProps {
  readonly attachment: Attachment;
  readonly why: OpenFailure;
}

/** In place of a file that cannot be shown: why, and what can be done. */
export function Broken({ attachment, why }: BrokenProps) {
  return (
    <div class="broken">
      <p class="trouble-text">
        <Icon name="warning" />
        <span>
          <bdi>{attachment.name}</bdi>
          {t("app.colon")}
          {t(OPEN_FAILURES[why])}
        </span>
      </p>
      {why === "interrupted" && (
        <button type="button" class="button button-quiet" onClick={attachment.open}>
          {t("files.tryAgain")}
        </button>
      )}
      {SAVABLE.includes(why) && <SaveButton attachment={attachment} />}
    </div>
  );
}
