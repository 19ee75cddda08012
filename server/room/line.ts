/** The seam between a connection (edge) and a room: neither knows more of the other than this. */
import type { Bytes } from "../../shared/bytes.ts";
import type { CloseReason } from "../../shared/close-codes.ts";
import type { Cursor, RouteId, SessionId } from "../../shared/ids.ts";
import type { ClientFrame, Enter } from "../../shared/protocol.ts";

/** A connection as a room sees it. */
export interface Line {
  /** Writes one encoded frame; never blocks, never throws. The edge closes who does not read. */
  send(frame: Bytes): void;
  /** Bytes sent that the network has not taken yet: a long backlog waits for them. */
  bufferedBytes(): number;
  /** Ends the connection; `retryAfterMs` is a hint to the client. Nothing is sent after it. */
  close(reason: CloseReason, retryAfterMs?: number): void;
}

/** A session that has proved its keys at the door of `routeId`. */
export interface Visitor {
  readonly routeId: RouteId;
  readonly session: SessionId;
  readonly connections: number;
  readonly cursor: Cursor | null;
  /** Keyed hash of the address, in memory only; for quotas. */
  readonly addressKey: string;
}

/** What a room does for one line. */
export interface Visit {
  /** One frame after `enter`, in the order of arrival. */
  receive(frame: Exclude<ClientFrame, Enter>): void;
  /** The connection is gone, whoever ended it. Called once. */
  closed(): void;
}
