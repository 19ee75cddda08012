import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

describe("backoff", () => {
  it("grows from a quarter of a second to 2 s, in a long outage to 10 s, never to nothing", () => {
    expect(backoffMs(0, 0, null)).toBe(125);
    expect(backoffMs(0, 0.999, null)).toBe(250);
    expect(backoffMs(3, 0, null)).toBe(1000);
    expect(backoffMs(49, 0.999_999, null)).toBe(2_000);
    expect(backoffMs(50, 0.999_999, null)).toBe(10_000);
  });

  it("follows the relay's hint once, then its own way", () => {
    expect(backoffMs(0, 0.5, 2_345)).toBe(2_345);
    expect(backoffMs(1, 0, 2_345)).toBe(250);
  });
});
