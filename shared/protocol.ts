/**
 * The wire, declared once: every frame either way, and the records of a room's order.
 * PROTOCOL.md says in prose what each means and what closes the socket; codec.ts turns them into bytes.
 */
import type { Bytes } from "./bytes.ts";
import type { Cursor, FileId, Incarnation, RouteId, SessionId } from "./ids.ts";
import type { GrantRefusal } from "./media.ts";
import type { Policy } from "./policy.ts";

/** Of the frames and the sealing; both ends must agree. */
export const PROTOCOL_VERSION = 1;
/** Of the rule set that `open` pins for a room (DESIGN §2). */
export const RULES_VERSION = 1;
/** Offered and chosen as the WebSocket subprotocol. */
export const SUBPROTOCOL = "mayfly.1";

/** What a re-founding names besides the founding (DESIGN §2, "the order was lost"). */
export interface Refounding {
  /** Opaque name of the proposer's epoch, 16 bytes: relays count votes by it. */
  readonly epochName: Bytes;
  readonly epoch: bigint;
  /** The old number that the proposer had reached. */
  readonly reached: number;
  /** Sessions of the epoch's leaves that are not known to have left; each gets a seat. */
  readonly sessions: readonly SessionId[];
}

/** Founds a room; its sealed part is a sealed GroupInfo. */
export interface Open {
  readonly kind: "open";
  readonly session: SessionId;
  readonly rules: number;
  readonly policy: Policy;
  readonly refounding: Refounding | null;
  readonly sealed: Bytes;
}

/** Changes the group; one whose session has no seat joins it. */
export interface Commit {
  readonly kind: "commit";
  readonly session: SessionId;
  /** Number of the last commit record that the maker knows. */
  readonly follows: number;
  readonly removes: readonly SessionId[];
  /** SHA-256 of the sealed GroupInfo that travels beside it, 32 bytes. */
  readonly groupInfoHash: Bytes;
  readonly sealed: Bytes;
}

/** A seated session resumes. */
export interface Arrive {
  readonly kind: "arrive";
  readonly session: SessionId;
  /** The session's count of connections so far. */
  readonly connections: number;
}

export interface Post {
  readonly kind: "post";
  readonly session: SessionId;
  /** The session's own count, from 1. */
  readonly counter: number;
  /** Number of the last commit record that the sender has applied or found void. */
  readonly names: number;
  /** Files that it announces, ascending, none twice, 16 at most: their chunks get its TTL (DESIGN §6). No rule reads it. */
  readonly files: readonly FileId[];
  readonly sealed: Bytes;
}

export interface Leave {
  readonly kind: "leave";
  readonly session: SessionId;
  /** Number of the arrival (open, commit or arrive) that it ends. */
  readonly arrival: number;
}

/** What may be proposed to a room's order. */
export type Proposal = Open | Commit | Arrive | Post | Leave;
export type ProposalKind = Proposal["kind"];

/** A proposal that was accepted: it has its place. */
export type Record = Proposal & {
  readonly number: number;
  /** Relay's wall clock when it was accepted, ms since 1970; annotation only, no rule reads it. */
  readonly acceptedAtMs: number;
};

/** A client's proposal; `ref` is the client's own tag, named by a refusal. The session is the connection's. */
export type Offer =
  | {
      readonly kind: "commit";
      readonly ref: number;
      readonly follows: number;
      readonly removes: readonly SessionId[];
      readonly groupInfoHash: Bytes;
      readonly sealed: Bytes;
      readonly groupInfo: Bytes;
    }
  | {
      readonly kind: "post";
      readonly ref: number;
      readonly counter: number;
      readonly names: number;
      readonly files: readonly FileId[];
      readonly sealed: Bytes;
    }
  | { readonly kind: "leave"; readonly ref: number; readonly arrival: number };

/** Why a proposal was refused. The first group is of `judge`, the second is asked before proposing. */
export const REFUSALS = [
  "exists",
  "no-room",
  "no-seat",
  "left",
  "behind",
  "removes-seated",
  "replaced",
  "newer-arrival",
  "duplicate",
  "expect",
  "stale",
  "rules",
  "rate",
  "full",
  "too-large",
  "group-info",
  "expired",
] as const;
export type Refusal = (typeof REFUSALS)[number];

// Client -> relay

/** The first frame of a client: who is at the door (DESIGN §3). */
export interface Enter {
  readonly kind: "enter";
  readonly version: number;
  readonly routeId: RouteId;
  /** Ed25519 public keys, 32 bytes each; signatures of 64 bytes. */
  readonly doorKey: Bytes;
  readonly sessionKey: Bytes;
  readonly doorSignature: Bytes;
  readonly sessionSignature: Bytes;
  /** Counts this session's connections, from 1; a higher one replaces a lower. */
  readonly connections: number;
  /** Where the session left off, if it has been seated. */
  readonly cursor: Cursor | null;
}

export type ClientFrame =
  | Enter
  | {
      readonly kind: "found";
      readonly rules: number;
      readonly policy: Policy;
      readonly sealed: Bytes;
    }
  | {
      readonly kind: "refound";
      readonly rules: number;
      readonly policy: Policy;
      readonly refounding: Refounding;
      readonly sealed: Bytes;
    }
  /** Asks for a turn to join. */
  | { readonly kind: "ask-turn" }
  /** After `founded`: takes the seat that the re-founding gave. */
  | { readonly kind: "arrive"; readonly cursor: Cursor }
  | { readonly kind: "propose"; readonly offers: readonly Offer[] }
  | { readonly kind: "signal"; readonly sealed: Bytes }
  /**
   * Asks to send a file of so many sealed bytes (`isSealedSize`), and to delete it: before the first chunk,
   * again to renew the grant or the lease. `ref` is the client's own tag, named by the answer.
   */
  | {
      readonly kind: "ask-upload";
      readonly ref: number;
      readonly file: FileId;
      readonly totalBytes: number;
    }
  /** Asks to read the files of this room. */
  | { readonly kind: "ask-reading"; readonly ref: number }
  | { readonly kind: "ping" };

// Relay -> client

export type Presence = "present" | "away";

export interface Seated {
  readonly session: SessionId;
  readonly presence: Presence;
}

export type ServerFrame =
  /** First frame on every connection; 32 bytes, never used twice. */
  | { readonly kind: "challenge"; readonly challenge: Bytes }
  | { readonly kind: "no-room" }
  /** The room stands, in another incarnation than the cursor's or newly founded. */
  | { readonly kind: "founded"; readonly incarnation: Incarnation; readonly open: Record }
  /** It is this joiner's turn: the last commit record (or `open`) and its sealed GroupInfo. */
  | {
      readonly kind: "turn";
      readonly incarnation: Incarnation;
      readonly last: Record;
      readonly groupInfo: Bytes;
    }
  | { readonly kind: "turn-over" }
  /** The session has its seat; records from `first` to `head` follow, then live ones. */
  | {
      readonly kind: "welcome";
      readonly incarnation: Incarnation;
      readonly arrival: number;
      readonly counter: number;
      readonly first: number;
      readonly head: number;
      readonly nowMs: number;
      readonly seated: readonly Seated[];
    }
  | { readonly kind: "records"; readonly records: readonly Record[] }
  | { readonly kind: "refused"; readonly refusals: readonly Refused[] }
  | { readonly kind: "presence"; readonly changes: readonly Seated[] }
  | {
      readonly kind: "signals";
      readonly signals: readonly { readonly session: SessionId; readonly sealed: Bytes }[];
    }
  /**
   * May be used in HTTP requests for `validMs` from now on (a duration: clocks differ). `heldChunks`: of an
   * upload, so many chunks are held already; fewer than were sent means that they expired: begin again.
   */
  | {
      readonly kind: "granted";
      readonly ref: number;
      readonly grant: Bytes;
      readonly validMs: number;
      readonly heldChunks: number;
    }
  | { readonly kind: "not-granted"; readonly ref: number; readonly reason: GrantRefusal }
  | { readonly kind: "pong" };

export interface Refused {
  readonly ref: number;
  readonly reason: Refusal;
  /** `duplicate`: the number of the record already accepted (0: not remembered); `expect`: the counter expected; `stale`, `behind`: number of the last commit record; else 0. */
  readonly detail: number;
}

export type ClientFrameKind = ClientFrame["kind"];
export type ServerFrameKind = ServerFrame["kind"];
