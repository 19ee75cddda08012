/** What the screens show and may do: the whole seam between ui and the rest of the client. */
import type { ReadonlySignal } from "@preact/signals";
import type { SessionId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import type { Attachment, ChosenFile, Draft } from "./files/attachment.ts";

/** Where the person is. */
export type Phase =
  | { readonly kind: "start"; readonly notice: StartNotice | null }
  /** A link was opened: ask for nickname and, where the link says so, the passphrase. */
  | {
      readonly kind: "invited";
      readonly hasPassphrase: boolean;
      readonly notice: StartNotice | null;
    }
  | { readonly kind: "entering"; readonly step: EnteringStep }
  | { readonly kind: "room"; readonly room: RoomView }
  /** The room is over for this tab; what was said in it is gone from memory. */
  | { readonly kind: "over"; readonly why: OverReason };

export type StartNotice = "damaged-link" | "crypto-failed";
/** `keys`: deriving from the link; `connecting`: to the relay; `waiting`: for a turn to join. */
export type EnteringStep = "keys" | "connecting" | "waiting";
export type OverReason =
  | "left"
  | "ended"
  | "no-such-room"
  | "replaced"
  | "full"
  | "upgrade-required"
  | "refused";

/** `live`: connected and in step; `reconnecting`: the relay is not reached, the seat is kept; `offline`: the browser says there is no network. */
export type Connection = "live" | "reconnecting" | "offline";

/**
 * Truth about the encryption, never more than was checked.
 * `joining`: nobody has confirmed this tab yet, the outbox is held; `sealed`: end-to-end encrypted, confirmed;
 * `unconfirmed`: nobody confirmed after several tries, the outbox is held until the person releases it;
 * `split`: members do not hold the same keys or order.
 */
export type Encryption =
  | { readonly kind: "joining" }
  | { readonly kind: "sealed" }
  | { readonly kind: "unconfirmed"; readonly released: boolean }
  | { readonly kind: "split"; readonly by: string | null };

/**
 * What the person found out about the safety code, kept in this tab's memory alone. `compared` holds for
 * who was in the room then, over later keys of theirs; `joinedSince` names whom it does not cover.
 */
export type Comparison =
  | { readonly kind: "not-yet" }
  | {
      readonly kind: "compared";
      readonly atMs: number;
      readonly joinedSince: readonly string[];
    }
  | { readonly kind: "differs"; readonly atMs: number };

/** `pending`: no answer yet; `sent`: it stands in the order; `failed`: refused for good; `maybe`: the seat was lost meanwhile, it may have arrived. */
export type Delivery = "pending" | "sent" | "failed" | "maybe";
/** `file`: one of its files could not be sent; which and why its attachment says. */
export type FailReason = "rate" | "too-large" | "file" | "other";

export interface MessageItem {
  readonly kind: "message";
  readonly key: string;
  readonly sender: SessionId;
  readonly nickname: string;
  readonly isOwn: boolean;
  /** Sender's clock, ms since 1970. */
  readonly sentAtMs: number;
  /** Along with attachments it may be "". */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly delivery: Delivery;
  readonly failReason: FailReason | null;
  /** When it will go from this screen, on the wall clock; null: it waits for an answer, and its time has not begun. */
  readonly goesAtMs: number | null;
}

/** Something that happened, told as a line of its own. */
export interface NoticeItem {
  readonly kind: "notice";
  readonly key: string;
  readonly atMs: number;
  readonly what:
    | { readonly kind: "founded" }
    | { readonly kind: "joined"; readonly nickname: string; readonly isOwn: boolean }
    | { readonly kind: "left"; readonly nickname: string }
    /** Records that can no longer be had; `count` of them. */
    | { readonly kind: "gap"; readonly count: number }
    /** A sender's counter skipped: `count` of its messages are missing. */
    | { readonly kind: "missing"; readonly nickname: string; readonly count: number }
    /** A message that stands in the order but cannot be opened here. */
    | { readonly kind: "unopened"; readonly nickname: string }
    /** The relay lost the order and the members went on: the order across this line may differ, something may be missing. */
    | { readonly kind: "order-lost" }
    | { readonly kind: "split"; readonly nickname: string | null }
    /** This tab lost its seat and came back as a new member; nothing between was received. */
    | { readonly kind: "rejoined" }
    | { readonly kind: "repeated"; readonly nickname: string }
    /** Somebody took a message with files back. */
    | { readonly kind: "withdrawn"; readonly nickname: string; readonly isOwn: boolean };
}

export type TimelineItem = MessageItem | NoticeItem;

export interface RosterEntry {
  readonly session: SessionId;
  readonly nickname: string;
  /** Four letters from the key, telling two of the same name apart. */
  readonly suffix: string;
  readonly isYou: boolean;
  /** `joining`: in the group, not confirmed yet; `leaving`: has left, its Remove is under way. */
  readonly presence: "joining" | "present" | "away" | "leaving";
}

/** One room as shown; every signal changes only when what is seen changes. */
export interface RoomView {
  /** The whole invite link. */
  readonly link: string;
  readonly hasPassphrase: boolean;
  readonly policy: ReadonlySignal<Policy>;
  readonly connection: ReadonlySignal<Connection>;
  readonly encryption: ReadonlySignal<Encryption>;
  /** 30 digits in groups of five. */
  readonly safetyCode: ReadonlySignal<string>;
  readonly comparison: ReadonlySignal<Comparison>;
  readonly roster: ReadonlySignal<readonly RosterEntry[]>;
  readonly timeline: ReadonlySignal<readonly TimelineItem[]>;
  /** Own messages without an answer yet. */
  readonly pendingCount: ReadonlySignal<number>;
  /** Others' messages that came while the tab was hidden. */
  readonly unreadCount: ReadonlySignal<number>;

  /** Shows at once, sends when it can. Text over MAX_TEXT_BYTES is refused: false, nothing happens. */
  send(text: string): boolean;
  /** What chosen files are, and what of them will be removed; nothing is sent yet. Never rejects. */
  examine(files: readonly File[]): Promise<readonly Draft[]>;
  /** Drafts that are not needed any more, sent or not. */
  discardDrafts(drafts: readonly Draft[]): void;
  /** Sends files as one message, 16 at most; false, and nothing happens, where the text is too long. */
  sendFiles(files: readonly ChosenFile[], text: string): boolean;
  /** Takes a message of one's own with files back: from the relay, and from everybody's screen. */
  withdraw(key: string): void;
  /** A failed or maybe-arrived message again, as a new message. */
  retry(key: string): void;
  discard(key: string): void;
  /** Sends the outbox although nobody confirmed this tab. */
  releaseOutbox(): void;
  /** The person compared the code that is shown now: it matches for everybody, or it does not. */
  compare(outcome: "matches" | "differs"): void;
  /** Rejoins by the link with a new key (after a split). */
  rejoin(): void;
  /** Leaves at once; keys and timeline are wiped. */
  leave(): void;
}

export interface RoomOptions {
  readonly nickname: string;
  readonly policy: Policy;
  /** Empty: none. */
  readonly passphrase: string;
}

/** The client as the screens see it. */
export interface ClientView {
  readonly phase: ReadonlySignal<Phase>;
  /** Makes a room with a new link and enters it. */
  make(options: RoomOptions): void;
  /**
   * Reads a link that was pasted or stands in the address bar; shows `invited` or a notice. In a room
   * it does nothing: what is being said there must not be thrown away.
   */
  openLink(text: string): void;
  /** Enters the room of the opened link. */
  enter(nickname: string, passphrase: string): void;
  /** Back to an empty start screen. */
  restart(): void;
  /** The document became visible or hidden. */
  setVisible(isVisible: boolean): void;
}
