/**
 * What this person said and the order has not yet shown: queued, then under way with a counter, until
 * the record itself comes back (DESIGN §2 "post", "acknowledgement"). Pure bookkeeping: no sealing, no
 * socket, no clock. PROTOCOL.md names the rules.
 */
import { MAX_POSTS_UNDER_WAY, REOFFER_WINDOW_MS } from "../../shared/limits.ts";
import type { Refusal } from "../../shared/protocol.ts";
import type { Body } from "./content.ts";
import type { Outgoing, Sealing } from "./outgoing.ts";
import type { FailReason } from "./view.ts";

/** What an offer said of itself, to be understood when it is refused. */
export interface OfferedPost {
  readonly message: Outgoing;
  readonly counter: number;
  readonly flight: number;
}

export interface Outbox {
  add(message: Outgoing): void;
  /** The next message to offer, its counter given; null when none may be. */
  next(): (Outgoing & { counter: number }) | null;
  /** `message` was sealed into `envelope` (its hash as text) and offered. */
  offered(message: Outgoing, envelope: string, sealing: Sealing): OfferedPost;
  /** A record of one's own session came: the message it acknowledges, or null if it is none of ours. */
  acknowledged(envelope: string, counter: number): Outgoing | null;
  /** What a refusal means for the message; returns it when that failed for good. */
  refused(offer: OfferedPost, reason: Refusal, expected: number): Outgoing | null;
  /** Everything under way is offered again: after a reconnection, or a long silence. */
  offerAgain(): void;
  /** Posts up to `counter` stand in the order, but their records are gone: they may have arrived. */
  beyondReach(counter: number): readonly Outgoing[];
  /** The seat is lost: what was ever offered may have arrived; returned. What never left stays queued. */
  seatLost(): readonly Outgoing[];
  /** The order was lost and re-founded in `epoch`; counters start again. */
  refounded(epoch: string, nowMs: number): void;
  /** Without an answer yet. */
  pending(): number;
  /** There is something to offer: `next` would give it, were it not for what was given meanwhile. */
  hasMore(): boolean;
  oldestUnderWay(): Outgoing | null;
  /** Takes back what was never offered; false where it was, or is not there. */
  remove(key: string): boolean;
  /** Forgets what was acknowledged too long ago to be offered again. */
  expire(nowMs: number): void;
  clear(): void;
}

/** `createEmpty` makes the post that takes the counter of one that failed. */
export function createOutbox(createEmpty: () => Outgoing): Outbox {
  let queue: Outgoing[] = [];
  let underWay: Outgoing[] = [];
  /** Acknowledged in this session, for offering again after a lost order. */
  let acknowledged: Outgoing[] = [];
  let byEnvelope = new Map<string, Outgoing>();
  let nextCounter = 1;
  /** Grows whenever everything is offered again, so that a burst of refusals counts once. */
  let flight = 0;

  function dueFrom(counter: number, except: number): void {
    if (except !== flight) return;
    flight += 1;
    for (const message of underWay) if ((message.counter ?? 0) >= counter) message.isDue = true;
  }

  /** Its counter must not stay empty, or all later posts would wait for it for ever. */
  function replaceByEmpty(message: Outgoing): void {
    const empty = createEmpty();
    empty.counter = message.counter;
    empty.isDue = true;
    message.counter = null;
    underWay = underWay.map((other) => (other === message ? empty : other));
  }

  function refusedForGood(offer: OfferedPost, reason: FailReason): Outgoing | null {
    const { message } = offer;
    message.refusedCopies += 1;
    const mayStillStand =
      message.refusedCopies < message.copies || message.counter !== offer.counter;
    if (message.body.kind === "empty" || message.isAgain || mayStillStand) {
      dueFrom(message.counter ?? 0, offer.flight);
      return null;
    }
    forgetCopies([message]);
    message.delivery = "failed";
    message.failReason = reason;
    replaceByEmpty(message);
    dueFrom(offer.counter, flight);
    return message;
  }

  function isStale(offer: OfferedPost): void {
    const { message } = offer;
    if (message.isAgain && message.counter === offer.counter) {
      // Its epoch has passed, so it cannot be offered as it was; it was acknowledged once, no more can be said.
      message.isAgain = false;
      replaceByEmpty(message);
    }
    dueFrom(offer.counter, offer.flight);
  }

  /** No record of theirs can come any more; a message's text must not outlive it here. */
  function forgetCopies(messages: readonly Outgoing[]): void {
    for (const [envelope, message] of byEnvelope) {
      if (messages.includes(message)) byEnvelope.delete(envelope);
    }
  }

  const settle = (message: Outgoing): void => {
    forgetCopies([message]);
    underWay = underWay.filter((other) => other !== message);
    queue = queue.filter((other) => other !== message);
    message.isAgain = false;
    message.delivery = "sent";
    if (isSaid(message.body)) acknowledged.push(message);
  };

  /** Counters begin again, with `waiting` to be offered in that order. */
  function restart(waiting: Outgoing[]): void {
    queue = waiting;
    underWay = [];
    acknowledged = [];
    byEnvelope = new Map();
    nextCounter = 1;
    flight += 1;
  }

  return {
    add: (message) => void queue.push(message),
    next() {
      const due = underWay.find(({ isDue }) => isDue);
      if (due === undefined && underWay.length < MAX_POSTS_UNDER_WAY) {
        const message = queue.shift();
        if (message === undefined) return null;
        message.counter = nextCounter++;
        underWay.push(message);
        return message as Outgoing & { counter: number };
      }
      return due === undefined ? null : (due as Outgoing & { counter: number });
    },
    offered(message, envelope, sealing) {
      message.isDue = false;
      message.copies += 1;
      message.sealing = sealing;
      byEnvelope.set(envelope, message);
      return { message, counter: message.counter ?? 0, flight };
    },
    acknowledged(envelope, counter) {
      const message = byEnvelope.get(envelope) ?? null;
      if (message !== null) settle(message);
      const other = underWay.find((waiting) => waiting.counter === counter);
      if (other !== undefined) {
        // The counter went to another message of mine: this one and the later ones get new ones.
        let next = counter + 1;
        flight += 1;
        for (const waiting of underWay) {
          if ((waiting.counter ?? 0) < counter) continue;
          waiting.counter = next++;
          waiting.isDue = true;
        }
        nextCounter = next;
      }
      nextCounter = Math.max(nextCounter, counter + 1);
      return message;
    },
    refused(offer, reason, expected) {
      if (!underWay.includes(offer.message)) return null;
      switch (reason) {
        case "rate":
          return refusedForGood(offer, "rate");
        case "too-large":
          return refusedForGood(offer, "too-large");
        case "expect":
          dueFrom(expected, offer.flight);
          return null;
        case "stale":
          isStale(offer);
          return null;
        default:
          // `duplicate`: its record settles it. Others end the seat, which is not the outbox's to say.
          return null;
      }
    },
    offerAgain() {
      flight += 1;
      for (const message of underWay) message.isDue = true;
    },
    beyondReach(counter) {
      const gone = underWay.filter((message) => (message.counter ?? 0) <= counter);
      underWay = underWay.filter((message) => !gone.includes(message));
      nextCounter = Math.max(nextCounter, counter + 1);
      forgetCopies(gone);
      // One offered again after a lost order was acknowledged before: that stays true.
      const unknown = gone.filter(({ body, isAgain }) => body.kind !== "empty" && !isAgain);
      for (const message of unknown) message.delivery = "maybe";
      return unknown;
    },
    seatLost() {
      const own = [...underWay, ...queue].filter(({ body, isAgain }) => !isAgain && isSaid(body));
      for (const message of own) message.counter = null;
      const lost = own.filter(({ copies }) => copies > 0);
      for (const message of lost) message.delivery = "maybe";
      restart(own.filter(({ copies }) => copies === 0));
      return lost;
    },
    refounded(epoch, nowMs) {
      const all = [...acknowledged, ...underWay, ...queue].filter(({ body }) => isSaid(body));
      const wasSent = (message: Outgoing): boolean => message.delivery === "sent";
      const again = all.filter(
        (message) =>
          wasSent(message) && message.sealing?.epoch === epoch && isFresh(message, nowMs),
      );
      for (const message of all) {
        message.isAgain = again.includes(message);
        message.counter = null;
      }
      restart([...again, ...all.filter((message) => !wasSent(message))]);
    },
    pending: () =>
      [...underWay, ...queue].filter(({ body, isAgain }) => body.kind !== "empty" && !isAgain)
        .length,
    oldestUnderWay: () => underWay[0] ?? null,
    hasMore: () =>
      underWay.some(({ isDue }) => isDue) ||
      (queue.length > 0 && underWay.length < MAX_POSTS_UNDER_WAY),
    remove(key) {
      const message = queue.find((waiting) => waiting.key === key && waiting.copies === 0);
      queue = queue.filter((waiting) => waiting !== message);
      return message !== undefined;
    },
    expire(nowMs) {
      acknowledged = acknowledged.filter((message) => isFresh(message, nowMs));
    },
    clear: () => restart([]),
  };
}

const isSaid = (body: Body): boolean => body.kind !== "empty";

/** Sealed lately enough to be offered again after a lost order. */
function isFresh({ sealing }: Outgoing, nowMs: number): boolean {
  return sealing !== null && nowMs - sealing.sealedAtMs < REOFFER_WINDOW_MS;
}
