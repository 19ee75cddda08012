/**
 * One socket on its way through the door and into a room: challenge, entry, then frames both ways,
 * with the bounds that keep one bad client from hurting others. What frames mean is the room's.
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import { CLOSE, closeText, type CloseReason } from "../../shared/close-codes.ts";
import { decodeClientFrame } from "../../shared/codec/client-frames.ts";
import { encodeServerFrame } from "../../shared/codec/server-frames.ts";
import { CHALLENGE_BYTES } from "../../shared/entry.ts";
import { HANDSHAKE_MS } from "../../shared/limits.ts";
import type { ClientFrame, Enter } from "../../shared/protocol.ts";
import type { Line, Visit, Visitor } from "../room/line.ts";
import { createTokenBucket, type Rate } from "../room/token-bucket.ts";
import { watchBackpressure } from "./backpressure.ts";
import { checkEntry } from "./entry.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Socket } from "./socket.ts";

/** A closing handshake that takes longer is cut. */
export const CLOSE_WAIT_MS = 5_000;
const PONG = encodeServerFrame({ kind: "pong" });

/** Who is at the other end, as the upgrade saw it. */
export interface Peer {
  /** Origin of the upgrade request, already found to be one of ours. */
  readonly origin: string;
  /** Keyed hash of the address. */
  readonly addressKey: string;
}

export interface ConnectionDeps {
  readonly clock: Clock;
  /** `length` fresh bytes from a cryptographic source. */
  readonly random: (length: number) => Bytes;
  /** Frames of one connection, pings of the WebSocket protocol included. */
  readonly frameRate: Rate;
  /** The room that a visitor proved to know. */
  readonly enter: (visitor: Visitor, line: Line) => Visit;
  /** Told each time that this relay ends a connection, with the close code. */
  readonly ended?: (code: number) => void;
  /** Told of a fault of ours that a frame brought to light; the connection is closed, the others stay. */
  readonly failed?: (fault: unknown) => void;
}

export interface Connection {
  /** Ends it as the room would; for the relay's own stop. Harmless when it has ended. */
  close(reason: CloseReason, retryAfterMs?: number): void;
}

type State =
  | { readonly kind: "at-door"; readonly challenge: Bytes }
  | { readonly kind: "visiting"; readonly visit: Visit }
  | { readonly kind: "over" };

const OVER: State = { kind: "over" };

/** Serves one open socket until it ends. Never throws, whatever arrives. */
export function attachConnection(socket: Socket, peer: Peer, deps: ConnectionDeps): Connection {
  const { clock } = deps;
  let state: State = { kind: "at-door", challenge: deps.random(CHALLENGE_BYTES) };
  const bucket = createTokenBucket(deps.frameRate, clock.now());
  const stopHandshake = clock.after(HANDSHAKE_MS, () => {
    if (state.kind === "at-door") close(CLOSE.later);
  });
  const heartbeat = startHeartbeat(
    clock,
    () => socket.ping(),
    () => {
      over();
      socket.terminate();
    },
  );
  const pressure = watchBackpressure(
    clock,
    () => socket.bufferedAmount,
    () => close(CLOSE.later),
  );
  let stopClosing = () => {};

  /** The room hears of the end in a turn of its own: it may be the one that is just closing or sending. */
  function over(): void {
    const ended = state;
    state = OVER;
    stopHandshake();
    heartbeat.stop();
    pressure.stop();
    if (ended.kind === "visiting") clock.soon(() => ended.visit.closed());
  }

  function close(reason: CloseReason, retryAfterMs?: number): void {
    if (state.kind === "over") return;
    over();
    deps.ended?.(reason.code);
    stopClosing = clock.after(CLOSE_WAIT_MS, () => socket.terminate());
    socket.close(reason.code, closeText(reason, retryAfterMs));
  }

  function send(frame: Bytes): void {
    if (state.kind === "over") return;
    socket.send(frame);
    pressure.sent(frame.length);
  }

  const line: Line = { send, close, bufferedBytes: () => socket.bufferedAmount };

  function enter(frame: Enter, challenge: Bytes): void {
    const entered = checkEntry(frame, { origin: peer.origin, challenge });
    if (entered.kind === "refused") return close(entered.reason);
    stopHandshake();
    const visitor = {
      routeId: entered.routeId,
      session: entered.session,
      connections: frame.connections,
      cursor: frame.cursor,
      addressKey: peer.addressKey,
    };
    const visit = deps.enter(visitor, line);
    // The room may have closed the line before it had a visit to give.
    if (isOver()) clock.soon(() => visit.closed());
    else state = { kind: "visiting", visit };
  }

  /** Asked anew each time: a call out may have ended the connection. */
  const isOver = (): boolean => state.kind === "over";

  function receive(frame: ClientFrame): void {
    if (state.kind === "at-door") {
      if (frame.kind === "enter") enter(frame, state.challenge);
      else close(CLOSE.notAdmitted);
    } else if (state.kind === "visiting") {
      if (frame.kind === "enter") close(CLOSE.outOfTurn);
      else if (frame.kind === "ping") send(PONG);
      else state.visit.receive(frame);
    }
  }

  /** False where the connection is over or was just closed for being too fast. */
  function isHeard(): boolean {
    if (isOver()) return false;
    heartbeat.heard();
    if (bucket.take(clock.now())) return true;
    close(CLOSE.policy);
    return false;
  }

  socket.listen({
    binary(bytes) {
      if (!isHeard()) return;
      const frame = decodeClientFrame(bytes);
      if (frame === null) return close(CLOSE.malformed);
      try {
        receive(frame);
      } catch (fault) {
        deps.failed?.(fault);
        close(CLOSE.internal);
      }
    },
    text() {
      if (isHeard()) close(CLOSE.notBinary);
    },
    control() {
      isHeard();
    },
    closed() {
      stopClosing();
      if (!isOver()) over();
    },
  });
  send(encodeServerFrame({ kind: "challenge", challenge: state.challenge }));
  return { close };
}
