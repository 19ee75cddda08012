import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { routeIdOf, sessionIdOf } from "../../shared/ids.ts";
import { RULES_VERSION } from "../../shared/protocol.ts";
import { describeLogContract } from "../ports/log.contract.ts";
import { judge } from "../room/judge.ts";
import { createHandClock } from "../stories/hand-clock.ts";
import { createMemoryLog } from "./memory-log.ts";

function create() {
  const clock = createHandClock();
  let drawn = 0;
  const random = (length: number) =>
    Uint8Array.from(createHash("sha256").update(`random ${drawn++}`).digest()).slice(0, length);
  const log = createMemoryLog({ clock, random, judge });
  return { clock, log };
}

describeLogContract("memory", { slackMs: 1_000, hasManyRelays: false }, () => {
  const { clock, log } = create();
  return {
    log,
    passes: (ms) => clock.advance(ms),
    settle: () => clock.settle(),
    isEmpty: () => Promise.resolve(log.isEmpty()),
    another: () => Promise.reject(new Error("a process has one")),
    close: () => log.close(),
  };
});

test("memory itself goes at the TTL, within a second, though nobody asks", async () => {
  const { clock, log } = create();
  const session = sessionIdOf(new Uint8Array(16));
  const policy = { messageTtlMs: 60_000, memberCap: 9, graceMs: 15_000, lifetimeMs: 3_600_000 };
  const sealed = new Uint8Array(512);
  const room = await log.serve(routeIdOf(new Uint8Array(16)), {
    records: () => undefined,
    ended: () => undefined,
    lost: () => undefined,
    noted: () => undefined,
  });
  const open = {
    kind: "open",
    session,
    rules: RULES_VERSION,
    policy,
    refounding: null,
    sealed,
  } as const;
  await room.append([{ proposal: open, groupInfo: null }]);
  for (let counter = 1; counter <= 100; counter++) {
    const post = { kind: "post", session, counter, names: 1, files: [], sealed } as const;
    await room.append([{ proposal: post, groupInfo: null }]);
    await clock.advance(10);
  }
  expect(log.size()).toEqual({ rooms: 1, records: 101, bytes: 101 * 768 });
  // The last of them is 10 ms old, the first a second.
  await clock.advance(59_990);
  expect(log.size().records).toBeLessThan(101);
  await clock.advance(1_000);
  expect(log.size()).toEqual({ rooms: 1, records: 1, bytes: 768 });
  await clock.advance(15_000);
  expect(log.size()).toEqual({ rooms: 1, records: 0, bytes: 0 });
  // One timer waits for the room's own end; none for records that are gone.
  expect(clock.waiting()).toBe(1);
});
