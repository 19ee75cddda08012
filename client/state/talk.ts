/**
 * The talk with the relay, over all its connections: what is heard goes through the room's one queue, and
 * an answer goes to the socket that asked or nowhere. Tasks await, and meanwhile the socket may have
 * become another, on which the same frame would be out of turn.
 */
import type { Clock, Stop } from "../../shared/clock.ts";
import type { CloseReason } from "../../shared/close-codes.ts";
import type { ClientFrame, ServerFrame } from "../../shared/protocol.ts";
import { createConnection, SILENCE_NOTICED_MS, type ConnectionDeps } from "../net/connection.ts";

/** A relay's frame of that kind. */
export type Frame<K extends ServerFrame["kind"]> = ServerFrame & { readonly kind: K };

/** Says something on the socket that a frame came from; nothing once that is gone. */
export type Answer = (frame: ClientFrame) => void;

export interface TalkEvents {
  received(frame: ServerFrame, answer: Answer): Promise<void> | void;
  /** The socket is gone; unless `next` is "stop", another follows by itself. */
  lost(next: CloseReason["next"], code: number): void;
}

export interface TalkDeps extends ConnectionDeps {
  readonly clock: Clock;
  /** Runs a task alone, after all given before. */
  readonly run: (task: () => Promise<void> | void) => void;
}

export interface Talk {
  /** What a seated session says; dropped on a socket that has not been welcomed. */
  send: Answer;
  /** The present socket was welcomed: its session has its seat. */
  welcomed(): void;
  isWelcomed(): boolean;
  /** Calls `missed`, alone, unless `calm` or another `expect` comes within `patienceMs`, or the socket goes. */
  expect(patienceMs: number, missed: () => void): void;
  calm(): void;
  /** In step with the relay: whatever is lost next counts from then. */
  inStep(): void;
  /** How long there has been no relay to be in step with, ms; 0 while there is. */
  lostForMs(): number;
  /** Another socket after `delayMs`; nothing is heard of the present one any more. */
  renew(delayMs: number): void;
  /** The network came back or the tab woke. */
  nudge(): void;
  /** Hears nothing any more; the socket is closed after `lingerMs`. */
  close(lingerMs: number): void;
}

export function createTalk(deps: TalkDeps, events: TalkEvents): Talk {
  const { clock } = deps;
  /** Counts sockets. */
  let generation = 0;
  let welcomedAt: number | null = null;
  let heardAtMs = clock.now();
  let lostAtMs: number | null = null;
  let isClosed = false;
  let stopWaiting: Stop = () => undefined;

  const connection = createConnection(deps, {
    frame(frame) {
      const from = generation;
      heardAtMs = clock.now();
      deps.run(() => (isNow(from) ? events.received(frame, answerTo(from)) : undefined));
    },
    lost(next, code) {
      left();
      deps.run(() => (isClosed ? undefined : events.lost(next, code)));
    },
  });

  const isNow = (from: number): boolean => from === generation && !isClosed;

  function answerTo(from: number): Answer {
    return (frame) => {
      if (isNow(from)) connection.send(frame);
    };
  }

  function left(): void {
    generation += 1;
    stopWaiting();
    // Timers of a machine that slept fire late, but the connection was lost all the while.
    lostAtMs ??= Math.min(clock.now(), heardAtMs + SILENCE_NOTICED_MS);
  }

  const isWelcomed = (): boolean => welcomedAt === generation && !isClosed;
  return {
    send(frame) {
      if (isWelcomed()) connection.send(frame);
    },
    welcomed() {
      welcomedAt = generation;
    },
    isWelcomed,
    expect(patienceMs, missed) {
      if (isClosed) return;
      const from = generation;
      stopWaiting();
      stopWaiting = clock.after(patienceMs, () =>
        deps.run(() => (isNow(from) ? missed() : undefined)),
      );
    },
    calm: () => stopWaiting(),
    inStep() {
      lostAtMs = null;
    },
    lostForMs: () => (lostAtMs === null ? 0 : clock.now() - lostAtMs),
    renew(delayMs) {
      if (isClosed) return;
      left();
      connection.renew(delayMs);
    },
    nudge: () => connection.nudge(),
    close(lingerMs) {
      if (isClosed) return;
      isClosed = true;
      stopWaiting();
      if (lingerMs > 0) clock.after(lingerMs, () => connection.close());
      else connection.close();
    },
  };
}
