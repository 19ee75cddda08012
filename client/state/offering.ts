/** What a seat says to its relay besides posts, and the tags by which refusals are told apart. */
import { equal, type Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { ClientFrame } from "../../shared/protocol.ts";
import { commit } from "../crypto/group.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { openSignal, sealSignal } from "../crypto/signals.ts";
import { CONFIRM_SIGNAL } from "./content.ts";
import { commitOffer } from "./entering.ts";
import type { OfferedPost } from "./outbox.ts";
import { openSignalCover, sealSignalCover } from "./seals.ts";
import type { Seat } from "./seat.ts";

export interface Offering {
  /** A fresh tag; `about` is what `takeRef` gives back for it. */
  newRef(about: OfferedPost | null): number;
  takeRef(ref: number): OfferedPost | null;
  /** Commits; the own state stays as it is until the record is back. */
  commit(seat: Seat, removes: readonly SessionId[]): Promise<void>;
  /** Confirms everybody who is in this epoch. */
  confirm(seat: Seat): void;
  leave(seat: Seat): void;
  /** The connection is gone: nobody will answer any more. */
  forget(): void;
}

export function createOffering(deps: {
  readonly clock: Clock;
  readonly keys: RoomKeys;
  readonly send: (frame: ClientFrame) => void;
}): Offering {
  const { clock, keys, send } = deps;
  const refs = new Map<number, OfferedPost>();
  let lastRef = 0;
  let signals = 0;

  function newRef(about: OfferedPost | null): number {
    lastRef = (lastRef + 1) >>> 0;
    if (about !== null) refs.set(lastRef, about);
    return lastRef;
  }

  return {
    newRef,
    takeRef(ref) {
      const about = refs.get(ref) ?? null;
      refs.delete(ref);
      return about;
    },
    async commit(seat, removes) {
      const follows = seat.order.last();
      const pending = await commit(seat.group, removes);
      const about = { session: seat.me, follows, removes };
      const offer = commitOffer(keys, about, pending, newRef(null));
      if (offer === null) return;
      seat.ownCommits.push({ follows, proposedAtMs: clock.now(), pending });
      send({ kind: "propose", offers: [offer] });
    },
    confirm(seat) {
      seat.attendance.confirmed(seat.group.epoch);
      signals += 1;
      const signal = sealSignal(seat.group, signals, CONFIRM_SIGNAL);
      const sealed = sealSignalCover(keys, seat.me, signal);
      if (sealed !== null) send({ kind: "signal", sealed });
    },
    leave(seat) {
      const offer = { kind: "leave", ref: newRef(null), arrival: seat.arrival } as const;
      send({ kind: "propose", offers: [offer] });
    },
    forget: () => refs.clear(),
  };
}

/** The epoch that a signal confirms newcomers up to; null for any other signal. */
export function confirmedIn(
  seat: Seat,
  keys: RoomKeys,
  { session, sealed }: { readonly session: SessionId; readonly sealed: Bytes },
): bigint | null {
  const inner = openSignalCover(keys, session, sealed);
  const opened = inner === null ? null : openSignal(seat.group, session, inner);
  return opened !== null && equal(opened.body, CONFIRM_SIGNAL) ? opened.epoch : null;
}
