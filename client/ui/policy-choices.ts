/** What a founder may choose from; every choice is a policy that relays and members accept. */
import { DEFAULT_GRACE_MS, MAX_LIFETIME_MS, MAX_MEMBER_CAP } from "../../shared/limits.ts";
import type { Policy } from "../../shared/policy.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const TTL_CHOICES_MS: readonly number[] = [
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
  24 * HOUR_MS,
];
export const DEFAULT_TTL_MS = HOUR_MS;

export const CAP_CHOICES: readonly number[] = [2, 5, 10, 25, 50, MAX_MEMBER_CAP];
export const DEFAULT_CAP = 25;

/** The policy of a new room. */
export function policyOf(messageTtlMs: number, memberCap: number): Policy {
  return { messageTtlMs, memberCap, graceMs: DEFAULT_GRACE_MS, lifetimeMs: MAX_LIFETIME_MS };
}
