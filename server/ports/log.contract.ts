/** What every driver of the log must do: its own test file calls this with a way to make one. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Log } from "./log.ts";
import {
  ALICE,
  BOB,
  commit,
  leave,
  noteOf,
  open,
  POLICY,
  post,
  ROUTE,
  routeOf,
  sealedOf,
  serve,
} from "./test-room.ts";

/** A fresh, empty log with the real rules, and the world that it lives in. */
export interface LogUnderTest {
  readonly log: Log;
  /** Has that time pass for the log and for its store. */
  readonly passes: (ms: number) => Promise<void>;
  /** Lets what is under way arrive. */
  readonly settle: () => Promise<void>;
  /** True where nothing of any room is left in the store. */
  readonly isEmpty: () => Promise<boolean>;
  /** Another relay's log over the same store. @throws where the driver is of one process. */
  readonly another: () => Promise<Log>;
  readonly close: () => Promise<void>;
}

export interface DriverTraits {
  /** How far from its time a record may go, as these tests make time pass. */
  readonly slackMs: number;
  /** Several relays may share its store. */
  readonly hasManyRelays: boolean;
}

/** Registers the suite; `create` makes the log under test, empty. */
export function describeLogContract(
  name: string,
  { slackMs, hasManyRelays }: DriverTraits,
  create: () => LogUnderTest | Promise<LogUnderTest>,
): void {
  describe(`the log: ${name}`, () => {
    let under: LogUnderTest;
    beforeEach(async () => {
      under = await create();
    });
    afterEach(() => under.close());

    test("[O1] accepted proposals get dense numbers from 1, refused ones none", async () => {
      const { room, numbers } = await serve(under.log);
      const results = await room.append([open(), post(ALICE, 1), post(ALICE, 3), post(ALICE, 2)]);
      expect(results).toEqual([
        { kind: "accepted", number: 1 },
        { kind: "accepted", number: 2 },
        { kind: "refused", reason: "expect", detail: 2 },
        { kind: "accepted", number: 3 },
      ]);
      await under.settle();
      expect(numbers()).toEqual([1, 2, 3]);
    });

    test("[O2] every record is heard once, in order, however the appends overlap", async () => {
      const { room, numbers, heard } = await serve(under.log);
      await room.append([open()]);
      await Promise.all([
        room.append([commit(BOB, 1)]),
        ...Array.from({ length: 20 }, (_, i) => room.append([post(ALICE, i + 1)])),
      ]);
      await under.settle();
      expect(numbers()).toEqual(Array.from({ length: 22 }, (_, i) => i + 1));
      const counters = heard.flatMap((record) => (record.kind === "post" ? [record.counter] : []));
      expect(counters).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    test("[O2] what append accepted was delivered by the time it answers, or is delivered next", async () => {
      const { room, numbers } = await serve(under.log);
      await room.append([open(), post(ALICE, 1)]);
      await under.settle();
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
      await under.settle();
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
      await vi.waitFor(() => expect(numbers).toEqual([1, 2, 3, 4, 5]));
      await Promise.all(appended);
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
      await under.settle();
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
      await under.passes(POLICY.messageTtlMs - slackMs);
      expect(await kept()).toEqual([1, 2, 3, 4]);
      await under.passes(2 * slackMs);
      expect(await kept()).toEqual([1, 3, 4]);
      expect(room.standing()?.open?.number).toBe(1);
      await under.passes(POLICY.graceMs);
      // The newest commit record stays as long as the room: a log may still answer with it.
      expect((await kept()).filter((number) => number !== 4)).toEqual([]);
      expect(room.standing()?.open).toBeNull();
      expect(room.standing()?.last.record.number).toBe(4);
      expect(room.standing()?.last.groupInfo).toEqual(sealedOf(103));
    });

    test("[O1] numbers go on after records have expired", async () => {
      const { room } = await serve(under.log);
      await room.append([open(), post(ALICE, 1)]);
      await under.passes(POLICY.messageTtlMs + POLICY.graceMs + slackMs);
      expect(await room.append([post(ALICE, 2)])).toEqual([{ kind: "accepted", number: 3 }]);
      const kept = (await room.since(0)).map(({ number }) => number);
      expect(kept.filter((number) => number !== 1)).toEqual([3]);
    });

    test("what is kept is weighed, and weighs nothing once expired", async () => {
      const { room } = await serve(under.log);
      await room.append([open()]);
      const before = room.standing()?.keptBytes ?? 0;
      await room.append([post(ALICE, 1), post(ALICE, 2)]);
      expect((room.standing()?.keptBytes ?? 0) - before).toBeGreaterThanOrEqual(1024);
      await under.passes(POLICY.messageTtlMs + POLICY.graceMs + slackMs);
      expect(room.standing()?.keptBytes).toBe(0);
    });

    test("[O6] the last leave purges the room: it is heard, then the end, and nothing is left", async () => {
      const { room, heard, endings } = await serve(under.log);
      await room.append([open(), post(ALICE, 1)]);
      const standing = room.standing();
      expect(standing).not.toBeNull();
      await room.append([leave(ALICE, 1)]);
      await under.settle();
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
      await under.settle();
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
      await under.passes(POLICY.lifetimeMs - slackMs);
      expect(served.endings()).toBe(0);
      await under.passes(2 * slackMs);
      expect(served.endings()).toBe(1);
      expect(other.endings()).toBe(0);
      expect(await under.isEmpty()).toBe(true);
    });

    test("[O5] a room founded again where one ended has another incarnation and counts from 1", async () => {
      const { room, numbers } = await serve(under.log);
      await room.append([open()]);
      const first = room.standing()?.incarnation;
      await room.append([leave(ALICE, 1), open(BOB)]);
      await under.settle();
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
      await under.settle();
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
      await under.settle();
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

    test("a note never comes back to who said it, and is kept nowhere", async () => {
      const { room, notes } = await serve(under.log);
      await room.append([open()]);
      room.note(noteOf("here"));
      await under.settle();
      expect(notes).toEqual([]);
      expect((await room.since(0)).map(({ number }) => number)).toEqual([1]);
    });

    if (hasManyRelays) describeManyRelays(() => under);
  });
}

/** What two logs over one store owe each other. */
function describeManyRelays(under: () => LogUnderTest): void {
  /** The same room at two relays, alice at the first. */
  async function serveTwice() {
    const here = await serve(under().log);
    const there = await serve(await under().another());
    return { here, there };
  }
  const dense = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

  test("[O2] two relays hear the same records, in one order, each once, whoever proposes", async () => {
    const { here, there } = await serveTwice();
    await here.room.append([open(), commit(BOB, 1)]);
    await Promise.all([
      ...dense(40).map((counter) => here.room.append([post(ALICE, counter, 2)])),
      ...dense(40).map((counter) => there.room.append([post(BOB, counter, 2)])),
    ]);
    await vi.waitFor(() => expect([here.heard.length, there.heard.length]).toEqual([82, 82]));
    expect(here.numbers()).toEqual(dense(82));
    expect(there.heard).toEqual(here.heard);
    expect(there.room.standing()).toMatchObject({ head: 82, state: here.room.standing()?.state });
    for (const session of [ALICE, BOB]) {
      const counters = here.heard.flatMap((record) =>
        record.kind === "post" && record.session === session ? [record.counter] : [],
      );
      expect(counters).toEqual(dense(40));
    }
  });

  test("[J1] no proposal is refused because a relay lags: what it lacks is fetched first", async () => {
    const { here, there } = await serveTwice();
    await here.room.append([open(), commit(BOB, 1)]);
    for (let counter = 1; counter <= 60; counter += 2) {
      // Asked at once, of whoever has heard nothing yet of the record before.
      const first = await here.room.append([post(ALICE, counter, 2)]);
      const second = await there.room.append([post(ALICE, counter + 1, 2)]);
      expect([...first, ...second]).toEqual([
        { kind: "accepted", number: counter + 2 },
        { kind: "accepted", number: counter + 3 },
      ]);
    }
  });

  test("[P3] the same post at two relays at once is in the order once, and both learn its number", async () => {
    const { here, there } = await serveTwice();
    await here.room.append([open()]);
    for (const counter of dense(20)) {
      const results = await Promise.all([
        here.room.append([post(ALICE, counter)]),
        there.room.append([post(ALICE, counter)]),
      ]);
      expect(results.flat()).toContainEqual({ kind: "accepted", number: counter + 1 });
      expect(results.flat()).toContainEqual({
        kind: "refused",
        reason: "duplicate",
        detail: counter + 1,
      });
    }
    await vi.waitFor(() => expect(there.numbers()).toEqual(dense(21)));
  });

  test("[C1] of commits proposed at two relays at once one wins, the other is told the winner", async () => {
    const { here, there } = await serveTwice();
    await here.room.append([open(), commit(BOB, 1)]);
    for (let last = 2; last < 12; last++) {
      const results = await Promise.all([
        here.room.append([commit(ALICE, last)]),
        there.room.append([commit(BOB, last)]),
      ]);
      const kinds = results.flat().map(({ kind }) => kind);
      expect(kinds.toSorted()).toEqual(["accepted", "refused"]);
      expect(results.flat()).toContainEqual({
        kind: "refused",
        reason: "behind",
        detail: last + 1,
      });
    }
    await vi.waitFor(() => expect(there.heard).toEqual(here.heard));
    expect(there.room.standing()?.last).toEqual(here.room.standing()?.last);
  });

  test("[J3] of two foundings at once one wins; both relays hear its open", async () => {
    const { here, there } = await serveTwice();
    const results = await Promise.all([
      here.room.append([open(ALICE)]),
      there.room.append([open(BOB)]),
    ]);
    expect(
      results
        .flat()
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(["accepted", "refused"]);
    await vi.waitFor(() => expect([here.numbers(), there.numbers()]).toEqual([[1], [1]]));
    expect(there.heard).toEqual(here.heard);
    expect(there.room.standing()?.incarnation).toBe(here.room.standing()?.incarnation);
  });

  test("[O4] who begins to serve a room that stands holds what the others hold, and hears what follows", async () => {
    const first = await serve(under().log);
    await first.room.append([open(), commit(BOB, 1), post(ALICE, 1, 2)]);
    const second = await serve(await under().another());
    const [before, after] = [first.room.standing(), second.room.standing()];
    expect(after).toMatchObject({
      incarnation: before?.incarnation,
      policy: before?.policy,
      openedAtMs: before?.openedAtMs,
      state: before?.state,
      open: before?.open,
      head: 3,
      last: before?.last,
    });
    expect(after?.keptBytes).toBeGreaterThanOrEqual(3 * 512);
    expect(second.heard).toEqual([]);
    await first.room.append([post(ALICE, 2, 2)]);
    await vi.waitFor(() => expect(second.numbers()).toEqual([4]));
    expect((await second.room.since(0)).map(({ number }) => number)).toEqual(dense(4));
  });

  test("[O6] the last leave ends the room at every relay, and a purge does", async () => {
    const { here, there } = await serveTwice();
    await here.room.append([open(), post(ALICE, 1)]);
    await there.room.append([leave(ALICE, 1)]);
    await vi.waitFor(() => expect([here.endings(), there.endings()]).toEqual([1, 1]));
    expect(here.heard.at(-1)).toMatchObject({ kind: "leave", number: 3 });
    expect([here.room.standing(), there.room.standing()]).toEqual([null, null]);
    await vi.waitFor(async () => expect(await under().isEmpty()).toBe(true));
    await here.room.append([open(BOB)]);
    await vi.waitFor(() => expect(there.room.standing()?.head).toBe(1));
    await there.room.purge();
    await vi.waitFor(() => expect([here.endings(), there.endings()]).toEqual([2, 2]));
    expect(await under().isEmpty()).toBe(true);
    expect([here.losses(), there.losses()]).toEqual([0, 0]);
  });

  test("a note reaches every other relay of the room, and of no other room", async () => {
    const { here, there } = await serveTwice();
    const other = await serve(await under().another(), routeOf(2));
    here.room.note(noteOf("one"));
    there.room.note(noteOf("two"));
    await vi.waitFor(() => expect([here.notes, there.notes]).toEqual([["two"], ["one"]]));
    expect(other.notes).toEqual([]);
  });

  test("one relay at a time has the turn to join; who asked in vain gets it next", async () => {
    const { here, there } = await serveTwice();
    expect(await here.room.lease(60_000)).toBe(true);
    expect(await there.room.lease(60_000)).toBe(false);
    here.room.release();
    await vi.waitFor(async () => expect(await there.room.lease(60_000)).toBe(true));
    expect(await here.room.lease(60_000)).toBe(false);
    there.room.release();
  });

  test("who stops serving leaves the room to the other relay", async () => {
    const { here, there } = await serveTwice();
    await here.room.append([open()]);
    here.room.close();
    await vi.waitFor(() => expect(there.numbers()).toEqual([1]));
    await there.room.append([post(ALICE, 1)]);
    expect(there.numbers()).toEqual([1, 2]);
    expect([here.numbers(), here.endings(), here.losses()]).toEqual([[1], 0, 0]);
  });
}
