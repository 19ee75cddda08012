import { expect, it } from "vitest";
import { isPolicy } from "../../shared/policy.ts";
import {
  CAP_CHOICES,
  DEFAULT_CAP,
  DEFAULT_TTL_MS,
  policyOf,
  TTL_CHOICES_MS,
} from "./policy-choices.ts";

it("every choice makes a policy that relays and members accept", () => {
  for (const ttlMs of TTL_CHOICES_MS)
    for (const cap of CAP_CHOICES) expect(isPolicy(policyOf(ttlMs, cap))).toBe(true);
});

it("the proposals are among the choices", () => {
  expect(TTL_CHOICES_MS).toContain(DEFAULT_TTL_MS);
  expect(CAP_CHOICES).toContain(DEFAULT_CAP);
});
