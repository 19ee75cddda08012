/** What a person does to messages of their own: says them, with files or without, again, or not after all. */
import type { SessionId } from "../../shared/ids.ts";
import type { ChosenFile } from "./files/attachment.ts";
import type { Outbox } from "./outbox.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Sharing } from "./sharing.ts";
import type { Telling } from "./telling.ts";
import type { Timeline } from "./timeline.ts";
import type { MessageItem, RoomView } from "./view.ts";

export interface SpeakingDeps {
  readonly telling: Telling;
  readonly timeline: Timeline;
  readonly outbox: Outbox;
  readonly sharing: Sharing;
  readonly me: () => { readonly session: SessionId; readonly nickname: string };
  readonly isOver: () => boolean;
  /** The number of messages without an answer may have changed. */
  readonly counted: () => void;
  /** Something waits to be posted. */
  readonly waiting: () => void;
}

export type Speaking = Pick<
  RoomView,
  "send" | "examine" | "discardDrafts" | "sendFiles" | "withdraw" | "retry" | "discard"
>;

export function createSpeaking(deps: SpeakingDeps): Speaking {
  const { telling, timeline, outbox, sharing } = deps;

  const find = (key: string): MessageItem | null => {
    const item = timeline.items.value.find((other) => other.key === key);
    return item?.kind === "message" && !deps.isOver() ? item : null;
  };

  function put(message: Outgoing): void {
    outbox.add(message);
    deps.counted();
    deps.waiting();
  }

  function say(text: string): boolean {
    const message = telling.compose(text);
    if (message === null || deps.isOver()) return false;
    const { key, delivery, body } = message;
    const { sentAtMs } = body;
    telling.echo({ key, delivery, text: body.text, sentAtMs, attachments: [] }, deps.me());
    put(message);
    return true;
  }

  function share(files: readonly ChosenFile[], text: string): boolean {
    if (deps.isOver() || !sharing.send(files, text)) return false;
    deps.counted();
    return true;
  }

  return {
    send: say,
    examine: (files) => sharing.files.examine(files),
    discardDrafts: (drafts) => sharing.files.discard(drafts),
    sendFiles: share,
    retry(key) {
      const item = find(key);
      if (item === null || !isUndelivered(item)) return;
      if (sharing.again(key) || say(item.text)) timeline.remove(key);
      deps.counted();
    },
    discard(key) {
      const item = find(key);
      if (item === null) return;
      // What is under way cannot be called back, so it is not hidden either.
      const isUnsent = sharing.files.cancel(key) || outbox.remove(key);
      if (isUnsent || isUndelivered(item)) timeline.remove(key);
      deps.counted();
    },
    withdraw(key) {
      const item = find(key);
      const withdrawal = item?.delivery === "sent" ? sharing.withdraw(key) : null;
      if (item === null || withdrawal === null) return;
      timeline.remove(key);
      telling.notice({ kind: "withdrawn", nickname: item.nickname, isOwn: true });
      put(withdrawal);
    },
  };
}

function isUndelivered({ delivery }: MessageItem): boolean {
  return delivery === "failed" || delivery === "maybe";
}
