/**
 * Keeps one socket to the relay: opens it, notices when it is silently dead, opens the next one after
 * a pause. What to say on it is the caller's business.
 */
import type { Clock, Stop } from "../../shared/clock.ts";
import { nextAfterClose, parseRetryMs, type CloseReason } from "../../shared/close-codes.ts";
import { HANDSHAKE_MS } from "../../shared/limits.ts";
import type { ClientFrame, ServerFrame } from "../../shared/protocol.ts";
import { backoffMs } from "./backoff.ts";
import type { OpenSocket, Socket } from "./socket.ts";

/** Without a frame for so long the client asks; without an answer for so long again the socket is dead. */
const ASK_AFTER_MS = 15_000;
const DEAD_AFTER_MS = 8_000;
/** A lost connection is noticed so long after its last frame at the latest, unless the machine slept. */
export const SILENCE_NOTICED_MS = ASK_AFTER_MS + DEAD_AFTER_MS;

export interface ConnectionEvents {
  frame(frame: ServerFrame): void;
  /** The socket is gone; unless `next` is "stop", or the connection is closed, another will follow by itself. */
  lost(next: CloseReason["next"], code: number): void;
}

export interface ConnectionDeps {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface Connection {
  send(frame: ClientFrame): void;
  /** Drops the socket, if any, and opens a new one after `delayMs`, even after a "stop". Nothing is heard of the old one. */
  renew(delayMs: number): void;
  /** The network came back or the tab woke: connects at once if it was waiting, else checks for life. */
  nudge(): void;
  /** Ends it for good; nothing is heard any more. */
  close(): void;
}

/** Opens the first socket at once. */
export function createConnection(deps: ConnectionDeps, events: ConnectionEvents): Connection {
  const { clock } = deps;
  let socket: Socket | null = null;
  /** Something was said on this socket. The first frame must be an `enter`, so nothing is asked before. */
  let hasSpoken = false;
  let isClosed = false;
  let attempt = 0;
  let stopWaiting: Stop | null = null;
  let stopWatching: Stop = () => undefined;

  function open(): void {
    stopWaiting = null;
    let isMine = true;
    const opened = deps.openSocket({
      opened() {
        if (!isMine || socket !== opened) return;
        expect(HANDSHAKE_MS);
      },
      frame(frame) {
        if (!isMine || socket !== opened) return;
        if (frame.kind !== "challenge") attempt = 0;
        watch();
        events.frame(frame);
      },
      closed(code, reason) {
        isMine = false;
        if (socket === opened) dropped(nextAfterClose(code), code, parseRetryMs(reason));
      },
    });
    socket = opened;
    hasSpoken = false;
    expect(HANDSHAKE_MS);
  }

  /** Without a frame for so long the socket is dead. */
  function expect(patienceMs: number): void {
    stopWatching();
    stopWatching = clock.after(patienceMs, giveUp);
  }

  /** A socket that says nothing is asked, then given up: half-open ones never close by themselves. */
  function watch(): void {
    stopWatching();
    stopWatching = clock.after(ASK_AFTER_MS, ask);
  }

  function ask(): void {
    if (hasSpoken) socket?.send({ kind: "ping" });
    expect(DEAD_AFTER_MS);
  }

  function giveUp(): void {
    const dead = socket;
    socket = null;
    dead?.close();
    dropped("retry", 1006, null);
  }

  function dropped(next: CloseReason["next"], code: number, hintMs: number | null): void {
    socket = null;
    hasSpoken = false;
    stopWatching();
    if (isClosed) return;
    if (next !== "stop") {
      wait(backoffMs(attempt, deps.random(), hintMs));
      attempt += 1;
    }
    events.lost(next, code);
  }

  function wait(delayMs: number): void {
    stopWaiting?.();
    stopWaiting = clock.after(delayMs, open);
  }

  function drop(): void {
    const old = socket;
    socket = null;
    hasSpoken = false;
    stopWatching();
    old?.close();
  }

  open();
  return {
    send(frame) {
      if (socket === null) return;
      hasSpoken = true;
      socket.send(frame);
    },
    renew(delayMs) {
      drop();
      if (!isClosed) wait(delayMs);
    },
    nudge() {
      if (isClosed) return;
      if (stopWaiting !== null) wait(0);
      else if (hasSpoken) ask();
    },
    close() {
      isClosed = true;
      stopWaiting?.();
      drop();
    },
  };
}
