import { describe, expect, it } from "vitest";
import type { SessionId } from "../../shared/ids.ts";
import { sessionIdOf } from "../../shared/ids.ts";
import type { Presence } from "../../shared/protocol.ts";
import { createAttendance } from "./attendance.ts";

const sessionNo = (n: number): SessionId => sessionIdOf(new Uint8Array(16).fill(n));
const [alice, bob, carol, dave] = [1, 2, 3, 4].map(sessionNo) as [
  SessionId,
  SessionId,
  SessionId,
  SessionId,
];
const seat = (session: SessionId, presence: Presence = "present") => ({ session, presence });
const members = [alice, bob, carol].map((session) => ({ session }));

function setUp() {
  const attendance = createAttendance();
  attendance.seated([seat(alice), seat(bob), seat(carol)]);
  return attendance;
}

describe("presence", () => {
  it("[N1] present, away, and left are told apart", () => {
    const attendance = setUp();
    attendance.presence(seat(bob, "away"));
    attendance.left(carol, 500);
    expect([alice, bob, carol].map((who) => attendance.isPresent(who))).toEqual([
      true,
      false,
      false,
    ]);
    expect([alice, bob, carol].map((who) => attendance.hasLeft(who))).toEqual([false, false, true]);
    expect(attendance.leftAtMs(carol)).toBe(500);
    attendance.left(carol, 900);
    expect(attendance.leftAtMs(carol)).toBe(500);
  });

  it("[U7] a leaf that has no seat in welcome has left, once the records up to it are processed", () => {
    const attendance = createAttendance();
    attendance.seated([seat(alice), seat(bob, "away")]);
    expect(attendance.hasLeft(carol)).toBe(false);
    attendance.caughtUp(members, 700);
    expect([alice, bob, carol].map((who) => attendance.hasLeft(who))).toEqual([false, false, true]);
    expect(attendance.leftAtMs(carol)).toBe(700);
  });

  it("[E12] who joined in a record of the backlog is present only if the relay says so now", () => {
    const attendance = createAttendance();
    attendance.seated([seat(alice), seat(bob), seat(carol, "away"), seat(dave)]);
    attendance.joined(carol, 3n);
    attendance.joined(dave, 4n);
    attendance.presence(seat(dave, "away"));
    attendance.caughtUp([...members, { session: dave }], 700);
    expect([bob, carol, dave].map((who) => attendance.isPresent(who))).toEqual([
      true,
      false,
      false,
    ]);
    expect(attendance.hasLeft(dave)).toBe(false);
  });
});

describe("turns", () => {
  it("[U2] go by leaf order over the present; the away and those who left have none", () => {
    const attendance = setUp();
    expect(attendance.turns(members, alice)).toEqual([alice, bob, carol]);
    attendance.presence(seat(alice, "away"));
    attendance.left(bob, 0);
    expect(attendance.turns(members, carol)).toEqual([carol]);
    // I am here, whatever the relay says of me.
    expect(attendance.turns(members, alice)).toEqual([alice, carol]);
  });

  it("[U3] who let one pass goes last until it does a duty again", () => {
    const attendance = setUp();
    attendance.letPass([alice, bob]);
    expect(attendance.turns(members, carol)).toEqual([carol, alice, bob]);
    attendance.didDuty(bob);
    expect(attendance.turns(members, carol)).toEqual([bob, carol, alice]);
  });
});

describe("newcomers", () => {
  it("[F4] a confirm covers all who joined up to its epoch", () => {
    const attendance = setUp();
    attendance.joined(bob, 4n);
    attendance.joined(carol, 6n);
    attendance.confirmed(5n);
    expect([bob, carol].map((who) => attendance.isJoining(who))).toEqual([false, true]);
    expect(attendance.unconfirmed()).toEqual([6n]);
    attendance.confirmed(2n);
    expect(attendance.confirmedEpoch()).toBe(5n);
  });

  it("a removed member is forgotten: its place may be another's", () => {
    const attendance = setUp();
    attendance.joined(carol, 6n);
    attendance.left(carol, 1);
    attendance.removed(carol);
    expect(attendance.hasLeft(carol)).toBe(false);
    expect(attendance.unconfirmed()).toEqual([]);
    expect(attendance.turns(members, alice)).toEqual([alice, bob]);
  });
});
