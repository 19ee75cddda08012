/**
 * Who of the group's leaves is present, away, joining or has left, as the relay and the order tell.
 * The group says who is a member; this says what is known of each (DESIGN §4 "Duties", §5).
 */
import type { SessionId } from "../../shared/ids.ts";
import type { Presence, Seated } from "../../shared/protocol.ts";

export interface MemberOf {
  readonly session: SessionId;
}

export interface Attendance {
  /** The relay's list of seats, as of a welcome; the records up to it may still follow. */
  seated(seats: readonly Seated[]): void;
  /** They are processed: of the members, who has no seat has left, and who joined long ago may be away. */
  caughtUp(members: readonly MemberOf[], nowMs: number): void;
  presence(change: Seated): void;
  joined(session: SessionId, epoch: bigint): void;
  left(session: SessionId, nowMs: number): void;
  removed(session: SessionId): void;
  /** A confirm signal for all who joined up to `epoch`; also when this member gave it. */
  confirmed(epoch: bigint): void;
  /** Who let a turn pass goes last from now on; who does a duty goes in its place again. */
  letPass(sessions: readonly SessionId[]): void;
  didDuty(session: SessionId): void;

  isPresent(session: SessionId): boolean;
  hasLeft(session: SessionId): boolean;
  /** When that was noticed, ms. */
  leftAtMs(session: SessionId): number;
  isJoining(session: SessionId): boolean;
  /** Epochs of joins that nobody has confirmed. */
  unconfirmed(): readonly bigint[];
  /** The newest epoch confirmed so far. */
  confirmedEpoch(): bigint;
  /** Present members in the order in which duties come to them: leaf order, who let one pass last. */
  turns(members: readonly MemberOf[], me: SessionId): readonly SessionId[];
}

export function createAttendance(): Attendance {
  /** Seats as the relay told them last; of use only until its records are caught up with. */
  const standing = new Map<SessionId, Presence>();
  const present = new Set<SessionId>();
  const leftAt = new Map<SessionId, number>();
  const joining = new Map<SessionId, bigint>();
  const passing = new Set<SessionId>();
  let confirmedEpoch = -1n;

  function noteStanding(): void {
    present.clear();
    for (const [session, presence] of standing) if (presence === "present") present.add(session);
  }

  const hasLeft = (session: SessionId): boolean => leftAt.has(session);
  return {
    seated(seats) {
      standing.clear();
      for (const { session, presence } of seats) standing.set(session, presence);
      noteStanding();
    },
    caughtUp(members, nowMs) {
      noteStanding();
      for (const { session } of members) {
        if (!standing.has(session) && !leftAt.has(session)) leftAt.set(session, nowMs);
      }
    },
    presence({ session, presence }) {
      standing.set(session, presence);
      if (presence === "present") present.add(session);
      else present.delete(session);
    },
    joined(session, epoch) {
      leftAt.delete(session);
      joining.set(session, epoch);
      present.add(session);
    },
    left(session, nowMs) {
      if (!leftAt.has(session)) leftAt.set(session, nowMs);
      present.delete(session);
    },
    removed(session) {
      leftAt.delete(session);
      joining.delete(session);
      present.delete(session);
      passing.delete(session);
    },
    confirmed(epoch) {
      if (epoch > confirmedEpoch) confirmedEpoch = epoch;
      for (const [session, joinedIn] of joining) if (joinedIn <= epoch) joining.delete(session);
    },
    letPass(sessions) {
      for (const session of sessions) passing.add(session);
    },
    didDuty: (session) => void passing.delete(session),
    isPresent: (session) => present.has(session),
    hasLeft,
    leftAtMs: (session) => leftAt.get(session) ?? Number.POSITIVE_INFINITY,
    isJoining: (session) => joining.has(session),
    unconfirmed: () => [...joining.values()],
    confirmedEpoch: () => confirmedEpoch,
    turns(members, me) {
      const able = members
        .map(({ session }) => session)
        .filter((session) => session === me || (present.has(session) && !hasLeft(session)));
      return [
        ...able.filter((session) => !passing.has(session)),
        ...able.filter((session) => passing.has(session)),
      ];
    },
  };
}
