/** What a room's founder decides once; it stands in `open` for relays and in the group for members. */
import * as limits from "./limits.ts";

export interface Policy {
  /** How long a record is kept, by relays and on screens. */
  readonly messageTtlMs: number;
  /** Most members at once. */
  readonly memberCap: number;
  /** How long a silent session may resume before it counts as left. */
  readonly graceMs: number;
  /** How long the room may exist at all. */
  readonly lifetimeMs: number;
}

const within = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

/** True for a policy that every relay and member accepts. */
export function isPolicy(policy: Policy): boolean {
  return (
    within(policy.messageTtlMs, limits.MIN_MESSAGE_TTL_MS, limits.MAX_MESSAGE_TTL_MS) &&
    within(policy.memberCap, limits.MIN_MEMBER_CAP, limits.MAX_MEMBER_CAP) &&
    within(policy.graceMs, limits.MIN_GRACE_MS, limits.MAX_GRACE_MS) &&
    within(policy.lifetimeMs, limits.MIN_LIFETIME_MS, limits.MAX_LIFETIME_MS)
  );
}

export function samePolicy(a: Policy, b: Policy): boolean {
  return (
    a.messageTtlMs === b.messageTtlMs &&
    a.memberCap === b.memberCap &&
    a.graceMs === b.graceMs &&
    a.lifetimeMs === b.lifetimeMs
  );
}
