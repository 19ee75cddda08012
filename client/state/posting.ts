/** Takes messages out of the outbox, seals them in the present epoch and offers them (DESIGN §2 "post"). */
import { toHex, type Bytes } from "../../shared/bytes.ts";
import type { Clock, Stop } from "../../shared/clock.ts";
import type { FileId, Incarnation } from "../../shared/ids.ts";
import { HOLD_AFTER_LEAVE_MS } from "../../shared/limits.ts";
import type { Offer } from "../../shared/protocol.ts";
import { wipe, type RoomKeys } from "../crypto/keys.ts";
import { sealPost } from "../crypto/posts.ts";
import { encodeInside, filesOf } from "./content.ts";
import type { OfferedPost, Outbox } from "./outbox.ts";
import type { Outgoing, Sealing } from "./outgoing.ts";
import { fingerprint, sealPostCover } from "./seals.ts";
import type { Seat } from "./seat.ts";

/** Own pace, below what relays allow by default, so that a paste of many lines fails nothing. */
const PACE_PER_S = 8;
const PACE_BURST = 30;
/** Without an answer for so long everything under way is offered again, with the same counters. */
const ANSWER_PATIENCE_MS = 5_500;

export interface Posting {
  /** Offers what may be offered now. To be run alone (serial.ts). */
  pump(seat: Seat): Promise<void>;
  /** A post was refused as stale: nothing is sealed before commit record `last` is applied. */
  sealAfter(last: number): void;
  /** The relay said "too fast". */
  slowDown(): void;
  /** The connection is gone: no answer will come. */
  pause(): void;
  /** A new seat or a new order. */
  reset(): void;
}

export interface PostingDeps {
  readonly clock: Clock;
  readonly keys: Pick<RoomKeys, "outerKey" | "routeId">;
  readonly outbox: Outbox;
  readonly newRef: (offered: OfferedPost) => number;
  readonly offer: (offers: readonly Offer[]) => void;
  /** Runs `task` alone after `delayMs`, then `pump`. */
  readonly later: (delayMs: number, task: () => void) => Stop;
}

/** A post as it is offered, and what it was sealed for. */
interface SealedPost {
  readonly counter: number;
  readonly names: number;
  readonly files: readonly FileId[];
  readonly sealed: Bytes;
  readonly sealing: Sealing;
  readonly incarnation: Incarnation;
}

export function createPosting(deps: PostingDeps): Posting {
  const { clock, keys, outbox } = deps;
  const sealedPosts = new WeakMap<Outgoing, SealedPost>();
  let sealAfter = 0;
  let notBeforeMs = 0;
  let pace = PACE_BURST;
  let paceAtMs = clock.now();
  let watched: Outgoing | null = null;
  let stopWatching: Stop = () => undefined;
  let stopWaiting: Stop = () => undefined;

  /** 0: may post now; else how long to wait. */
  function pauseMs(seat: Seat): number {
    const nowMs = clock.now();
    pace = Math.min(PACE_BURST, pace + ((nowMs - paceAtMs) * PACE_PER_S) / 1000);
    paceAtMs = nowMs;
    const held = seat.group.members
      .filter(({ session }) => session !== seat.me && seat.attendance.hasLeft(session))
      .map(({ session }) => seat.attendance.leftAtMs(session) + HOLD_AFTER_LEAVE_MS);
    const paced = pace < 1 ? nowMs + 1000 / PACE_PER_S : 0;
    return Math.max(0, Math.max(notBeforeMs, paced, ...held) - nowMs);
  }

  function wait(delayMs: number): void {
    stopWaiting();
    stopWaiting = deps.later(delayMs, () => undefined);
  }

  /** No answer is not a refusal: it stays pending, and is offered again. */
  function watch(): void {
    const oldest = outbox.oldestUnderWay();
    if (oldest === watched) return;
    watched = oldest;
    stopWatching();
    if (oldest === null) return;
    stopWatching = deps.later(ANSWER_PATIENCE_MS, () => {
      watched = null;
      if (outbox.oldestUnderWay() === oldest) outbox.offerAgain();
    });
  }

  /**
   * A post offered again is the same bytes while they may still be accepted: each sealing uses up a
   * generation of the ratchet, and who seals many that get lost cannot be opened any more.
   */
  async function sealedPostOf(
    seat: Seat,
    message: Outgoing & { counter: number },
  ): Promise<SealedPost> {
    const { order } = seat;
    const kept = sealedPosts.get(message);
    const isGood =
      kept !== undefined &&
      !message.isAgain &&
      kept.counter === message.counter &&
      kept.names >= sealAfter &&
      kept.sealing.epoch === toHex(order.tag()) &&
      kept.incarnation === order.incarnation;
    if (isGood) return kept;
    const sealing = await seal(seat, message);
    const { incarnation } = order;
    const made = { ...envelope(seat, message, sealing.inner), incarnation, sealing };
    sealedPosts.set(message, made);
    return made;
  }

  async function seal(seat: Seat, message: Outgoing & { counter: number }): Promise<Sealing> {
    const { order } = seat;
    const epoch = toHex(order.tag());
    if (message.isAgain && message.sealing !== null) return message.sealing;
    const inside = encodeInside({
      incarnation: order.incarnation,
      counter: message.counter,
      messageId: message.messageId,
      applied: order.number(),
      orderHash: order.hash(),
      body: message.body,
    });
    const made = await sealPost(seat.group, inside);
    seat.group = made.group;
    wipe(inside, ...made.spent);
    return { inner: made.sealed, epoch, sealedAtMs: clock.now() };
  }

  function envelope(seat: Seat, message: Outgoing & { counter: number }, inner: Bytes) {
    const { order } = seat;
    // What was acknowledged before the order was lost names the `open`, whose epoch it was sealed in.
    const names = message.isAgain ? seat.firstRecord : order.last();
    const epochRecord = message.isAgain ? seat.firstRecord : order.epochRecord();
    const epochTag = message.isAgain ? order.firstTag() : order.tag();
    const { counter, body } = message;
    const post = { session: seat.me, counter, names, files: filesOf(body) };
    const sealed = sealPostCover(keys, post, { epochRecord, epochTag, inner });
    // The text's limit leaves room for every cover.
    if (sealed === null) throw new Error("a post larger than the largest bucket");
    return { ...post, sealed };
  }

  return {
    async pump(seat) {
      const offers: Offer[] = [];
      while (seat.order.last() >= sealAfter) {
        const delayMs = pauseMs(seat);
        if (delayMs > 0) {
          if (outbox.hasMore()) wait(delayMs);
          break;
        }
        const message = outbox.next();
        if (message === null) break;
        pace -= 1;
        const { counter, names, files, sealed, sealing } = await sealedPostOf(seat, message);
        const offered = outbox.offered(message, fingerprint(sealed), sealing);
        offers.push({ kind: "post", ref: deps.newRef(offered), counter, names, files, sealed });
      }
      for (const offer of offers) deps.offer([offer]);
      watch();
    },
    sealAfter(last) {
      sealAfter = Math.max(sealAfter, last);
    },
    slowDown() {
      notBeforeMs = clock.now() + 1000;
    },
    pause() {
      stopWatching();
      stopWaiting();
      watched = null;
    },
    reset() {
      sealAfter = 0;
    },
  };
}
