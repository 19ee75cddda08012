/**
 * Messages with files among all others: shown at once, posted when their files are at the relay. What happens to the
 * message in the order is the outbox's, what happens to its files is files/'s.
 */
import { utf8, type Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import { MAX_POST_FILES, MAX_TEXT_BYTES } from "../../shared/limits.ts";
import { MESSAGE_ID_BYTES } from "./content.ts";
import type { AnnouncedFile } from "./files/announced.ts";
import type { ChosenFile } from "./files/attachment.ts";
import { createFiles, type Files, type FilesDeps } from "./files/files.ts";
import type { Outbox } from "./outbox.ts";
import { keyOfOwn, outgoing, type Outgoing } from "./outgoing.ts";
import type { Echo } from "./telling.ts";

export interface SharingDeps extends Omit<FilesDeps, "held" | "failed"> {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly me: () => { readonly session: SessionId; readonly nickname: string };
  readonly echo: (message: Echo, me: { session: SessionId; nickname: string }) => void;
  /** A message of one's own will not go: a file of it cannot. */
  readonly failed: (key: string) => void;
  /** Something waits to be posted. */
  readonly waiting: () => void;
}

export interface Sharing {
  readonly files: Files;
  /** False where the text is too long, or nothing of it can be sent. */
  send(chosen: readonly ChosenFile[], text: string): boolean;
  /** The message with this key once more, as a new one; false where it is not one with files. */
  again(key: string): boolean;
  /** Takes the message with this key back; null where it has no files, or is not one's own. */
  withdraw(key: string): Outgoing | null;
  inStep(): void;
  seatLost(): void;
}

interface Message {
  readonly messageId: Bytes;
  readonly text: string;
  readonly sentAtMs: number;
}

export function createSharing(deps: SharingDeps): Sharing {
  const { clock, outbox } = deps;
  const messages = new Map<string, Message>();
  const files = createFiles({ ...deps, held, failed: deps.failed });

  function held(key: string, announced: readonly AnnouncedFile[]): void {
    const message = messages.get(key);
    if (message === undefined) return;
    const { messageId, sentAtMs, text } = message;
    outbox.add(outgoing(messageId, { kind: "files", sentAtMs, text, files: announced }));
    deps.waiting();
  }

  function send(chosen: readonly ChosenFile[], text: string): boolean {
    const good = chosen.filter(({ draft }) => typeof draft.examined === "object");
    const fits = utf8(text).length <= MAX_TEXT_BYTES && good.length <= MAX_POST_FILES;
    if (good.length === 0 || !fits) return false;
    const message = { messageId: deps.randomBytes(MESSAGE_ID_BYTES), text, sentAtMs: clock.wall() };
    const key = keyOfOwn(message.messageId);
    messages.set(key, message);
    const attachments = files.add(key, good);
    deps.echo(
      { key, text, sentAtMs: message.sentAtMs, delivery: "pending", attachments },
      deps.me(),
    );
    return true;
  }

  /** Messages whose files are held but that never left: their files are looked after once more. */
  function takeBack(): readonly string[] {
    return [...messages.keys()].filter((key) => outbox.remove(key));
  }

  return {
    files: {
      ...files,
      gone(key) {
        messages.delete(key);
        files.gone(key);
      },
    },
    send,
    again(key) {
      const chosen = files.chosen(key);
      return chosen !== null && send(chosen, messages.get(key)?.text ?? "");
    },
    withdraw(key) {
      const message = messages.get(key);
      if (message === undefined) return null;
      files.drop(key);
      const { messageId } = message;
      return outgoing(deps.randomBytes(MESSAGE_ID_BYTES), { kind: "withdrawal", messageId });
    },
    inStep() {
      for (const key of takeBack()) files.recheck(key);
      files.seated();
    },
    seatLost() {
      for (const key of takeBack()) files.recheck(key);
      files.seatLost();
    },
  };
}
