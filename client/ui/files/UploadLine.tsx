import { t } from "../../i18n/i18n.ts";
import type { Attachment, Upload } from "../../state/files/attachment.ts";
import { Icon } from "../Icon.tsx";
import { formatLeft, formatSize } from "./size.ts";
import { UPLOAD_FAILURES } from "./wording.ts";

/** How far a file has come, and holding it. */
export function UploadLine({ attachment }: { readonly attachment: Attachment }) {
  const upload = attachment.upload.value;
  if (upload.kind === "done") return null;
  if (upload.kind === "failed") {
    return (
      <p class="trouble-text">
        <Icon name="warning" />
        <span>{t(UPLOAD_FAILURES[upload.why])}</span>
      </p>
    );
  }
  const isPaused = upload.kind === "paused";
  return (
    <div class="upload">
      <progress
        class="bar"
        max={Math.max(1, attachment.sizeBytes)}
        value={"sentBytes" in upload ? upload.sentBytes : 0}
        aria-label={t("files.sending", { name: attachment.name })}
      />
      <span class="upload-text">{wordingOf(upload, attachment.sizeBytes)}</span>
      <button
        type="button"
        class="button button-quiet"
        onClick={() => (isPaused ? attachment.resume() : attachment.pause())}
      >
        {t(isPaused ? "files.resume" : "files.pause")}
      </button>
    </div>
  );
}

function wordingOf(
  upload: Exclude<Upload, { kind: "done" | "failed" }>,
  totalBytes: number,
): string {
  const total = formatSize(totalBytes);
  switch (upload.kind) {
    case "waiting":
      return t("files.waiting");
    case "paused":
      return t("files.paused", { sent: formatSize(upload.sentBytes), total });
    case "going": {
      const sent = formatSize(upload.sentBytes);
      if (upload.leftMs === null) return t("files.going", { sent, total });
      const speed = formatSize(upload.bytesPerS);
      return t("files.goingLeft", { sent, total, speed, left: formatLeft(upload.leftMs) });
    }
  }
}
