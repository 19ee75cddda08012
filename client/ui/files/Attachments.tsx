import { t } from "../../i18n/i18n.ts";
import type { Attachment } from "../../state/files/attachment.ts";
import type { MessageItem, RoomView } from "../../state/view.ts";
import { FileCard } from "./FileCard.tsx";
import { Picture } from "./Picture.tsx";
import { Played } from "./Played.tsx";
import { UploadLine } from "./UploadLine.tsx";

interface AttachmentsProps {
  readonly item: MessageItem;
  readonly room: RoomView;
}

/** The files of one message, each with how far it has come. */
export function Attachments({ item, room }: AttachmentsProps) {
  if (item.attachments.length === 0) return null;
  const isGoing = item.delivery === "pending";
  return (
    <div class="attachments">
      {item.attachments.map((attachment) => (
        <div key={attachment.key} class="attachment">
          <Shown attachment={attachment} room={room} />
          {item.isOwn && item.delivery !== "sent" && <UploadLine attachment={attachment} />}
        </div>
      ))}
      {isGoing && item.attachments.some(({ upload }) => upload.value.kind !== "done") && (
        <button
          type="button"
          class="button button-quiet take-back"
          onClick={() => room.discard(item.key)}
        >
          {t("files.cancelSending")}
        </button>
      )}
      {item.isOwn && item.delivery === "sent" && (
        <button
          type="button"
          class="button button-quiet take-back"
          onClick={() => room.withdraw(item.key)}
        >
          {t("files.takeBack")}
        </button>
      )}
    </div>
  );
}

function Shown({ attachment, room }: { readonly attachment: Attachment; readonly room: RoomView }) {
  switch (attachment.family) {
    case "picture":
      return <Picture attachment={attachment} room={room} />;
    case "video":
    case "audio":
      return <Played attachment={attachment} />;
    case "file":
      return <FileCard attachment={attachment} />;
  }
}
