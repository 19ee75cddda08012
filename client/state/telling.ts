/** Turns what happened in the order into what a person reads. */
import { utf8, type Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import { MAX_TEXT_BYTES } from "../../shared/limits.ts";
import type { Record } from "../../shared/protocol.ts";
import { MESSAGE_ID_BYTES, type Body } from "./content.ts";
import type { Files } from "./files/files.ts";
import type { Happening } from "./following.ts";
import { outgoing, type Outgoing } from "./outgoing.ts";
import type { RoomSignals } from "./room-signals.ts";
import type { Timeline } from "./timeline.ts";
import type { MessageItem, NoticeItem } from "./view.ts";
import type { SessionId } from "../../shared/ids.ts";

type Text = Extract<Body, { kind: "text" }>;

/** A message of one's own as it is shown before anybody has it. */
export type Echo = Pick<MessageItem, "key" | "text" | "sentAtMs" | "delivery" | "attachments">;

export interface Telling {
  /** Relay's wall clock at a welcome: records' times are shown in this machine's time. */
  relayTime(nowMs: number): void;
  /** From now on records come as they are accepted. */
  inStep(): void;
  /** From now on until `inStep` they wait at the relay. */
  outOfStep(): void;
  happened(happening: Happening, record: Record, me: SessionId): void;
  notice(what: NoticeItem["what"]): void;
  /** What one says oneself appears at once, pale until acknowledged. */
  echo(message: Echo, me: { readonly session: SessionId; readonly nickname: string }): void;
  /** Null where the text is empty or too long. */
  compose(text: string): (Outgoing & { readonly body: Text }) | null;
  acknowledged(message: Outgoing, record: Record): void;
  /** It failed, or may have arrived: nothing more will be known of it. */
  changed(message: Pick<Outgoing, "key" | "delivery" | "failReason">): void;
}

export interface TellingDeps {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly files: () => Pick<Files, "announced" | "settled">;
  readonly signals: RoomSignals;
  readonly randomBytes: (lengthBytes: number) => Bytes;
  readonly isVisible: () => boolean;
  /** Something was added that will expire. */
  readonly added: () => void;
}

export function createTelling(deps: TellingDeps): Telling {
  const { clock, timeline, signals } = deps;
  let offsetMs = 0;
  /** Null: in step. Both clocks, since one stands still while a machine sleeps, and the other may be set. */
  let outSince: { readonly nowMs: number; readonly wallMs: number } | null = null;

  const ttlMs = (): number => signals.policy.value.messageTtlMs;

  function outOfStep(): void {
    outSince ??= { nowMs: clock.now(), wallMs: clock.wall() };
  }
  outOfStep();

  /** No record is older than this session's being out of step: a relay that dates it back would hide it. */
  function mostAgeMs(): number {
    if (outSince === null) return 0;
    return Math.max(clock.now() - outSince.nowMs, clock.wall() - outSince.wallMs);
  }

  function acceptedAt(record: Record): number {
    const claimedMs = clock.wall() - (record.acceptedAtMs + offsetMs);
    return clock.wall() - Math.min(Math.max(claimedMs, 0), mostAgeMs());
  }

  /** On the clock of `now`: a record expires so long after it was accepted, whenever it arrives here. */
  function expiry(atMs: number): number {
    const ageMs = Math.min(Math.max(clock.wall() - atMs, 0), ttlMs());
    return clock.now() + ttlMs() - ageMs;
  }

  /** The same moment on the wall clock, for showing how much time is left. */
  function goesAt(expiresAtMs: number): number {
    return clock.wall() + expiresAtMs - clock.now();
  }

  function notice(what: NoticeItem["what"], atMs = clock.wall()): void {
    timeline.notice(what, atMs, expiry(atMs));
    deps.added();
  }

  return {
    relayTime(nowMs) {
      offsetMs = clock.wall() - nowMs;
    },
    inStep() {
      outSince = null;
    },
    outOfStep,
    notice,
    happened(happening, record, me) {
      const atMs = acceptedAt(record);
      switch (happening.kind) {
        case "joined":
          return notice({ ...happening, isOwn: happening.session === me }, atMs);
        case "left":
        case "missing":
        case "unopened":
        case "repeated":
        case "gap":
          return notice(happening, atMs);
        case "split":
          if (signals.split.value !== null) return;
          signals.split.value = { by: happening.nickname };
          return notice(happening, atMs);
        case "said": {
          const { id, session, nickname, sentAtMs, text } = happening;
          const attachments = deps.files().announced(id, happening.files);
          const base = { sender: session, nickname, sentAtMs, text, attachments, isOwn: false };
          const expiresAtMs = expiry(atMs);
          timeline.add({ ...base, ...SENT, key: id, goesAtMs: goesAt(expiresAtMs) }, expiresAtMs);
          if (!deps.isVisible()) signals.unreadCount.value += 1;
          return deps.added();
        }
        case "withdrawn": {
          timeline.remove(happening.id);
          return notice({ kind: "withdrawn", nickname: happening.nickname, isOwn: false }, atMs);
        }
        case "acknowledged":
        case "epoch":
        case "stranded":
        case "unseated":
      }
    },
    compose(text) {
      const lengthBytes = utf8(text).length;
      if (text.trim() === "" || lengthBytes > MAX_TEXT_BYTES) return null;
      const body: Text = { kind: "text", sentAtMs: clock.wall(), text };
      return { ...outgoing(deps.randomBytes(MESSAGE_ID_BYTES), body), body };
    },
    echo(message, me) {
      const own = { sender: me.session, nickname: me.nickname, isOwn: true, goesAtMs: null };
      timeline.add({ ...SENT, ...own, ...message }, Number.POSITIVE_INFINITY);
    },
    acknowledged(message, record) {
      const expiresAtMs = expiry(acceptedAt(record));
      timeline.settle(message.key, expiresAtMs, goesAt(expiresAtMs));
      deps.files().settled(message.key);
      deps.added();
    },
    changed({ key, delivery, failReason }) {
      const expiresAtMs = clock.now() + ttlMs();
      const goesAtMs = goesAt(expiresAtMs);
      timeline.change(key, { delivery, failReason, goesAtMs }, expiresAtMs);
      deps.files().settled(key);
      deps.added();
    },
  };
}

const SENT = {
  kind: "message",
  delivery: "sent",
  failReason: null,
} as const satisfies Partial<MessageItem>;
