/** Puts one room together: keys and a name in, a RoomView out. This is where net and crypto meet. */
import type { Bytes } from "../../shared/bytes.ts";
import type { Stop } from "../../shared/clock.ts";
import type { Policy } from "../../shared/policy.ts";
import { wipe, type RoomKeys } from "../crypto/keys.ts";
import type { ConnectionDeps } from "../net/connection.ts";
import { createConfirming } from "./confirming.ts";
import { MESSAGE_ID_BYTES } from "./content.ts";
import { createOutbox } from "./outbox.ts";
import { outgoing } from "./outgoing.ts";
import { createRoomSignals } from "./room-signals.ts";
import { createSerial } from "./serial.ts";
import { createSharing } from "./sharing.ts";
import { createSpeaking } from "./speaking.ts";
import { createSitting } from "./sitting.ts";
import { createStay } from "./stay.ts";
import { createTelling } from "./telling.ts";
import { createTimeline } from "./timeline.ts";
import type { FileHost } from "./files/opening.ts";
import type { Station } from "./files/station.ts";
import type { OverReason, RoomView } from "./view.ts";

/** What a browser, or what stands for one, does for a room's files. */
export interface FileLoan {
  readonly station: Station;
  readonly host: FileHost;
}

export interface RoomDeps extends ConnectionDeps {
  /** For this room alone: closed with it. */
  readonly files: FileLoan;
  readonly randomBytes: (lengthBytes: number) => Bytes;
  readonly origin: string;
  readonly link: string;
  readonly hasPassphrase: boolean;
  readonly keys: RoomKeys;
  readonly nickname: string;
  /** Who makes the room decides; null: it must be there already. */
  readonly policy: Policy | null;
  readonly isOnline: () => boolean;
  readonly isVisible: () => boolean;
  readonly waitingForTurn: () => void;
  /** The first seat is taken: there is something to show. */
  readonly entered: () => void;
  readonly over: (why: OverReason) => void;
  /** A fault of our own; the room goes on. */
  readonly failed: (error: unknown) => void;
}

export interface Room {
  readonly view: RoomView;
  /** The network or the tab came back. */
  nudge(): void;
  /** The tab is seen now: nothing is unread. */
  seen(): void;
}

/** Until the room's own is known; nothing is shown by it. */
const NO_POLICY: Policy = { messageTtlMs: 0, memberCap: 0, graceMs: 0, lifetimeMs: 0 };

export function createRoom(deps: RoomDeps): Room {
  const { clock, nickname } = deps;
  const serial = createSerial(deps.failed);
  const run: typeof serial.run = (task) => serial.run(task);
  const signals = createRoomSignals(deps.policy ?? NO_POLICY);
  const timeline = createTimeline((key) => sharing.files.gone(key));
  const outbox = createOutbox(() =>
    outgoing(deps.randomBytes(MESSAGE_ID_BYTES), { kind: "empty" }),
  );
  let hasEntered = false;
  let isRejoining = false;
  let isOver = false;
  let stopExpiry: Stop = () => undefined;

  /** One timer for the whole timeline, at its next expiry. */
  function expire(): void {
    if (isOver) return;
    const nextMs = timeline.expire(clock.now());
    outbox.expire(clock.now());
    stopExpiry();
    if (nextMs !== null) stopExpiry = clock.after(nextMs - clock.now(), expire);
  }

  const telling = createTelling({
    ...deps,
    timeline,
    files: () => sharing.files,
    signals,
    added: expire,
  });
  const myself = () => ({ session: stay.me(), nickname });
  const waiting = (): void => run(() => sitting.look());
  const sharing = createSharing({
    ...deps,
    ...deps.files,
    routeId: deps.keys.routeId,
    outbox,
    send: (frame) => stay.send(frame),
    me: myself,
    echo: (message, me) => telling.echo(message, me),
    failed(key) {
      telling.changed({ key, delivery: "failed", failReason: "file" });
      refresh();
    },
    waiting,
  });
  const pending = (): number => outbox.pending() + sharing.files.count();
  const speaking = createSpeaking({
    telling,
    timeline,
    outbox,
    sharing,
    me: myself,
    isOver: () => isOver,
    counted: () => (signals.pendingCount.value = pending()),
    waiting,
  });
  const confirming = createConfirming({
    clock,
    run,
    changed: () => run(() => sitting.look()),
    tryAgain: () => stay.rejoin(),
  });
  const refresh = (): void => signals.refresh(sitting.seat(), confirming.state(), pending());
  const sitting = createSitting({
    ...deps,
    outbox,
    confirming,
    telling,
    run,
    send: (frame) => stay.send(frame),
    inStep() {
      stay.inStep();
      telling.inStep();
      sharing.inStep();
      signals.connection.value = "live";
      if (isRejoining) telling.notice({ kind: "rejoined" });
      isRejoining = false;
      refresh();
      if (!hasEntered) deps.entered();
      hasEntered = true;
    },
    unseated: () => stay.unseated(),
    disorder: () => stay.reconnect(),
    changed: refresh,
    mayPost: () => confirming.state() === "confirmed" || signals.isReleased.value,
  });
  const stay = createStay({
    ...deps,
    run,
    sitting,
    granted: (answer) => sharing.files.answered(answer),
    reconnecting() {
      telling.outOfStep();
      sharing.files.unseated();
      signals.connection.value = deps.isOnline() ? "reconnecting" : "offline";
    },
    seatLost() {
      isRejoining = hasEntered;
      signals.split.value = null;
      signals.isReleased.value = false;
      signals.comparing.forget();
      sharing.seatLost();
      for (const message of outbox.seatLost()) telling.changed(message);
      confirming.stop();
      refresh();
    },
    over: finish,
  });

  /** What a person sees ends now; what a task still works with is wiped when that is through. */
  function finish(why: OverReason): void {
    isOver = true;
    stopExpiry();
    serial.close(() => {
      stay.wipe();
      confirming.stop();
      outbox.clear();
      timeline.clear();
      sharing.files.clear();
      signals.pendingCount.value = 0;
      wipe(deps.keys.door.privateKey, deps.keys.outerKey);
    });
    deps.over(why);
  }

  const view: RoomView = {
    ...signals,
    ...speaking,
    link: deps.link,
    hasPassphrase: deps.hasPassphrase,
    timeline: timeline.items,
    releaseOutbox() {
      if (confirming.state() !== "unconfirmed") return;
      signals.isReleased.value = true;
      run(() => sitting.look());
    },
    compare(outcome) {
      signals.comparing.found(outcome, clock.wall());
    },
    rejoin: () => run(() => stay.rejoin()),
    leave() {
      if (isOver) return;
      stay.leave();
      finish("left");
    },
  };
  return {
    view,
    nudge() {
      const isLive = signals.connection.value === "live";
      if (!isLive) signals.connection.value = deps.isOnline() ? "reconnecting" : "offline";
      // Without a network a live connection is asked all the same: it may be of another network.
      if (isLive || deps.isOnline()) stay.nudge();
      expire();
    },
    seen() {
      signals.unreadCount.value = 0;
    },
  };
}
