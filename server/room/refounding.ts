/** When the order was lost (DESIGN §2): which of several re-founding proposals a relay takes up. Pure. */
import { toHex } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import { MAX_MEMBER_CAP } from "../../shared/limits.ts";
import { samePolicy } from "../../shared/policy.ts";
import type { Open, Refounding } from "../../shared/protocol.ts";

/** An `open` that founds again. */
export interface Refound extends Open {
  readonly refounding: Refounding;
}

/** The later proposal of a session replaces its earlier: one vote each. */
export type Proposals = ReadonlyMap<SessionId, Refound>;

/**
 * The proposal whose epoch (and policy) most sessions name, then of the higher epoch, then of the higher number
 * reached. It seats every session that a proposal of the same epoch lists: one proposer alone can't
 * leave others out. Null where there is none.
 */
export function pickRefounding(proposals: Proposals): Refound | null {
  const all = [...proposals.values()];
  const votes = (open: Refound) => all.filter((other) => sameEpoch(open, other)).length;
  const [best] = all.toSorted(
    (a, b) =>
      votes(b) - votes(a) ||
      Number(b.refounding.epoch - a.refounding.epoch) ||
      b.refounding.reached - a.refounding.reached,
  );
  if (best === undefined) return null;
  const sessions = union(best, all);
  return { ...best, refounding: { ...best.refounding, sessions } };
}

/** With the policy: a member who names the others' epoch with another one speaks for himself only. */
function sameEpoch(a: Refound, b: Refound): boolean {
  const isOneName = toHex(a.refounding.epochName) === toHex(b.refounding.epochName);
  return isOneName && samePolicy(a.policy, b.policy);
}

/** The proposer first, then by how many list them: where lies overfill the room, they fall off the end. */
function union(best: Refound, all: readonly Refound[]): SessionId[] {
  const listings = new Map<SessionId, number>();
  for (const open of all) {
    if (!sameEpoch(open, best)) continue;
    for (const session of new Set(open.refounding.sessions)) {
      listings.set(session, (listings.get(session) ?? 0) + 1);
    }
  }
  listings.set(best.session, Number.POSITIVE_INFINITY);
  return Array.from(listings)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_MEMBER_CAP)
    .map(([session]) => session)
    .toSorted();
}
