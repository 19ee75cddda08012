/** A chaos run in small, so that the real one keeps working: it starts real relays and a real Redis. */
import { expect, test } from "vitest";
import { runCell } from "./cell.ts";
import type { Fault } from "./faults.ts";

const SIZES = { regions: null, relays: 2, rooms: 2, members: 3, messagesPerSecond: 20 };
const TIMING = { calmMs: 1_000, healMs: 45_000 };

/** Kills a relay for good: whoever was there goes on at the other one. */
const killed: Fault = {
  async happen({ relays: [relay] }) {
    await relay?.end("SIGKILL");
    return {};
  },
};

test(
  "[§1.5] a relay is killed: every message reaches everybody once, in one order",
  { timeout: 180_000 },
  async () => {
    const outcome = await runCell(killed, SIZES, TIMING);
    expect(outcome.verdict.findings).toEqual([]);
    expect(outcome.verdict.honestlyLost).toBe(0);
    expect(outcome.clientFaults).toEqual([]);
    expect(outcome.written).toBeGreaterThan(0);
    expect(outcome.resumeMs.length).toBeGreaterThan(0);
    expect(outcome.keys.keys).toBeGreaterThan(0);
    expect(outcome.keys.withoutTtl).toEqual([]);
    expect(outcome.keys.readable).toEqual([]);
  },
);
