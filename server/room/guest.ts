/** One line inside a room: who is on it and how far it has come. */
import type { Bytes } from "../../shared/bytes.ts";
import type { CloseReason } from "../../shared/close-codes.ts";
import type { Stop } from "../../shared/clock.ts";
import type { Cursor } from "../../shared/ids.ts";
import type { Refused, ServerFrame } from "../../shared/protocol.ts";
import { encodeServerFrame } from "../../shared/codec/server-frames.ts";
import type { Line, Visitor } from "./line.ts";
import type { Joiner } from "./turns.ts";

/** How far a line has come; `stop` ends what runs in that phase only. */
export type Phase =
  /** The room is being looked up. */
  | { readonly kind: "opening" }
  /** No room stands, or one of another incarnation: the client decides what it does. */
  | { readonly kind: "outside"; readonly stop: Stop }
  /** Its `open`, sealed so, is proposed. */
  | { readonly kind: "founding"; readonly sealed: Bytes }
  /** Its re-founding is gathered with others. */
  | { readonly kind: "gathering" }
  /** Its cursor is ahead of what this relay has. */
  | { readonly kind: "holding"; readonly cursor: Cursor; readonly stop: Stop }
  /** Waits for a turn to join, has it, or has proposed its commit, sealed so. */
  | { readonly kind: "joining"; readonly sealed: Bytes | null }
  /** Its `arrive` is proposed; it has the records up to `covered`. */
  | { readonly kind: "arriving"; readonly covered: number }
  /** Its session has the seat and this line since that record; `stop` ends the reading of its backlog. */
  | { readonly kind: "seated"; readonly arrival: number; readonly stop: Stop }
  | { readonly kind: "over" };

export interface Guest {
  readonly visitor: Visitor;
  readonly line: Line;
  /** As the turns see it. */
  readonly joiner: Joiner;
  phase: Phase;
  /** Waiting to leave in one frame at the end of this turn of the event loop. */
  refusals: Refused[];
}

/** Moves on, ending what ran in the phase before. */
export function setPhase(guest: Guest, phase: Phase): void {
  if ("stop" in guest.phase) guest.phase.stop();
  guest.phase = phase;
}

export function sendFrame(guest: Guest, frame: ServerFrame): void {
  if (guest.phase.kind !== "over") guest.line.send(encodeServerFrame(frame));
}

/** Ends the line; what else must happen is `depart`'s (room.ts), which calls this. */
export function closeLine(guest: Guest, reason: CloseReason, retryAfterMs?: number): void {
  if (retryAfterMs === undefined) guest.line.close(reason);
  else guest.line.close(reason, retryAfterMs);
}
