import { beforeAll, expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import { createConfirming } from "./confirming.ts";
import { ready } from "../crypto/sodium.ts";
import type { Seat } from "./seat.ts";
import { seatWorldOf } from "./seat-world.ts";

beforeAll(ready);

/** Bob has joined alice's room. */
async function setUp() {
  const world = await seatWorldOf("alice", "bob");
  return { alice: world.seatOf("alice"), ...around(world.seatOf("bob")) };
}

function around(seat: Seat) {
  const clock = createHandClock();
  const told: string[] = [];
  const confirming = createConfirming({
    clock,
    run: (task) => task(),
    changed: () => told.push("changed"),
    tryAgain: () => told.push("try again"),
  });
  seat.attendance.seated(
    seat.group.members.map(({ session }) => ({ session, presence: "present" as const })),
  );
  return { clock, told, confirming, seat };
}

it("[F1] a founder is confirmed from the start", async () => {
  const { confirming, seat, clock } = around((await seatWorldOf("alice")).seatOf("alice"));
  confirming.seated(seat, true);
  expect(confirming.state()).toBe("confirmed");
  expect(clock.waiting()).toBe(0);
});

it("[F1] a joiner is joining until a leaf that was there before it confirms its epoch or a later one", async () => {
  const { alice, confirming, seat, told } = await setUp();
  confirming.seated(seat, false);
  expect(confirming.state()).toBe("joining");
  confirming.heard(alice.me, seat.joinedEpoch - 1n);
  confirming.heard(seat.me, seat.joinedEpoch);
  expect(confirming.state()).toBe("joining");
  confirming.heard(alice.me, seat.joinedEpoch);
  expect(confirming.state()).toBe("confirmed");
  expect(told).toEqual(["changed"]);
});

it("[F2] no earlier leaf present: at 5 s it counts as confirmed", async () => {
  const { alice, confirming, seat, clock } = await setUp();
  seat.attendance.presence({ session: alice.me, presence: "away" });
  confirming.seated(seat, false);
  await clock.advance(4_999);
  expect(confirming.state()).toBe("joining");
  await clock.advance(1);
  expect(confirming.state()).toBe("confirmed");
});

it("[F2] where all earlier leaves have left, at once", async () => {
  const { alice, confirming, seat, clock } = await setUp();
  confirming.seated(seat, false);
  confirming.look();
  expect(confirming.state()).toBe("joining");
  seat.attendance.left(alice.me, 0);
  confirming.look();
  expect(confirming.state()).toBe("confirmed");
  expect(clock.waiting()).toBe(0);
});

it("[F3] without one for 5 s it tries again; the third time it stays and says so", async () => {
  const { alice, confirming, seat, clock, told } = await setUp();
  for (let attempt = 0; attempt < 2; attempt++) {
    confirming.seated(seat, false);
    await clock.advance(5_000);
    expect(told.pop()).toBe("try again");
    confirming.stop();
  }
  confirming.seated(seat, false);
  await clock.advance(5_000);
  expect(confirming.state()).toBe("unconfirmed");
  expect(told).toEqual(["changed"]);
  // Late is better than never, and makes good for all tries.
  confirming.heard(alice.me, seat.joinedEpoch);
  expect(confirming.state()).toBe("confirmed");
  confirming.seated(seat, false);
  await clock.advance(5_000);
  expect(told.at(-1)).toBe("try again");
});

it("[F1] without a seat it is not confirmed, and waits for nothing", async () => {
  const { alice, confirming, seat, clock, told } = await setUp();
  confirming.seated(seat, false);
  confirming.heard(alice.me, seat.joinedEpoch);
  confirming.stop();
  expect(confirming.state()).toBe("joining");
  confirming.seated(seat, false);
  confirming.stop();
  await clock.advance(60_000);
  expect(clock.waiting()).toBe(0);
  expect(told).toEqual(["changed"]);
});
