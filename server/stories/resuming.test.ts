/** What one relay told another too late, twice or not at all (model: arrive, ownCommit, unknownLeave). */
import { expect, it } from "vitest";
import type { SessionId } from "../../shared/ids.ts";
import type { Record } from "../../shared/protocol.ts";
import type { Appended, Candidate, Log, RoomLog } from "../ports/log.ts";
import type { HandClock } from "./hand-clock.ts";
import { createOrderWatch } from "./order-watch.ts";
import { confirmed, die, enters, expectOneRoom, expectTalk, isIn, SCHEDULE } from "./promises.ts";
import { createWorld, type Person } from "./world.ts";

/** A log whose appends go through here. */
function wrapped(
  log: Log,
  append: (inner: RoomLog, candidates: readonly Candidate[]) => Promise<readonly Appended[]>,
): Log {
  return {
    serve: async (routeId, listener) => {
      const inner = await log.serve(routeId, listener);
      return { ...inner, append: (candidates) => append(inner, candidates) };
    },
    isReady: () => log.isReady(),
    close: () => log.close(),
  };
}

const ownSession = (who: Person): SessionId | undefined =>
  who.room().roster.value.find(({ isYou }) => isYou)?.session;

it("[A2] the older connection's arrive lands 3 s after the newer one's: refused, bob stays in (schedule arrive)", async () => {
  let slow: SessionId | undefined;
  const late: (readonly Appended[])[] = [];
  const slowArrive = (log: Log, clock: HandClock): Log =>
    wrapped(log, (inner, candidates) => {
      const isSlow = candidates.some(
        ({ proposal }) => proposal.kind === "arrive" && proposal.session === slow,
      );
      if (!isSlow) return inner.append(candidates);
      // The order was not heard of in time: nothing is known, until it is in there after all.
      slow = undefined;
      clock.after(3_000, () => void inner.append(candidates).then((found) => late.push(found)));
      return Promise.reject(new Error("no answer"));
    });
  const world = createWorld({ ...SCHEDULE, wrapLog: slowArrive });
  const alice = await world.founder("alice");
  const bob = await world.joiner("bob", alice.room().link);
  await confirmed(world, [alice, bob]);
  slow = ownSession(bob);
  bob.network.breakAll();
  await world.run(2_000);
  expect(slow).toBeUndefined();
  expect(bob.room().connection.value).toBe("live");
  expect(late).toEqual([]);
  await world.run(3_000);
  expect(late).toEqual([[{ kind: "refused", reason: "replaced", detail: 0 }]]);
  expect(isIn(bob)).toBe(true);
  await expectOneRoom(world, [alice, bob], ["alice", "bob"]);
  await expectTalk(world, [alice, bob], "arrivals");
  expect(bob.notices()).not.toContain("rejoined");
});

it("[C7] a commit stands twice in the log and its refusal comes before its record: alice applies it (schedule ownCommit)", async () => {
  const answers: Appended[] = [];
  const DELAY_MS = 120;
  /** Records are told late, in order; a member's commit is appended twice, and the second answer is heard. */
  const twice = (log: Log, clock: HandClock): Log => {
    const slowListener: Log = {
      ...log,
      serve: (routeId, listener) =>
        log.serve(routeId, {
          ...listener,
          records: (records: readonly Record[]) =>
            void clock.after(DELAY_MS, () => listener.records(records)),
          ended: () => void clock.after(DELAY_MS, () => listener.ended()),
        }),
    };
    return wrapped(slowListener, async (inner, candidates) => {
      const first = await inner.append(candidates);
      const results: Appended[] = [];
      for (const [i, candidate] of candidates.entries()) {
        const isRemoval =
          candidate.proposal.kind === "commit" && candidate.proposal.removes.length > 0;
        const [again] = isRemoval ? await inner.append([candidate]) : [];
        if (again !== undefined) answers.push(again);
        const answer = again ?? first[i];
        if (answer !== undefined) results.push(answer);
      }
      return results;
    });
  };
  const watch = createOrderWatch();
  const world = createWorld({
    ...SCHEDULE,
    wrapLog: (log, clock) => twice(watch.wrap(log), clock),
  });
  const alice = await world.founder("alice");
  const bob = await world.joiner("bob", alice.room().link);
  const carol = await world.joiner("carol", alice.room().link);
  await confirmed(world, [alice, bob, carol]);
  carol.room().leave();
  await world.until("carol is removed for both", () =>
    [alice, bob].every((who) => who.people().join() === "alice,bob"),
  );
  expect(answers).toMatchObject([{ kind: "refused", reason: "behind" }]);
  await expectTalk(world, [alice, bob], "copies");
  await expectOneRoom(world, [alice, bob], ["alice", "bob"]);
  const removals = watch.now().filter((r) => r.kind === "commit" && r.removes.length > 0);
  expect(removals).toHaveLength(1);
  for (const who of [alice, bob]) expect(who.notices()).not.toContain("rejoined");
});

it("[U7][E12] bob is seated between carol's leave and her Remove, and who knew of it dies: bob removes her (schedule unknownLeave)", async () => {
  const watch = createOrderWatch();
  const world = createWorld({ ...SCHEDULE, wrapLog: watch.wrap });
  const alice = await world.founder("alice", { graceMs: 15_000 });
  const carol = await world.joiner("carol", alice.room().link);
  await confirmed(world, [alice, carol]);
  await world.run(2_000);
  const left = ownSession(carol);
  const bob = enters(world, "bob", alice.room().link);
  carol.room().leave();
  await world.run(40);
  // Before the leave reaches her.
  die(alice);
  await world.until("bob is in", () => isIn(bob));
  const leave = watch.now().find(({ kind, session }) => kind === "leave" && session === left);
  const join = watch
    .now()
    .find(({ kind, session }) => kind === "commit" && session === ownSession(bob));
  expect(leave && join && leave.number < join.number).toBe(true);
  await world.until("bob removes carol", () => !bob.people().includes("carol"), 20_000);
  await world.until("alice too", () => bob.people().join() === "bob", 40_000);
  await confirmed(world, [bob]);
  const dave = enters(world, "dave", alice.room().link);
  await confirmed(world, [dave]);
  await expectTalk(world, [bob, dave], "who was here");
});
