/** Everything that a seated session holds of its room; it goes whole when the seat is lost. */
import type { Incarnation, SessionId } from "../../shared/ids.ts";
import type { Record } from "../../shared/protocol.ts";
import { wipe } from "../crypto/keys.ts";
import { spentBetween, type Group } from "../crypto/mls-state.ts";
import type { Pending } from "../crypto/group.ts";
import { createAttendance, type Attendance } from "./attendance.ts";
import { createOrder, type Order } from "./order.ts";

/** A commit of one's own, kept until a commit record with the same predecessor is processed (DESIGN §2). */
export interface OwnCommit {
  readonly follows: number;
  readonly proposedAtMs: number;
  readonly pending: Pending;
}

export interface Seat {
  readonly me: SessionId;
  group: Group;
  order: Order;
  attendance: Attendance;
  ownCommits: OwnCommit[];
  /** Own posts that stand in the order since the present epoch began. */
  postsInEpoch: number;
  /** Since when there is no usable GroupInfo: the first void commit since a valid one, ms. */
  voidSinceMs: number | null;
  /** Number of this session's newest arrival (open, commit or arrive). */
  arrival: number;
  /** Number of the record that this order began with, for this session. */
  firstRecord: number;
  readonly joinedEpoch: bigint;
  /** Leaves that were there before this session: their confirm counts. */
  readonly elders: ReadonlySet<SessionId>;
  /** Incarnations of the order that this seat has lived through, the present one included. */
  readonly lives: Set<Incarnation>;
  /** Last counter seen of each session's posts. */
  readonly counters: Map<SessionId, number>;
  /** Records told as a gap that no skipped counter has been put down to yet. */
  unaccounted: number;
  /** Messages shown, as session and id (an id alone could be taken by another), and in which life of the order. */
  readonly shown: Map<string, Incarnation>;
  /** Inner ciphertexts opened: one offered again after a lost order opens for nobody twice. */
  readonly opened: Set<string>;
  /** Sessions whose leaving was told. */
  readonly toldLeft: Set<SessionId>;
}

export interface SeatedBy {
  readonly me: SessionId;
  readonly group: Group;
  readonly incarnation: Incarnation;
  /** The own `open` or joining commit. */
  readonly record: Record;
}

export function createSeat({ me, group, incarnation, record }: SeatedBy): Seat {
  return {
    me,
    group,
    order: createOrder(incarnation, record, group.authenticator),
    attendance: createAttendance(),
    ownCommits: [],
    postsInEpoch: 0,
    voidSinceMs: null,
    arrival: record.number,
    firstRecord: record.number,
    joinedEpoch: group.epoch,
    elders: new Set(group.members.map(({ session }) => session).filter((s) => s !== me)),
    lives: new Set([incarnation]),
    counters: new Map(),
    unaccounted: 0,
    shown: new Map(),
    opened: new Set(),
    toldLeft: new Set(),
  };
}

/** Goes on from a re-founding whose epoch is this seat's: same keys, new order (DESIGN §2). */
export function continueSeat(seat: Seat, incarnation: Incarnation, open: Record): void {
  seat.order = createOrder(incarnation, open, seat.group.authenticator);
  seat.attendance = createAttendance();
  dropOwnCommits(seat);
  seat.voidSinceMs = null;
  seat.firstRecord = open.number;
  seat.lives.add(incarnation);
  seat.counters.clear();
  seat.unaccounted = 0;
}

/** [V3] Wipes what commits of one's own hold that can not be applied any more, and the present group does not. */
export function dropOwnCommits(seat: Seat): void {
  for (const { pending } of seat.ownCommits) wipe(...spentBetween(pending.group, seat.group));
  seat.ownCommits = [];
}

export function nicknameOf(seat: Seat, session: SessionId): string | null {
  return seat.group.members.find((member) => member.session === session)?.nickname ?? null;
}
