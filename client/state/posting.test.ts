import { beforeAll, expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import { toHex } from "../../shared/bytes.ts";
import type { Offer } from "../../shared/protocol.ts";
import { randomBytes, ready } from "../crypto/sodium.ts";
import { createOutbox, type OfferedPost } from "./outbox.ts";
import { outgoing } from "./outgoing.ts";
import { createPosting } from "./posting.ts";
import { fingerprint } from "./seals.ts";
import { seatWorldOf } from "./seat-world.ts";

beforeAll(ready);

const messageOf = (text: string) => outgoing(randomBytes(16), { kind: "text", sentAtMs: 0, text });

/** Alice's posting, in a room with bob; what it offers is told with its time. */
async function setUp() {
  const world = await seatWorldOf("alice", "bob");
  const [seat, bob] = [world.seatOf("alice"), world.seatOf("bob")];
  const clock = createHandClock();
  const outbox = createOutbox(() => outgoing(randomBytes(16), { kind: "empty" }));
  const offers: (Offer & { readonly kind: "post" })[] = [];
  const offered: OfferedPost[] = [];
  const told: string[] = [];
  const posting = createPosting({
    clock,
    keys: world.keys,
    outbox,
    newRef: (about) => offered.push(about),
    offer(frame) {
      for (const offer of frame) {
        if (offer.kind !== "post") continue;
        offers.push(offer);
        told.push(`${clock.now()} #${offer.counter}`);
      }
    },
    later: (delayMs, task) =>
      clock.after(delayMs, () => {
        task();
        void posting.pump(seat);
      }),
  });
  const say = (...texts: readonly string[]): void => {
    for (const text of texts) outbox.add(messageOf(text));
  };
  /** The order accepts what was offered at `at`: bob reads it, alice's outbox is told. */
  async function accept(at: number): Promise<readonly { readonly kind: string }[]> {
    const offer = offers[at];
    if (offer === undefined) throw new Error("nothing was offered");
    const read = await world.accept(seat, offer);
    outbox.acknowledged(fingerprint(offer.sealed), offer.counter);
    return read.get(bob) ?? [];
  }
  return { world, seat, bob, clock, outbox, posting, offers, offered, told, say, accept };
}

it("[Q1] what is said is sealed, offered in order, and opens for the others", async () => {
  const { posting, seat, say, accept, told } = await setUp();
  say("one", "two");
  await posting.pump(seat);
  expect(told).toEqual(["0 #1", "0 #2"]);
  expect(await accept(0)).toMatchObject([{ kind: "said", text: "one" }]);
  expect(await accept(1)).toMatchObject([{ kind: "said", text: "two" }]);
});

it("[Q6] without an answer for 5.5 s all under way is offered again, with the same counters", async () => {
  const { posting, seat, say, told, clock, accept } = await setUp();
  say("one", "two");
  await posting.pump(seat);
  await clock.advance(5_499);
  expect(told).toHaveLength(2);
  await clock.advance(1);
  expect(told.slice(2)).toEqual(["5500 #1", "5500 #2"]);
  // An answer in time is an answer: the patience counts from then on.
  await clock.advance(3_000);
  await accept(2);
  await posting.pump(seat);
  await clock.advance(5_499);
  expect(told).toHaveLength(4);
  await clock.advance(1);
  expect(told.slice(4)).toEqual(["14000 #2"]);
});

it("[Q8] seals are held after a leave until its Remove stands, at most 2 s", async () => {
  const { posting, seat, bob, say, told, clock } = await setUp();
  seat.attendance.left(bob.me, 0);
  say("not for bob");
  await posting.pump(seat);
  await clock.advance(1_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(["2000 #1"]);
});

it("[Q4] after stale nothing is sealed before the named commit record is processed", async () => {
  const { posting, seat, say, told, outbox, offered, clock } = await setUp();
  say("one");
  await posting.pump(seat);
  const [offer] = offered;
  const next = seat.order.last() + 1;
  posting.sealAfter(next);
  if (offer !== undefined) outbox.refused(offer, "stale", next);
  await posting.pump(seat);
  await clock.advance(20_000);
  expect(told).toHaveLength(1);
  posting.reset();
  await posting.pump(seat);
  expect(told.at(-1)).toBe("20000 #1");
});

it("[X1] a paste of many lines keeps below a relay's pace, and none is lost", async () => {
  const { posting, seat, say, told, clock, accept } = await setUp();
  say(...Array.from({ length: 50 }, (_, i) => `line ${i}`));
  await posting.pump(seat);
  for (let at = 0; at < 50; at++) {
    for (let waits = 0; at >= told.length && waits < 20; waits++) await clock.advance(125);
    await accept(at);
    await posting.pump(seat);
  }
  expect(told.map((line) => line.split("#")[1])).toEqual(
    Array.from({ length: 50 }, (_, i) => `${i + 1}`),
  );
  // Thirty at once, then eight a second.
  expect(Number(told[29]?.split(" ")[0])).toBe(0);
  expect(Number(told[49]?.split(" ")[0])).toBeGreaterThanOrEqual(2_375);
});

it("[Q5] too fast: waits a second, though only an empty post is left to offer", async () => {
  const { posting, seat, say, told, clock, outbox, offered } = await setUp();
  say("one");
  await posting.pump(seat);
  const [offer] = offered;
  posting.slowDown();
  if (offer !== undefined) outbox.refused(offer, "rate", 0);
  expect(outbox.pending()).toBe(0);
  await posting.pump(seat);
  await clock.advance(999);
  expect(told).toHaveLength(1);
  await clock.advance(1);
  expect(told).toEqual(["0 #1", "1000 #1"]);
});

it("[G4] what was acknowledged in an order that was lost goes out again with the same inner bytes", async () => {
  const { posting, seat, say, offers, outbox, accept, clock } = await setUp();
  say("one");
  await posting.pump(seat);
  await accept(0);
  const message = outbox.oldestUnderWay();
  expect(message).toBeNull();
  outbox.refounded(toHex(seat.order.tag()), clock.now());
  const again = outbox.next();
  const inner = again?.sealing?.inner;
  outbox.offerAgain();
  await posting.pump(seat);
  expect(again?.sealing?.inner).toBe(inner);
  expect(offers[1]).toMatchObject({ counter: 1, names: seat.firstRecord });
});

it("paused, it leaves no timer behind", async () => {
  const { posting, seat, bob, say, clock } = await setUp();
  say("one");
  await posting.pump(seat);
  seat.attendance.left(bob.me, 0);
  say("two");
  await posting.pump(seat);
  expect(clock.waiting()).toBe(2);
  posting.pause();
  expect(clock.waiting()).toBe(0);
});
