import { t } from "../i18n/i18n.ts";
import type { FailReason, MessageItem, RoomView } from "../state/view.ts";
import { Icon } from "./Icon.tsx";

const FAILURES = {
  rate: "message.failedRate",
  "too-large": "message.failedTooLarge",
  file: "message.failedFile",
  other: "message.failed",
} as const satisfies Record<FailReason, string>;

interface DeliveryLineProps {
  readonly item: MessageItem;
  readonly room: RoomView;
}

/** A message that did not, or perhaps not, arrive: why, and what can be done. */
export function DeliveryLine({ item, room }: DeliveryLineProps) {
  const isMaybe = item.delivery === "maybe";
  return (
    <div class="trouble">
      <p class="trouble-text">
        <Icon name="warning" />
        <span>{t(isMaybe ? "message.maybe" : FAILURES[item.failReason ?? "other"])}</span>
      </p>
      <div class="trouble-actions">
        <button type="button" class="button button-quiet" onClick={() => room.retry(item.key)}>
          {t("message.retry")}
        </button>
        <button type="button" class="button button-quiet" onClick={() => room.discard(item.key)}>
          {t("message.discard")}
        </button>
      </div>
    </div>
  );
}
