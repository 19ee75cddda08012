/** A client in memory, for looking at the screens: no relay, no keys, and nobody else. */
import { signal } from "@preact/signals";
import { sessionIdOf } from "../../../shared/ids.ts";
import type {
  ClientView,
  Comparison,
  Connection,
  Encryption,
  MessageItem,
  NoticeItem,
  Phase,
  RosterEntry,
  RoomView,
  TimelineItem,
} from "../../state/view.ts";
import { suffixOf } from "../../state/roster.ts";
import { policyOf } from "../policy-choices.ts";

export interface RoomState {
  readonly roster: readonly RosterEntry[];
  readonly timeline: readonly TimelineItem[];
  readonly connection?: Connection;
  readonly encryption?: Encryption;
  readonly unread?: number;
  readonly comparison?: Comparison;
}

const LINK = `https://chat.example/#10${"q7Zk3xT9".repeat(6).slice(0, 43)}`;
let keys = 0;
const nextKey = () => `k${(keys += 1)}`;

/** A session of its own for each name. */
export function sessionOf(name: string) {
  return sessionIdOf(
    Uint8Array.from({ length: 16 }, (_, i) => {
      let mixed = i + 1;
      for (const letter of name)
        mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193);
      return (mixed >>> 16) ^ mixed;
    }),
  );
}

export function person(
  nickname: string,
  presence: RosterEntry["presence"] = "present",
  isYou = false,
): RosterEntry {
  const session = sessionOf(nickname + presence);
  return { session, nickname, suffix: suffixOf(session), isYou, presence };
}

export function says(
  nickname: string,
  sentAtMs: number,
  text: string,
  more: Partial<MessageItem> = {},
): MessageItem {
  return {
    kind: "message",
    key: nextKey(),
    sender: sessionOf(`${nickname}present`),
    nickname,
    isOwn: nickname === "Ada",
    sentAtMs,
    text,
    attachments: [],
    delivery: "sent",
    failReason: null,
    goesAtMs: sentAtMs + 60 * 60_000,
    ...more,
  };
}

export function happens(atMs: number, what: NoticeItem["what"]): NoticeItem {
  return { kind: "notice", key: nextKey(), atMs, what };
}

/** A room that stands still, except that what is sent comes back and settles. */
export function roomOf(state: RoomState, leave: () => void): RoomView {
  const timeline = signal(state.timeline);
  const pendingCount = signal(
    state.timeline.filter((item) => item.kind === "message" && item.delivery === "pending").length,
  );
  const encryption = signal<Encryption>(state.encryption ?? { kind: "sealed" });
  const remove = (key: string) => {
    timeline.value = timeline.value.filter((item) => item.key !== key);
  };
  const comparison = signal<Comparison>(state.comparison ?? { kind: "not-yet" });
  const send = (text: string) => {
    timeline.value = [...timeline.value, says("Ada", Date.now(), text)];
    return true;
  };
  return {
    link: LINK,
    hasPassphrase: false,
    policy: signal(policyOf(60 * 60_000, 25)),
    connection: signal(state.connection ?? "live"),
    encryption,
    safetyCode: signal("58391 20477 66102 93845 11720 40986"),
    comparison,
    roster: signal(state.roster),
    timeline,
    pendingCount,
    unreadCount: signal(state.unread ?? 0),
    send,
    examine: () => Promise.resolve([]),
    discardDrafts: () => undefined,
    sendFiles: () => false,
    withdraw: remove,
    retry(key) {
      const item = timeline.value.find((each) => each.key === key);
      remove(key);
      if (item?.kind === "message") send(item.text);
    },
    discard: remove,
    releaseOutbox: () => (encryption.value = { kind: "unconfirmed", released: true }),
    compare(outcome) {
      const atMs = Date.now();
      comparison.value =
        outcome === "matches"
          ? { kind: "compared", atMs, joinedSince: [] }
          : { kind: "differs", atMs };
    },
    rejoin: () => (encryption.value = { kind: "joining" }),
    leave,
  };
}

/** A client in this phase; its verbs go on from there. */
export function clientIn(start: Phase | RoomState): ClientView {
  const leave = () => (phase.value = { kind: "over", why: "left" });
  const phase = signal<Phase>(
    "kind" in start ? start : { kind: "room", room: roomOf(start, leave) },
  );
  return {
    phase,
    make: () => (phase.value = { kind: "entering", step: "keys" }),
    openLink: (text) =>
      (phase.value = text.includes("#1")
        ? { kind: "invited", hasPassphrase: text.includes("#11"), notice: null }
        : { kind: "start", notice: "damaged-link" }),
    enter: () => (phase.value = { kind: "entering", step: "keys" }),
    restart: () => (phase.value = { kind: "start", notice: null }),
    setVisible: () => {},
  };
}
