import { useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { suffixOf } from "../state/roster.ts";
import type { MessageItem, RoomView } from "../state/view.ts";
import { DeliveryLine } from "./DeliveryLine.tsx";
import { Attachments } from "./files/Attachments.tsx";
import { Figure } from "./Figure.tsx";
import { memberClass } from "./figures.ts";
import { Icon } from "./Icon.tsx";
import { useLife } from "./life.ts";
import { linkify } from "./linkify.ts";
import { Name } from "./Name.tsx";
import { Time } from "./Time.tsx";

interface MessageProps {
  readonly item: MessageItem;
  /** The author is named above; otherwise only to those who listen. */
  readonly startsGroup: boolean;
  /** Its time stands for those above it, of the same minute. */
  readonly endsMinute: boolean;
  readonly room: RoomView;
}

/** One message: author first, then the text, its time and how far it got. */
export function Message({ item, startsGroup, endsMinute, room }: MessageProps) {
  const bubble = useRef<HTMLDivElement>(null);
  useLife(bubble, item.goesAtMs, room.policy.value.messageTtlMs);
  const side = item.isOwn ? "message-own" : "message-other";
  return (
    <div class={`message ${side} message-${item.delivery}${startsGroup ? " message-first" : ""}`}>
      <p class={startsGroup ? "author" : "visually-hidden"}>
        {!item.isOwn && startsGroup && <Figure session={item.sender} />}
        <span class={item.isOwn ? undefined : memberClass(item.sender)}>
          {item.isOwn ? t("message.you") : <Name nickname={item.nickname} />}
        </span>{" "}
        {!item.isOwn && startsGroup && (
          <span class="suffix" dir="ltr">
            {suffixOf(item.sender)}
          </span>
        )}
      </p>
      <div class="bubble" ref={bubble}>
        <Attachments item={item} room={room} />
        <div class="text" dir="auto">
          {linkify(item.text).map((piece, index) =>
            piece.kind === "text" ? (
              piece.text
            ) : (
              <a
                key={index}
                href={piece.href}
                target="_blank"
                rel="noopener noreferrer"
                title={t("message.opens", { address: piece.href })}
              >
                <bdi>{piece.text}</bdi>
              </a>
            ),
          )}
        </div>
        <p class={endsMinute || item.delivery !== "sent" ? "meta" : "meta visually-hidden"}>
          <Time atMs={item.sentAtMs} />
          {item.isOwn && item.delivery === "pending" && (
            <span class="delivery">{t("message.pending")}</span>
          )}
          {item.isOwn && item.delivery === "sent" && (
            <span class="delivery">
              <Icon name="check" />
              <span class="visually-hidden">{t("message.sent")}</span>
            </span>
          )}
        </p>
        {item.goesAtMs !== null && <span class="life" aria-hidden="true" />}
      </div>
      {(item.delivery === "failed" || item.delivery === "maybe") && (
        <DeliveryLine item={item} room={room} />
      )}
    </div>
  );
}
