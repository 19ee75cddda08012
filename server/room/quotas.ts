/** Everything that is asked before proposing, of one room; founding quotas are of the whole relay. */
import type { Clock } from "../../shared/clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { RoomLimits } from "./limits.ts";
import { createTokenBucket, type Rate, type TokenBucket } from "./token-bucket.ts";
import { createWindows, type Windows } from "./windows.ts";

export interface Quotas {
  /** For a post, and for a commit beside its own quota. */
  takeOffer(session: SessionId): boolean;
  /** Leaving is nearly free: a seat given up is in nobody's way. */
  takeLeave(session: SessionId): boolean;
  /** For any frame from outside. */
  takeAsk(session: SessionId): boolean;
  takeSignal(session: SessionId): boolean;
  /** For a question about files: it costs the store some work. */
  takeMediaAsk(session: SessionId): boolean;
  /** Of accepted commits: given back where refused. */
  readonly commits: Windows<SessionId>;
  /** Of accepted joins by address key: given back where refused. */
  readonly joins: Windows<string>;
  forget(session: SessionId): void;
}

const LEAVES: Rate = { perSecond: 1, burst: 5 };
const ASKS: Rate = { perSecond: 1, burst: 10 };
/** A post of 16 files at once, and every few minutes each of them again. */
const MEDIA_ASKS: Rate = { perSecond: 4, burst: 64 };

/** Full quotas. */
export function createQuotas(clock: Clock, limits: RoomLimits): Quotas {
  const offers = new Map<SessionId, TokenBucket>();
  const asks = new Map<SessionId, TokenBucket>();
  const leaves = new Map<SessionId, TokenBucket>();
  const signals = new Map<SessionId, TokenBucket>();
  const mediaAsks = new Map<SessionId, TokenBucket>();

  function take(buckets: Map<SessionId, TokenBucket>, rate: Rate, session: SessionId): boolean {
    const bucket = buckets.get(session) ?? createTokenBucket(rate, clock.now());
    buckets.set(session, bucket);
    return bucket.take(clock.now());
  }

  return {
    takeOffer: (session) => take(offers, limits.posts, session),
    takeLeave: (session) => take(leaves, LEAVES, session),
    takeAsk: (session) => take(asks, ASKS, session),
    takeMediaAsk: (session) => take(mediaAsks, MEDIA_ASKS, session),
    takeSignal: (session) => take(signals, limits.signals, session),
    commits: createWindows(limits.commits, () => clock.now()),
    joins: createWindows(limits.joins, () => clock.now()),
    forget(session) {
      asks.delete(session);
      offers.delete(session);
      leaves.delete(session);
      signals.delete(session);
      mediaAsks.delete(session);
    },
  };
}
