/**
 * What members owe the room, in turns of a second by leaf order over the present, counted from the
 * need (DESIGN §4 "Duties"): removing who left, repairing after a void commit, confirming a joiner;
 * and fresh keys of one's own now and then.
 */
import type { Clock, Stop } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import { DUTY_TURN_MS, REPAIR_GAP_MS } from "../../shared/limits.ts";
import { createRefresh } from "./refresh.ts";
import type { Seat } from "./seat.ts";

/** Without its record for so long a commit is made anew. */
const COMMIT_PATIENCE_MS = 5_000;
/**
 * After so many posts of one's own an epoch has been used enough: members open a post at most 128 ahead
 * of the last one they had of its sender (crypto/mls-profile.ts), and whoever missed more must find a new epoch.
 */
const POSTS_PER_EPOCH = 64;
/** A session commits at most once a second; a relay that says so is asked again after this. */
const REFUSED_PAUSE_MS = 1_000;

export interface DutyDeps {
  readonly clock: Clock;
  /** Runs a task alone, later. */
  readonly run: (task: () => Promise<void> | void) => void;
  /** The seat while it is in step with the relay, else null. */
  readonly ready: () => Seat | null;
  /** Not while this session still waits to be confirmed itself. */
  readonly mayConfirm: () => boolean;
  readonly commit: (removes: readonly SessionId[]) => Promise<void>;
  readonly confirm: () => void;
}

export interface Duties {
  /** Looks at what is due; to be called after everything that changed the seat. */
  look(): void;
  /** Somebody joined in `epoch`. */
  confirmLater(epoch: bigint): void;
  /** A post stands in the order: this is an active minute. */
  active(): void;
  /** A commit of one's own was applied: its keys are fresh. */
  committed(): void;
  /** A commit was refused: after a pause it is made anew. The record of the old one may still come. */
  refused(): void;
  /** A new seat, or a new order. */
  reset(): void;
  stop(): void;
}

export function createDuties(deps: DutyDeps): Duties {
  const { clock } = deps;
  const timers = new Set<Stop>();
  let scheduled: { readonly key: string; readonly stop: Stop } | null = null;
  let lastRepairMs = Number.NEGATIVE_INFINITY;
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  let notBeforeMs = 0;
  const refresh = createRefresh();
  let mayConfirm = false;

  function later(delayMs: number, task: () => Promise<void> | void): Stop {
    const stop = clock.after(delayMs, () => {
      timers.delete(stop);
      deps.run(task);
    });
    timers.add(stop);
    return () => {
      timers.delete(stop);
      stop();
    };
  }

  function unschedule(): void {
    scheduled?.stop();
    scheduled = null;
  }

  /** When the oldest need began, who is to be removed for it; null when nothing is needed. */
  function need(seat: Seat): { sinceMs: number; removes: readonly SessionId[] } | null {
    const { attendance, group } = seat;
    const removes = group.members
      .map(({ session }) => session)
      .filter((session) => session !== seat.me && attendance.hasLeft(session));
    if (removes.length === 0 && seat.voidSinceMs === null) return null;
    const since = removes.map((session) => attendance.leftAtMs(session));
    return { sinceMs: Math.min(seat.voidSinceMs ?? Number.POSITIVE_INFINITY, ...since), removes };
  }

  function look(): void {
    const seat = deps.ready();
    lookAtNewcomers(seat);
    if (seat === null) return unschedule();
    const needed = need(seat);
    if (needed === null) return lookAtKeys(seat);
    const turns = seat.attendance.turns(seat.group.members, seat.me);
    const place = turns.indexOf(seat.me);
    if (place < 0) return unschedule();
    let dueMs = Math.max(needed.sinceMs + place * DUTY_TURN_MS, notBeforeMs);
    if (needed.removes.length === 0) dueMs = Math.max(dueMs, lastRepairMs + REPAIR_GAP_MS);
    schedule(`${needed.sinceMs}:${place}:${seat.order.last()}:${notBeforeMs}`, dueMs, async () => {
      seat.attendance.letPass(turns.slice(0, place));
      await make(seat);
    });
  }

  /** Once in step and confirmed itself, a session owes it to all who joined meanwhile. */
  function lookAtNewcomers(seat: Seat | null): void {
    const might = mayConfirm;
    mayConfirm = seat !== null && deps.mayConfirm();
    if (might || !mayConfirm) return;
    for (const epoch of seat?.attendance.unconfirmed() ?? []) confirmLater(epoch);
  }

  function confirmLater(epoch: bigint): void {
    const seat = deps.ready();
    if (seat === null || !deps.mayConfirm()) return;
    const turns = seat.attendance
      .turns(seat.group.members, seat.me)
      .filter((session) => session === seat.me || !seat.attendance.isJoining(session));
    const place = Math.max(0, turns.indexOf(seat.me));
    later(place * DUTY_TURN_MS, () => {
      if (deps.ready() !== seat || seat.attendance.confirmedEpoch() >= epoch) return;
      seat.attendance.letPass(turns.slice(0, place));
      deps.confirm();
    });
  }

  /** Everyone's path is renewed after half an hour of talk, each in its turn, so that a stolen key goes stale. */
  function lookAtKeys(seat: Seat): void {
    if (seat.postsInEpoch >= POSTS_PER_EPOCH) {
      const dueMs = Math.max(clock.now(), notBeforeMs);
      return schedule(`used:${seat.order.last()}:${notBeforeMs}`, dueMs, () => make(seat));
    }
    const sinceMs = refresh.dueSinceMs();
    if (sinceMs === null || seat.group.members.length === 1) return unschedule();
    const place = seat.attendance.turns(seat.group.members, seat.me).indexOf(seat.me);
    const dueMs = Math.max(sinceMs + Math.max(place, 0) * DUTY_TURN_MS, notBeforeMs);
    schedule(`keys:${place}:${seat.order.last()}:${dueMs}`, dueMs, () => make(seat));
  }

  function schedule(key: string, dueMs: number, task: () => Promise<void>): void {
    if (scheduled?.key === key) return;
    unschedule();
    // The key stays after it fired: the same need is not served twice, however often it is looked at.
    const stop = later(dueMs - clock.now(), () => (scheduled?.key === key ? task() : undefined));
    scheduled = { key, stop };
  }

  async function make(seat: Seat): Promise<void> {
    if (deps.ready() !== seat) return;
    const nowMs = clock.now();
    const isUnderWay = seat.ownCommits.some(
      ({ follows, proposedAtMs }) =>
        follows === seat.order.last() &&
        proposedAtMs > Math.max(refusedAtMs, nowMs - COMMIT_PATIENCE_MS),
    );
    if (!isUnderWay) {
      const removes = need(seat)?.removes ?? [];
      if (removes.length === 0) lastRepairMs = nowMs;
      await deps.commit(removes);
    }
    later(COMMIT_PATIENCE_MS, () => {
      unschedule();
      look();
    });
  }

  return {
    look,
    confirmLater,
    active: () => refresh.active(clock.now()),
    committed: () => refresh.done(),
    refused() {
      refusedAtMs = clock.now();
      notBeforeMs = clock.now() + REFUSED_PAUSE_MS;
      look();
    },
    reset() {
      unschedule();
      for (const stop of timers) stop();
      timers.clear();
      refresh.done();
      notBeforeMs = 0;
      mayConfirm = false;
    },
    stop() {
      unschedule();
      for (const stop of timers) stop();
      timers.clear();
    },
  };
}
