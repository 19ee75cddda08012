/** What every driver of the log must do: its own test file calls this with a way to make one. */
import { beforeEach, describe, expect, test } from "vitest";
import { routeIdOf, sessionIdOf, type RouteId, type SessionId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import { RULES_VERSION, type Proposal, type Record } from "../../shared/protocol.ts";
import type { HandClock } from "../stories/hand-clock.ts";
import type { Candidate, Log, RoomLog } from "./log.ts";

/** A fresh, empty log with the real rules. */
export interface LogUnderTest {
  readonly log: Log;
  /** The clock that it lives by. */
  readonly clock: HandClock;
  /** True where nothing of any room is left in the store. */
  readonly isEmpty: () => Promise<boolean>;
}

const POLICY: Policy = {
  messageTtlMs: 60_000,
  memberCap: 10,
  graceMs: 30_000,
  lifetimeMs: 600_000,
};
const TTL_SLACK_MS = 1_000;

const routeOf = (byte: number): RouteId => routeIdOf(new Uint8Array(16).fill(byte));
const sessionOf = (byte: number): SessionId => sessionIdOf(new Uint8Array(16).fill(byte));
const sealedOf = (byte: number) => new Uint8Array(512).fill(byte);

const ROUTE = routeOf(1);
const ALICE = sessionOf(0xa1);
const BOB = sessionOf(0xb0);

const plain = (proposal: Proposal): Candidate => ({ proposal, groupInfo: null });
const open = (session = ALICE, policy = POLICY): Candidate =>
  plain({
    kind: "open",
    session,
    rules: RULES_VERSION,
    policy,
    refounding: null,
    sealed: sealedOf(1),
  });
const commit = (session: SessionId, follows: number): Candidate => ({
  proposal: {
    kind: "commit",
    session,
    follows,
    removes: [],
    groupInfoHash: new Uint8Array(32),
    sealed: sealedOf(2),
  },
  groupInfo: sealedOf(follows + 100),
});
const post = (session: SessionId, counter: number, names = 1): Candidate =>
  plain({ kind: "post", session, counter, names, sealed: sealedOf(counter) });
const leave = (session: SessionId, arrival: number): Candidate =>
  plain({ kind: "leave", session, arrival });

/** Serves a room and remembers what it heard. */
async function serve(log: Log, route = ROUTE) {
  const heard: Record[] = [];
  let endings = 0;
  const room: RoomLog = await log.serve(route, {
    records: (records) => heard.push(...records),
    ended: () => endings++,
    lost: () => undefined,
    noted: () => undefined,
  });
  return { room, heard, numbers: () => heard.map(({ number }) => number), endings: () => endings };
}

/** Registers the suite; `create` makes the log under test, empty. */
export function describeLogContract(
  name: string,
  create: () => LogUnderTest | Promise<LogUnderTest>,
): void {
  describe(`the log: ${name}`, () => {
    let under: LogUnderTest;
    beforeEach(async () => {
      under = await create();
    });

    test("[O1] accepted proposals get dense numbers from 1, refused ones none", async () => {
      const { room, numbers } = await serve(under.log);
      const results = await room.append([open(), post(ALICE, 1), post(ALICE, 3), post(ALICE, 2)]);
      expect(results).toEqual([
        { kind: "accepted", number: 1 },
        { kind: "accepted", number: 2 },
        { kind: "refused", reason: "expect", detail: 2 },
        { kind: "accepted", number: 3 },
      ]);
      await under.clock.settle();
      expect(numbers()).toEqual([1, 2, 3]);
    });

    test("[O2] every record is heard once, in order, however the appends overlap", async () => {
      const { room, numbers, heard } = await serve(under.log);
      await room.append([open()]);
      await Promise.all([
        room.append([commit(BOB, 1)]),
        ...Array.from({ length: 20 }, (_, i) => room.append([post(ALICE, i + 1)])),
      ]);
      await under.clock.settle();
      expect(numbers()).toEqual(Array.from({ length: 22 }, (_, i) => i + 1));
      const counters = heard.flatMap((record) => (record.kind === "post" ? [record.counter] : []));
      expect(counters).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    test("[O2] what append accepted was delivered by the time it answers, or is delivered next", async () => {
      const { room, numbers } = await serve(under.log);
      await room.append([open(), post(ALICE, 1)]);
      await under.clock.settle();
      expect(numbers()).toEqual([1, 2]);
      expect(room.standing()?.head).toBe(2);
    });

    test("[C1] of two commits that follow the same one, proposed at once, exactly one wins", async () => {
      const { room } = await serve(under.log);
      await room.append([open()]);
      const [first, second] = await Promise.all([
        room.append([commit(ALICE, 1)]),
        room.append([commit(BOB, 1)]),
      ]);
      expect([first, second].flat().map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["accepted", "refused"]),
      );
      expect([first, second].flat()).toContainEqual({
        kind: "refused",
        reason: "behind",
        detail: 2,
      });
    });

    test("[P3] the same post proposed twice at once is in the order once", async () => {
      const { room, heard } = await serve(under.log);
      await room.append([open()]);
      const results = await Promise.all([
        room.append([post(ALICE, 1)]),
        room.append([post(ALICE, 1)]),
      ]);
      expect(results.flat()).toContainEqual({ kind: "refused", reason: "duplicate", detail: 2 });
      await under.clock.settle();
      expect(heard).toHaveLength(2);
    });

    test("a listener may append from within a delivery", async () => {
      const numbers: number[] = [];
      const appended: Promise<unknown>[] = [];
      const room = await under.log.serve(ROUTE, {
        records(records) {
          for (const { number } of records) {
            numbers.push(number);
            if (number < 5) appended.push(room.append([post(ALICE, number)]));
          }
        },
        ended: () => undefined,
        lost: () => undefined,
        noted: () => undefined,
      });
      await room.append([open()]);
      await under.clock.settle();
      await Promise.all(appended);
      expect(numbers).toEqual([1, 2, 3, 4, 5]);
    });

    test("[J3] where no room stands there is no state, and only an open is accepted", async () => {
      const { room, heard } = await serve(under.log);
      expect(room.standing()).toBeNull();
      expect(await room.append([post(ALICE, 1)])).toEqual([
        { kind: "refused", reason: "no-room", detail: 0 },
      ]);
      expect(await room.since(0)).toEqual([]);
      expect(heard).toEqual([]);
    });

    test("[O4] the newest commit record and its GroupInfo are at hand, the open's own at first", async () => {
      const { room } = await serve(under.log);
      await room.append([open()]);
      expect(room.standing()?.last.record.number).toBe(1);
      expect(room.standing()?.last.groupInfo).toEqual(sealedOf(1));
      await room.append([commit(BOB, 1), post(ALICE, 1)]);
      await under.clock.settle();
      expect(room.standing()?.last.record).toMatchObject({ kind: "commit", number: 2 });
      expect(room.standing()?.last.groupInfo).toEqual(sealedOf(101));
      expect(room.standing()?.open?.number).toBe(1);
    });

    test("[O4] since answers what is above a number, in order", async () => {
      const { room } = await serve(under.log);
      await room.append([open(), post(ALICE, 1), commit(BOB, 1), post(ALICE, 2)]);
      expect((await room.since(0)).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
      expect((await room.since(2)).map(({ number }) => number)).toEqual([3, 4]);
      expect(await room.since(4)).toEqual([]);
      expect(await room.since(99)).toEqual([]);
    });

    test("[O4] posts go at the TTL, commits at TTL and grace, the newest commit with the room", async () => {
      const { room } = await serve(under.log);
      await room.append([open(), post(ALICE, 1), commit(BOB, 1), commit(ALICE, 3)]);
      const kept = async () => (await room.since(0)).map(({ number }) => number);
      await under.clock.advance(POLICY.messageTtlMs - 1);
      expect(await kept()).toEqual([1, 2, 3, 4]);
      await under.clock.advance(TTL_SLACK_MS);
      expect(await kept()).toEqual([1, 3, 4]);
      expect(room.standing()?.open?.number).toBe(1);
      await under.clock.advance(POLICY.graceMs);
      expect(await kept()).toEqual([]);
      expect(room.standing()?.open).toBeNull();
      expect(room.standing()?.last.record.number).toBe(4);
      expect(room.standing()?.last.groupInfo).toEqual(sealedOf(103));
    });

    test("[O1] numbers go on after records have expired", async () => {
      const { room } = await serve(under.log);
      await room.append([open(), post(ALICE, 1)]);
      await under.clock.advance(POLICY.messageTtlMs + POLICY.graceMs + TTL_SLACK_MS);
      expect(await room.append([post(ALICE, 2)])).toEqual([{ kind: "accepted", number: 3 }]);
      expect((await room.since(0)).map(({ number }) => number)).toEqual([3]);
    });

    test("what is kept is weighed, and weighs nothing once expired", async () => {
      const { room } = await serve(under.log);
      await room.append([open()]);
      const before = room.standing()?.keptBytes ?? 0;
      await room.append([post(ALICE, 1), post(ALICE, 2)]);
      expect((room.standing()?.keptBytes ?? 0) - before).toBeGreaterThanOrEqual(1024);
      await under.clock.advance(POLICY.messageTtlMs + POLICY.graceMs + TTL_SLACK_MS);
      expect(room.standing()?.keptBytes).toBe(0);
    });

    test("[O6] the last leave purges the room: it is heard, then the end, and nothing is left", async () => {
      const { room, heard, endings } = await serve(under.log);
      await room.append([open(), post(ALICE, 1)]);
      const standing = room.standing();
      expect(standing).not.toBeNull();
      await room.append([leave(ALICE, 1)]);
      await under.clock.settle();
      expect(heard.at(-1)).toMatchObject({ kind: "leave", number: 3 });
      expect(endings()).toBe(1);
      expect(room.standing()).toBeNull();
      expect(await room.since(0)).toEqual([]);
      expect(await under.isEmpty()).toBe(true);
    });

    test("[O6] a purge leaves nothing", async () => {
      const { room, endings } = await serve(under.log);
      await room.append([open(), post(ALICE, 1)]);
      await room.purge();
      await under.clock.settle();
      expect(endings()).toBe(1);
      expect(room.standing()).toBeNull();
      expect(await under.isEmpty()).toBe(true);
      await room.purge();
      expect(endings()).toBe(1);
    });

    test("[O6] the policy's lifetime ends the room, served or not", async () => {
      const served = await serve(under.log);
      await served.room.append([open()]);
      const other = await serve(under.log, routeOf(2));
      await other.room.append([open()]);
      other.room.close();
      await under.clock.advance(POLICY.lifetimeMs - TTL_SLACK_MS);
      expect(served.endings()).toBe(0);
      await under.clock.advance(2 * TTL_SLACK_MS);
      expect(served.endings()).toBe(1);
      expect(other.endings()).toBe(0);
      expect(await under.isEmpty()).toBe(true);
    });

    test("[O5] a room founded again where one ended has another incarnation and counts from 1", async () => {
      const { room, numbers } = await serve(under.log);
      await room.append([open()]);
      const first = room.standing()?.incarnation;
      await room.append([leave(ALICE, 1), open(BOB)]);
      await under.clock.settle();
      expect(room.standing()?.incarnation).not.toBe(first);
      expect(numbers()).toEqual([1, 2, 1]);
      // Nothing of the first life reaches into the second.
      expect(await room.append([post(ALICE, 1), post(BOB, 1)])).toEqual([
        { kind: "refused", reason: "no-seat", detail: 0 },
        { kind: "accepted", number: 2 },
      ]);
    });

    test("[O7] two rooms know nothing of each other", async () => {
      const here = await serve(under.log, routeOf(1));
      const there = await serve(under.log, routeOf(2));
      await here.room.append([open(), post(ALICE, 1)]);
      await there.room.append([open(BOB)]);
      await under.clock.settle();
      expect(here.numbers()).toEqual([1, 2]);
      expect(there.numbers()).toEqual([1]);
      expect(here.room.standing()?.incarnation).not.toBe(there.room.standing()?.incarnation);
      await here.room.purge();
      expect(there.room.standing()?.head).toBe(1);
    });

    test("who stops serving hears nothing more; the room stands for who serves it next", async () => {
      const first = await serve(under.log);
      await first.room.append([open()]);
      first.room.close();
      await expect(first.room.append([post(ALICE, 1)])).rejects.toThrow("served");
      const second = await serve(under.log);
      expect(second.room.standing()?.head).toBe(1);
      await second.room.append([post(ALICE, 1)]);
      await under.clock.settle();
      expect(first.numbers()).toEqual([1]);
      expect(second.numbers()).toEqual([2]);
    });

    test("a route is served once at a time", async () => {
      await serve(under.log);
      await expect(serve(under.log)).rejects.toThrow("served");
    });

    test("a closed log is not ready, and an append to it is refused by a throw", async () => {
      const { room } = await serve(under.log);
      expect(under.log.isReady()).toBe(true);
      await under.log.close();
      expect(under.log.isReady()).toBe(false);
      await expect(room.append([open()])).rejects.toThrow("closed");
    });
  });
}
