/**
 * A newcomer cannot check a GroupInfo against the group, so it holds its outbox until a member that
 * was there before it confirms, and tries again with a new key where nobody does (DESIGN §4).
 */
import type { Clock, Stop } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import { CONFIRM_TRIES, CONFIRM_WAIT_MS } from "../../shared/limits.ts";
import type { Seat } from "./seat.ts";

/**
 * `unconfirmed`: nobody confirmed after all tries; it stays, says so, and does its duties like anyone, else
 * a room whose confirmed members are gone could never confirm anybody again.
 */
export type Confirmation = "joining" | "confirmed" | "unconfirmed";

export interface Confirming {
  state(): Confirmation;
  /** A new seat: a founder's is confirmed from the start. */
  seated(seat: Seat, isFounder: boolean): void;
  /** A confirm signal of `from` opened, given in `epoch`. */
  heard(from: SessionId, epoch: bigint): void;
  /** Members or their presence changed. */
  look(): void;
  stop(): void;
}

export interface ConfirmingDeps {
  readonly clock: Clock;
  readonly run: (task: () => void) => void;
  readonly changed: () => void;
  /** Leaves and joins again with a new key. */
  readonly tryAgain: () => void;
}

export function createConfirming(deps: ConfirmingDeps): Confirming {
  let state: Confirmation = "joining";
  let seat: Seat | null = null;
  let tries = 0;
  let stopWaiting: Stop = () => undefined;

  function become(next: Confirmation): void {
    if (next === "confirmed") tries = 0;
    stopWaiting();
    if (state === next) return;
    state = next;
    deps.changed();
  }

  function waited(): void {
    if (seat === null || state !== "joining") return;
    const { attendance, elders } = seat;
    const isElderHere = [...elders].some(
      (session) => attendance.isPresent(session) && !attendance.hasLeft(session),
    );
    if (!isElderHere) return become("confirmed");
    tries += 1;
    if (tries >= CONFIRM_TRIES) return become("unconfirmed");
    deps.tryAgain();
  }

  return {
    state: () => state,
    seated(newSeat, isFounder) {
      seat = newSeat;
      state = "joining";
      if (isFounder) return become("confirmed");
      stopWaiting();
      stopWaiting = deps.clock.after(CONFIRM_WAIT_MS, () => deps.run(waited));
    },
    heard(from, epoch) {
      if (seat === null || state === "confirmed") return;
      if (seat.elders.has(from) && epoch >= seat.joinedEpoch) become("confirmed");
    },
    look() {
      if (seat === null || state === "confirmed") return;
      const { attendance, elders, group } = seat;
      const members = new Set(group.members.map(({ session }) => session));
      const areAllGone = [...elders].every(
        (session) => !members.has(session) || attendance.hasLeft(session),
      );
      if (areAllGone) become("confirmed");
    },
    stop() {
      stopWaiting();
      seat = null;
      // Nothing may be called sealed that has no seat.
      state = "joining";
    },
  };
}
