import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sessionIdOf, type SessionId } from "../../shared/ids.ts";
import {
  RULES_VERSION,
  type Commit,
  type Leave,
  type Open,
  type Post,
  type Proposal,
} from "../../shared/protocol.ts";
import type { Guard, State, Verdict } from "../ports/log.ts";
import { judge } from "./judge.ts";
import { hasLeft, isFull, seatOf, standingSessions } from "./state.ts";

const sessionNo = (byte: number): SessionId => sessionIdOf(new Uint8Array(16).fill(byte));
const [alice, bob, carol] = [sessionNo(1), sessionNo(2), sessionNo(3)];
const sealed = new Uint8Array(512);

const openBy = (session: SessionId, change: Partial<Open> = {}): Open => ({
  kind: "open",
  session,
  rules: RULES_VERSION,
  policy: { messageTtlMs: 60_000, memberCap: 3, graceMs: 15_000, lifetimeMs: 60_000 },
  refounding: null,
  sealed,
  ...change,
});
const refoundBy = (session: SessionId, sessions: SessionId[]): Open =>
  openBy(session, {
    refounding: { epochName: new Uint8Array(16), epoch: 3n, reached: 9, sessions },
  });
const commitBy = (session: SessionId, follows: number, removes: SessionId[] = []): Commit => ({
  kind: "commit",
  session,
  follows,
  removes,
  groupInfoHash: new Uint8Array(32),
  sealed,
});
const arriveBy = (session: SessionId, connections: number): Proposal => ({
  kind: "arrive",
  session,
  connections,
});
const postBy = (session: SessionId, counter: number, names: number): Post => ({
  kind: "post",
  session,
  counter,
  names,
  files: [],
  sealed,
});
const leaveOf = (session: SessionId, arrival: number): Leave => ({
  kind: "leave",
  session,
  arrival,
});

/** A room as a driver would keep it. */
function createRoom() {
  let state: Map<string, number> | null = null;
  let number = 0;
  return {
    get state(): State | null {
      return state;
    },
    judge: (proposal: Proposal): Verdict => judge(state, proposal),
    /** Proposes, and writes if accepted: the record's number, or the refusal in words. */
    propose(proposal: Proposal): number | string {
      const verdict = judge(state, proposal);
      if (verdict.kind === "refused") return `${verdict.reason} ${verdict.detail}`;
      state ??= new Map();
      for (const { field, value } of verdict.guards) expect(state.get(field)).toBe(value);
      number++;
      for (const { field, value } of verdict.effects) {
        if (value === undefined) state.delete(field);
        else state.set(field, value === "number" ? number : value);
      }
      return verdict.ends ? "ends" : number;
    },
  };
}

/** alice founded it as 1, bob joined as 2. */
function createRoomOfTwo() {
  const room = createRoom();
  expect(room.propose(openBy(alice))).toBe(1);
  expect(room.propose(commitBy(bob, 1))).toBe(2);
  return room;
}

const guardsOf = (verdict: Verdict): readonly Guard[] =>
  verdict.kind === "accepted" ? verdict.guards : expect.unreachable();
const state = (room: { readonly state: State | null }): State => room.state ?? expect.unreachable();

describe("open", () => {
  test("[J2] [J4] founds a room with its founder seated", () => {
    const room = createRoom();
    expect(room.propose(openBy(alice))).toBe(1);
    expect(seatOf(state(room), alice)).toEqual({ since: 1, arrival: 1, counter: 0 });
    expect(standingSessions(state(room))).toEqual([alice]);
  });
  test("[J2] is refused where a room stands", () => {
    const room = createRoomOfTwo();
    expect(room.propose(openBy(carol))).toBe("exists 0");
    expect(room.propose(openBy(alice))).toBe("exists 0");
  });
  test("[J2] of rules that this relay lacks is refused", () => {
    expect(createRoom().propose(openBy(alice, { rules: RULES_VERSION + 1 }))).toBe("rules 0");
  });
  test("[J2] a room of other rules is judged by nobody who lacks them", () => {
    const room = createRoomOfTwo();
    const other = new Map(state(room)).set("rules", RULES_VERSION + 1);
    expect(judge(other, postBy(alice, 1, 2))).toMatchObject({ reason: "rules" });
  });
  test("[J4] a re-founding seats exactly the sessions it lists", () => {
    const room = createRoom();
    expect(room.propose(refoundBy(bob, [alice, bob]))).toBe(1);
    expect(standingSessions(state(room)).toSorted()).toEqual([alice, bob]);
    expect(room.propose(postBy(carol, 1, 1))).toBe("no-seat 0");
    expect(room.propose(arriveBy(alice, 1))).toBe(2);
  });
  test("[J4] a re-founding that does not list its proposer is refused", () => {
    expect(createRoom().propose(refoundBy(carol, [alice, bob]))).toBe("no-seat 0");
  });
});

test.each<[string, Proposal]>([
  ["commit", commitBy(alice, 1)],
  ["arrive", arriveBy(alice, 1)],
  ["post", postBy(alice, 1, 1)],
  ["leave", leaveOf(alice, 1)],
])("[J3] %s where no room stands is refused", (_, proposal) => {
  expect(createRoom().propose(proposal)).toBe("no-room 0");
});

describe("commit", () => {
  test("[C1] follows the last commit record, else it is told which that is", () => {
    const room = createRoomOfTwo();
    expect(room.propose(commitBy(alice, 1))).toBe("behind 2");
    expect(room.propose(commitBy(alice, 3))).toBe("behind 2");
    expect(room.propose(commitBy(alice, 2))).toBe(3);
    expect(room.propose(commitBy(bob, 2))).toBe("behind 3");
  });
  test("[C1] other records between do not matter", () => {
    const room = createRoomOfTwo();
    expect(room.propose(postBy(alice, 1, 2))).toBe(3);
    expect(room.propose(commitBy(alice, 2))).toBe(4);
  });
  test("[C2] removes nobody whose seat stands, its own maker included", () => {
    const room = createRoomOfTwo();
    expect(room.propose(commitBy(alice, 2, [bob]))).toBe("removes-seated 0");
    expect(room.propose(commitBy(alice, 2, [alice]))).toBe("removes-seated 0");
    expect(room.propose(leaveOf(bob, 2))).toBe(3);
    expect(room.propose(commitBy(alice, 2, [bob]))).toBe(4);
  });
  test("[C2] may list a session that never had a seat, as after a re-founding", () => {
    expect(createRoomOfTwo().propose(commitBy(alice, 2, [carol]))).toBe(3);
  });
  test("[C3] of a session that left is refused, it does not join again", () => {
    const room = createRoomOfTwo();
    room.propose(leaveOf(bob, 2));
    expect(room.propose(commitBy(bob, 2))).toBe("left 0");
  });
  test("[C4] of a session without a seat gives it one", () => {
    const room = createRoomOfTwo();
    expect(room.propose(commitBy(carol, 2))).toBe(3);
    expect(seatOf(state(room), carol)).toEqual({ since: 3, arrival: 3, counter: 0 });
  });
  test("[C4] that joins may not remove anyone", () => {
    const room = createRoomOfTwo();
    room.propose(leaveOf(bob, 2));
    expect(room.propose(commitBy(carol, 2, [bob]))).toBe("no-seat 0");
  });
  test("[C5] joins up to the member cap of standing seats", () => {
    const room = createRoomOfTwo();
    expect(room.propose(commitBy(carol, 2))).toBe(3);
    expect(isFull(state(room))).toBe(true);
    expect(room.propose(commitBy(sessionNo(4), 3))).toBe("full 0");
    // A member's own commit is no join.
    expect(room.propose(commitBy(carol, 3))).toBe(4);
    expect(room.propose(leaveOf(bob, 2))).toBe(5);
    expect(room.propose(commitBy(sessionNo(4), 4))).toBe(6);
  });
});

describe("arrive", () => {
  test("[A1] needs a seat", () => {
    const room = createRoomOfTwo();
    expect(room.propose(arriveBy(carol, 1))).toBe("no-seat 0");
    room.propose(leaveOf(bob, 2));
    expect(room.propose(arriveBy(bob, 9))).toBe("left 0");
  });
  test("[A2] a higher count of connections only", () => {
    const room = createRoomOfTwo();
    expect(room.propose(arriveBy(bob, 5))).toBe(3);
    expect(room.propose(arriveBy(bob, 5))).toBe("replaced 0");
    expect(room.propose(arriveBy(bob, 4))).toBe("replaced 0");
    expect(room.propose(arriveBy(bob, 6))).toBe(4);
    expect(seatOf(state(room), bob)).toEqual({ since: 2, arrival: 4, counter: 0 });
  });
});

describe("leave", () => {
  test("[L1] names the newest arrival, be it open, commit or arrive", () => {
    const room = createRoomOfTwo();
    expect(room.propose(leaveOf(bob, 1))).toBe("newer-arrival 0");
    room.propose(arriveBy(bob, 1));
    expect(room.propose(leaveOf(bob, 2))).toBe("newer-arrival 0");
    expect(room.propose(leaveOf(bob, 3))).toBe(4);
  });
  test("[L1] needs a seat to leave", () => {
    const room = createRoomOfTwo();
    expect(room.propose(leaveOf(carol, 1))).toBe("no-seat 0");
    room.propose(leaveOf(bob, 2));
    expect(room.propose(leaveOf(bob, 2))).toBe("left 0");
  });
  test("[L3] who left never returns, in any way", () => {
    const room = createRoomOfTwo();
    room.propose(leaveOf(bob, 2));
    expect(hasLeft(state(room), bob)).toBe(true);
    expect(room.propose(arriveBy(bob, 9))).toBe("left 0");
    expect(room.propose(commitBy(bob, 2))).toBe("left 0");
    expect(room.propose(postBy(bob, 1, 2))).toBe("left 0");
    // Its Remove changes nothing about that.
    expect(room.propose(commitBy(alice, 2, [bob]))).toBe(4);
    expect(room.propose(commitBy(bob, 4))).toBe("left 0");
  });
  test("[L4] the last one ends the room, whoever it is", () => {
    const room = createRoomOfTwo();
    expect(room.propose(leaveOf(alice, 1))).toBe(3);
    expect(room.propose(leaveOf(bob, 2))).toBe("ends");
  });
  test("only that it left is remembered of a session", () => {
    const room = createRoomOfTwo();
    for (let counter = 1; counter <= 20; counter++) room.propose(postBy(bob, counter, 2));
    room.propose(leaveOf(bob, 2));
    expect([...state(room).keys()].filter((field) => field.includes(bob))).toEqual([
      `seat.${bob}.left`,
    ]);
  });
});

describe("post", () => {
  test("[P1] needs a seat", () => {
    const room = createRoomOfTwo();
    expect(room.propose(postBy(carol, 1, 2))).toBe("no-seat 0");
    room.propose(leaveOf(bob, 2));
    expect(room.propose(postBy(bob, 1, 2))).toBe("left 0");
  });
  test("[P2] carries exactly the next counter of its session", () => {
    const room = createRoomOfTwo();
    expect(room.propose(postBy(alice, 1, 2))).toBe(3);
    expect(room.propose(postBy(bob, 1, 2))).toBe(4);
    expect(room.propose(postBy(alice, 2, 2))).toBe(5);
  });
  test("[P3] again is answered with its number, whatever its bytes or place", () => {
    const room = createRoomOfTwo();
    room.propose(postBy(alice, 1, 2));
    expect(room.propose({ ...postBy(alice, 1, 2), sealed: new Uint8Array(1024) })).toBe(
      "duplicate 3",
    );
    expect(room.propose(postBy(alice, 1, 99))).toBe("duplicate 3");
  });
  test("[P3] the numbers of the last 16 are remembered, of older ones nothing", () => {
    const room = createRoomOfTwo();
    for (let counter = 1; counter <= 20; counter++) room.propose(postBy(alice, counter, 2));
    expect(room.propose(postBy(alice, 20, 2))).toBe("duplicate 22");
    expect(room.propose(postBy(alice, 5, 2))).toBe("duplicate 7");
    expect(room.propose(postBy(alice, 4, 2))).toBe("duplicate 0");
  });
  test("[P4] ahead of its turn is told the counter expected", () => {
    const room = createRoomOfTwo();
    expect(room.propose(postBy(alice, 2, 2))).toBe("expect 1");
    room.propose(postBy(alice, 1, 2));
    expect(room.propose(postBy(alice, 17, 2))).toBe("expect 2");
  });
  test("[P4] counter comes before place: who is told to expect keeps its place", () => {
    expect(createRoomOfTwo().propose(postBy(alice, 2, 99))).toBe("expect 1");
  });
  test("[P5] may be four commit records behind, not five", () => {
    const room = createRoomOfTwo();
    for (let follows = 2; follows <= 5; follows++) room.propose(commitBy(alice, follows));
    expect(room.propose(postBy(bob, 1, 2))).toBe(7);
    expect(room.propose(commitBy(alice, 6))).toBe(8);
    expect(room.propose(postBy(bob, 2, 2))).toBe("stale 8");
    expect(room.propose(postBy(bob, 2, 3))).toBe(9);
  });
  test("[P5] counts commit records beyond those remembered", () => {
    const room = createRoomOfTwo();
    for (let follows = 2; follows <= 30; follows++) room.propose(commitBy(alice, follows));
    expect(room.propose(postBy(bob, 1, 26))).toBe("stale 31");
    expect(room.propose(postBy(bob, 1, 27))).toBe(32);
  });
  test("[P5] sealed before a removal never enters after it", () => {
    const room = createRoomOfTwo();
    room.propose(commitBy(carol, 2));
    room.propose(leaveOf(carol, 3));
    room.propose(commitBy(alice, 3, [carol]));
    expect(room.propose(postBy(bob, 1, 3))).toBe("stale 5");
    expect(room.propose(postBy(bob, 1, 4))).toBe("stale 5");
    expect(room.propose(postBy(bob, 1, 5))).toBe(6);
  });
  test("[P5] that names what does not stand yet is stale", () => {
    expect(createRoomOfTwo().propose(postBy(bob, 1, 3))).toBe("stale 2");
  });
});

describe("guards", () => {
  test("[J1] posts of different sessions guard no field that the other writes", () => {
    const room = createRoomOfTwo();
    const ofAlice = room.judge(postBy(alice, 1, 2));
    const ofBob = room.judge(postBy(bob, 1, 2));
    const written = new Set(
      ofAlice.kind === "accepted" ? ofAlice.effects.map(({ field }) => field) : [],
    );
    expect(written.size).toBe(2);
    expect(guardsOf(ofBob).filter(({ field }) => written.has(field))).toEqual([]);
  });
  test("[J1] a verdict holds in every state that agrees in its guards", () => {
    const sessions = [1, 2, 3, 4].map(sessionNo);
    const session = fc.constantFrom(...sessions);
    const small = fc.integer({ min: 1, max: 12 });
    const proposal = fc.oneof(
      fc.tuple(session, small, fc.subarray(sessions)).map((x) => commitBy(...x)),
      fc.tuple(session, small).map((x) => arriveBy(...x)),
      fc.tuple(session, small, small).map((x) => postBy(...x)),
      fc.tuple(session, small).map((x) => leaveOf(...x)),
    );
    fc.assert(
      fc.property(fc.array(proposal, { maxLength: 60 }), proposal, proposal, (history, a, b) => {
        const room = createRoom();
        room.propose(openBy(sessionNo(1)));
        for (const past of history) if (room.propose(past) === "ends") return;
        const before = room.judge(b);
        if (room.propose(a) === "ends") return;
        if (before.kind === "refused") return;
        const holds = before.guards.every(({ field, value }) => room.state?.get(field) === value);
        if (holds) expect(room.judge(b)).toEqual(before);
      }),
      { numRuns: 2_000 },
    );
  });
  test("[J1] judging changes nothing", () => {
    const room = createRoomOfTwo();
    const before = new Map(state(room));
    room.judge(postBy(alice, 1, 2));
    room.judge(leaveOf(alice, 1));
    expect(new Map(state(room))).toEqual(before);
  });
});
