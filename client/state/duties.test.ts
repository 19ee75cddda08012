import { beforeAll, describe, expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import type { SessionId } from "../../shared/ids.ts";
import { ready } from "../crypto/sodium.ts";
import { createDuties } from "./duties.ts";
import { createOffering } from "./offering.ts";
import type { Seat } from "./seat.ts";
import { seatWorldOf } from "./seat-world.ts";

beforeAll(ready);

/** The duties of `name` in a room of alice, bob and carol, all present; what it does is told with its time. */
async function setUp(name: string, others: readonly string[] = ["alice", "bob", "carol"]) {
  const world = await seatWorldOf(...others);
  const seat = world.seatOf(name);
  const ids = others.map((other) => world.seatOf(other).me);
  const [alice, bob, carol] = ids as [SessionId, SessionId, SessionId];
  seat.attendance.seated(ids.map((session) => ({ session, presence: "present" })));
  seat.attendance.confirmed(100n);
  const clock = createHandClock();
  const done: string[] = [];
  const state = { seat: seat as Seat | null, isConfirmed: true };
  const nameOf = (session: SessionId): string => others[ids.indexOf(session)] ?? "?";
  const duties = createDuties({
    clock,
    run: (task) => void task(),
    ready: () => state.seat,
    mayConfirm: () => state.isConfirmed,
    async commit(removes) {
      done.push(`${clock.now()} commit ${removes.map(nameOf).join("+")}`.trim());
    },
    confirm() {
      done.push(`${clock.now()} confirm`);
      seat.attendance.confirmed(seat.group.epoch);
    },
  });
  return { world, seat, duties, clock, done, state, alice, bob, carol };
}

describe("[U1][U2] removing who left", () => {
  it("is the first present leaf's at once, the next one's a second later", async () => {
    const first = await setUp("alice");
    first.seat.attendance.left(first.carol, 0);
    first.duties.look();
    await first.clock.advance(0);
    expect(first.done).toEqual(["0 commit carol"]);
    const second = await setUp("bob");
    second.seat.attendance.left(second.carol, 0);
    second.duties.look();
    await second.clock.advance(999);
    expect(second.done).toEqual([]);
    await second.clock.advance(1);
    expect(second.done).toEqual(["1000 commit carol"]);
  });

  it("takes all who left at once, and no record or look restarts the turn", async () => {
    const { seat, duties, clock, done, bob, alice, carol } = await setUp("carol");
    seat.attendance.presence({ session: alice, presence: "away" });
    seat.attendance.left(alice, 0);
    duties.look();
    await clock.advance(600);
    seat.attendance.left(bob, 600);
    duties.look();
    duties.look();
    await clock.advance(0);
    expect(done).toEqual(["600 commit alice+bob"]);
    expect(carol).toBe(seat.me);
  });

  it("[U3] who let its turn pass goes last from then on", async () => {
    const { seat, duties, clock, done, carol, alice, bob } = await setUp("bob");
    seat.attendance.left(carol, 0);
    duties.look();
    await clock.advance(1_000);
    expect(done).toHaveLength(1);
    expect(seat.attendance.turns(seat.group.members, bob)).toEqual([bob, alice]);
  });

  it("[U5] one that is silent for 5 s is made anew, and one that was refused a second later", async () => {
    const { seat, duties, clock, done, carol } = await setUp("alice");
    seat.attendance.left(carol, 0);
    duties.look();
    await clock.advance(5_000);
    expect(done).toEqual(["0 commit carol", "5000 commit carol"]);
    await clock.advance(100);
    duties.refused();
    await clock.advance(999);
    expect(done).toHaveLength(2);
    await clock.advance(1);
    expect(done[2]).toBe("6100 commit carol");
  });

  it("[U4] holds one commit under way for a predecessor, until that is refused", async () => {
    const { seat, duties, clock, done, carol, bob, world } = await setUp("alice");
    await createOffering({ clock, keys: world.keys, send: () => undefined }).commit(seat, []);
    expect(seat.ownCommits).toHaveLength(1);
    seat.attendance.left(carol, 0);
    duties.look();
    await clock.advance(100);
    seat.attendance.left(bob, 100);
    duties.look();
    await clock.advance(400);
    expect(done).toEqual([]);
    duties.refused();
    await clock.advance(1_000);
    expect(done).toEqual(["1500 commit bob+carol"]);
  });

  it("does nothing while it is not in step, and looks again when it is", async () => {
    const { seat, duties, clock, done, state, carol } = await setUp("alice");
    state.seat = null;
    seat.attendance.left(carol, 0);
    duties.look();
    await clock.advance(10_000);
    expect(done).toEqual([]);
    state.seat = seat;
    duties.look();
    await clock.advance(0);
    expect(done).toEqual(["10000 commit carol"]);
  });
});

describe("[U1] repairing", () => {
  it("[U4] is an empty commit, at most every 0.5 s", async () => {
    const { seat, duties, clock, done } = await setUp("alice");
    seat.voidSinceMs = 0;
    duties.look();
    await clock.advance(0);
    expect(done).toEqual(["0 commit"]);
    // Another void record stands in its way: a new predecessor, the same need.
    seat.order.passed(
      {
        kind: "commit",
        session: seat.me,
        follows: seat.order.last(),
        removes: [],
        groupInfoHash: new Uint8Array(32),
        sealed: new Uint8Array(512),
        number: seat.order.number() + 1,
        acceptedAtMs: 0,
      },
      null,
    );
    duties.look();
    await clock.advance(499);
    expect(done).toHaveLength(1);
    await clock.advance(1);
    expect(done).toEqual(["0 commit", "500 commit"]);
  });

  it("[U3] is an unconfirmed member's duty too", async () => {
    const { seat, duties, clock, done, state } = await setUp("alice");
    state.isConfirmed = false;
    seat.voidSinceMs = 0;
    duties.look();
    await clock.advance(0);
    expect(done).toEqual(["0 commit"]);
  });
});

describe("[U1] confirming", () => {
  it("[F4] goes in turns, and is done when another has confirmed that epoch or a later one", async () => {
    const { seat, duties, clock, done } = await setUp("bob");
    duties.look();
    duties.confirmLater(101n);
    await clock.advance(999);
    expect(done).toEqual([]);
    seat.attendance.confirmed(102n);
    await clock.advance(1);
    expect(done).toEqual([]);
    duties.confirmLater(103n);
    await clock.advance(1_000);
    expect(done).toEqual(["2000 confirm"]);
  });

  it("[U3][U5] a member that is not confirmed confirms nobody; once it is, it owes it to all", async () => {
    const { seat, duties, clock, done, state, carol } = await setUp("alice");
    state.isConfirmed = false;
    seat.attendance.joined(carol, 101n);
    duties.look();
    duties.confirmLater(101n);
    await clock.advance(5_000);
    expect(done).toEqual([]);
    state.isConfirmed = true;
    duties.look();
    await clock.advance(0);
    expect(done).toEqual(["5000 confirm"]);
  });
});

describe("[U6] fresh keys", () => {
  async function talk(setting: Awaited<ReturnType<typeof setUp>>, minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      setting.duties.active();
      setting.duties.look();
      await setting.clock.advance(60_000);
    }
  }

  it("come in one's turn after 30 active minutes, and are asked for until they are there", async () => {
    const setting = await setUp("bob");
    await talk(setting, 29);
    expect(setting.done).toEqual([]);
    setting.duties.active();
    setting.duties.look();
    await setting.clock.advance(1_000);
    expect(setting.done).toEqual([`${29 * 60_000 + 1_000} commit`]);
    await setting.clock.advance(6_000);
    expect(setting.done).toHaveLength(2);
    setting.duties.committed();
    setting.duties.look();
    await setting.clock.advance(3_600_000);
    expect(setting.done).toHaveLength(2);
  });

  it("never come while nobody talks, nor to who is alone", async () => {
    const silent = await setUp("alice");
    silent.duties.look();
    await silent.clock.advance(10 * 3_600_000);
    expect(silent.done).toEqual([]);
    const alone = await setUp("alice", ["alice"]);
    await talk(alone, 40);
    expect(alone.done).toEqual([]);
  });
});

it("stopped, it leaves no timer behind", async () => {
  const { seat, duties, clock, done, carol } = await setUp("bob");
  seat.attendance.left(carol, 0);
  duties.look();
  duties.confirmLater(101n);
  duties.stop();
  expect(clock.waiting()).toBe(0);
  await clock.advance(60_000);
  expect(done).toEqual([]);
});
