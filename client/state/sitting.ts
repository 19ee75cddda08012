/**
 * What a session does while it has a seat: follows the records, posts, does its duties. How it came to
 * the seat, and what happens when it loses it, is stay.ts's.
 */
import { toHex } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { ClientFrame, Record, Refused, ServerFrame } from "../../shared/protocol.ts";
import { wipeGroup } from "../crypto/group.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { Group } from "../crypto/mls-state.ts";
import type { Confirming } from "./confirming.ts";
import { createDuties } from "./duties.ts";
import { follow } from "./following.ts";
import { confirmedIn, createOffering } from "./offering.ts";
import type { Outbox } from "./outbox.ts";
import { createPosting } from "./posting.ts";
import { continueSeat, createSeat, nicknameOf, type Seat } from "./seat.ts";
import type { Telling } from "./telling.ts";

type Welcome = ServerFrame & { readonly kind: "welcome" };
type Founded = ServerFrame & { readonly kind: "founded" };

export interface SittingDeps {
  readonly clock: Clock;
  readonly keys: RoomKeys;
  readonly outbox: Outbox;
  readonly confirming: Confirming;
  readonly telling: Telling;
  readonly run: (task: () => Promise<void> | void) => void;
  readonly send: (frame: ClientFrame) => void;
  /** The seat is in step with the relay again. */
  readonly inStep: () => void;
  /** The order or the relay says that the seat is gone. */
  readonly unseated: () => void;
  /** What the screen shows may have changed. */
  readonly changed: () => void;
  /** The relay's frames make no sense: connect anew. */
  readonly disorder: () => void;
  readonly mayPost: () => boolean;
}

export interface Sitting {
  seat(): Seat | null;
  isReady(): boolean;
  isConfirmed(): boolean;
  newRef(): number;
  /** Says that it leaves. */
  farewell(): void;
  /** A welcome came; the records up to its head follow. */
  welcomed(welcome: Welcome): void;
  /** The own `open` or joining commit came back: the seat is there, in that group. */
  take(me: SessionId, group: Group, record: Record): Promise<void>;
  records(records: readonly Record[]): Promise<void>;
  presence(frame: ServerFrame & { readonly kind: "presence" }): Promise<void>;
  signals(frame: ServerFrame & { readonly kind: "signals" }): Promise<void>;
  refused(refusals: readonly Refused[]): Promise<void>;
  /** Looks at everything that may be due now. */
  look(): Promise<void>;
  disconnected(): void;
  /** Goes on in a re-founded order; its `open` may have brought a GroupInfo by which nobody can join. */
  refounded(founded: Founded, isJoinable: boolean): void;
  /** Gives the seat up and wipes its keys. */
  drop(): void;
}

export function createSitting(deps: SittingDeps): Sitting {
  const { clock, keys, outbox, confirming, telling } = deps;
  let seat: Seat | null = null;
  let welcome: Welcome | null = null;
  let isReady = false;

  const offering = createOffering(deps);
  const ready = (): Seat | null => (isReady ? seat : null);
  const duties = createDuties({
    clock,
    run: deps.run,
    ready,
    mayConfirm: () => confirming.state() !== "joining",
    async commit(removes) {
      if (seat !== null) await offering.commit(seat, removes);
    },
    confirm() {
      if (seat !== null) offering.confirm(seat);
      deps.changed();
    },
  });
  const posting = createPosting({
    clock,
    keys,
    outbox,
    newRef: (offered) => offering.newRef(offered),
    offer: (offers) => deps.send({ kind: "propose", offers }),
    later: (delayMs, task) =>
      clock.after(delayMs, () =>
        deps.run(() => {
          task();
          return look();
        }),
      ),
  });

  async function look(): Promise<void> {
    confirming.look();
    duties.look();
    if (isReady && seat !== null && deps.mayPost()) await posting.pump(seat);
    deps.changed();
  }

  async function followOne(record: Record): Promise<boolean> {
    if (seat === null) return false;
    for (const happening of await follow(seat, record, keys, clock.now())) {
      if (happening.kind === "unseated" || happening.kind === "stranded") {
        if (happening.kind === "stranded") offering.leave(seat);
        deps.unseated();
        return false;
      }
      if (happening.kind === "acknowledged") {
        const message = outbox.acknowledged(happening.envelope, happening.counter);
        if (message !== null) telling.acknowledged(message, record);
      }
      if (happening.kind === "epoch" && record.session === seat.me) duties.committed();
      if (happening.kind === "joined") duties.confirmLater(seat.group.epoch);
      telling.happened(happening, record, seat.me);
    }
    if (record.kind === "post") duties.active();
    return true;
  }

  async function catchUp(): Promise<void> {
    if (seat === null || welcome === null || seat.order.number() < welcome.head) return;
    const { counter, arrival } = welcome;
    welcome = null;
    isReady = true;
    seat.arrival = arrival;
    seat.attendance.caughtUp(seat.group.members, clock.now());
    for (const message of outbox.beyondReach(counter)) telling.changed(message);
    outbox.offerAgain();
    deps.inStep();
  }

  return {
    seat: () => seat,
    isReady: () => isReady,
    isConfirmed: () => confirming.state() !== "joining",
    newRef: () => offering.newRef(null),
    farewell() {
      if (seat !== null) offering.leave(seat);
    },
    welcomed(frame) {
      if (seat !== null && seat.order.incarnation !== frame.incarnation) return deps.disorder();
      welcome = frame;
      telling.relayTime(frame.nowMs);
      seat?.attendance.seated(frame.seated);
    },
    async take(me, group, record) {
      if (welcome === null) return deps.disorder();
      seat = createSeat({ me, group, incarnation: welcome.incarnation, record });
      duties.reset();
      posting.reset();
      seat.attendance.seated(welcome.seated);
      confirming.seated(seat, record.kind === "open");
      // The room's policy is known only now, and what is told next expires by it.
      deps.changed();
      if (record.kind === "open") telling.notice({ kind: "founded" });
      else {
        const nickname = nicknameOf(seat, me) ?? "";
        telling.happened({ kind: "joined", session: me, nickname }, record, me);
      }
      await catchUp();
    },
    async records(records) {
      for (const record of records) {
        if (seat === null) return;
        const isLive = welcome === null;
        if (isLive && record.number > seat.order.number() + 1) return deps.disorder();
        if (!(await followOne(record))) return;
        await catchUp();
      }
      await look();
    },
    async presence({ changes }) {
      for (const change of changes) seat?.attendance.presence(change);
      await look();
    },
    async signals(frame) {
      for (const { session, sealed } of frame.signals) {
        if (seat === null || session === seat.me) continue;
        const epoch = confirmedIn(seat, keys, { session, sealed });
        if (epoch === null) continue;
        seat.attendance.confirmed(epoch);
        seat.attendance.didDuty(session);
        confirming.heard(session, epoch);
      }
      await look();
    },
    async refused(refusals) {
      for (const { ref, reason, detail } of refusals) {
        if (reason === "left" || reason === "no-seat") return deps.unseated();
        const offered = offering.takeRef(ref);
        if (offered === null) {
          duties.refused();
          continue;
        }
        if (reason === "stale") posting.sealAfter(detail);
        if (reason === "rate") posting.slowDown();
        const failed = outbox.refused(offered, reason, detail);
        if (failed !== null) telling.changed(failed);
      }
      await look();
    },
    look,
    disconnected() {
      isReady = false;
      welcome = null;
      offering.forget();
      posting.pause();
      duties.look();
    },
    refounded({ incarnation, open }, isJoinable) {
      if (seat === null) return;
      continueSeat(seat, incarnation, open);
      // Whoever re-founded lied: the next in turn repairs it as it would a void commit.
      if (!isJoinable) seat.voidSinceMs = clock.now();
      duties.reset();
      posting.reset();
      outbox.refounded(toHex(seat.order.tag()), clock.now());
      telling.notice({ kind: "order-lost" });
    },
    drop() {
      isReady = false;
      welcome = null;
      offering.forget();
      posting.pause();
      duties.stop();
      if (seat !== null) {
        for (const { pending } of seat.ownCommits) wipeGroup(pending.group);
        wipeGroup(seat.group);
      }
      seat = null;
    },
  };
}
