import { expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import { sessionIdOf } from "../../shared/ids.ts";
import { MAX_TEXT_BYTES } from "../../shared/limits.ts";
import type { Record } from "../../shared/protocol.ts";
import { createRoomSignals } from "./room-signals.ts";
import { createTelling, type Echo, type Telling } from "./telling.ts";
import { createTimeline } from "./timeline.ts";

const POLICY = { messageTtlMs: 60_000, memberCap: 9, graceMs: 60_000, lifetimeMs: 3_600_000 };
const sessionNo = (n: number) => sessionIdOf(new Uint8Array(16).fill(n));

function echoOf(message: NonNullable<ReturnType<Telling["compose"]>>): Echo {
  const { key, delivery, body } = message;
  return { key, delivery, text: body.text, sentAtMs: body.sentAtMs, attachments: [] };
}

function setUp() {
  const [alice, bob] = [sessionNo(1), sessionNo(2)];
  const clock = createHandClock();
  const timeline = createTimeline(() => undefined);
  const signals = createRoomSignals(POLICY);
  const sight = { isVisible: true };
  let ids = 0;
  const telling = createTelling({
    clock,
    timeline,
    signals,
    files: () => ({ announced: () => [], settled: () => undefined }),
    randomBytes: (length) => new Uint8Array(length).fill(++ids),
    isVisible: () => sight.isVisible,
    added: () => undefined,
  });
  telling.relayTime(clock.wall());
  const recordAt = (acceptedAtMs: number): Record => ({
    kind: "leave",
    session: bob,
    arrival: 1,
    number: 9,
    acceptedAtMs,
  });
  const says = (id: string, acceptedAtMs = clock.wall()): void =>
    telling.happened(
      { kind: "said", session: bob, nickname: "bob", id, sentAtMs: 0, text: id, files: [] },
      recordAt(acceptedAtMs),
      alice,
    );
  return { clock, timeline, signals, sight, telling, says, recordAt, alice };
}

it("a text is taken up to its limit in UTF-8; nothing, blanks and more are not", () => {
  const { telling } = setUp();
  for (const text of ["", "  \n\t ", "x".repeat(MAX_TEXT_BYTES + 1), "é".repeat(MAX_TEXT_BYTES)]) {
    expect(telling.compose(text)).toBeNull();
  }
  expect(telling.compose("x".repeat(MAX_TEXT_BYTES))).not.toBeNull();
  expect(telling.compose("é".repeat(MAX_TEXT_BYTES / 2))).not.toBeNull();
});

it("[§1.7] what waited at the relay while I was away expires by when it was accepted", async () => {
  const { telling, timeline, says, clock } = setUp();
  telling.outOfStep();
  await clock.advance(55_000);
  says("old", clock.wall() - 50_000);
  says("from the future", clock.wall() + 70_000);
  expect(timeline.expire(clock.now())).toBe(65_000);
  expect(timeline.expire(65_000)).toBe(115_000);
  // A relay whose clock is an hour ahead: its welcome said so.
  telling.inStep();
  telling.relayTime(clock.wall() + 3_600_000);
  says("just now", clock.wall() + 3_600_000);
  expect(timeline.items.value).toHaveLength(2);
  expect(timeline.expire(114_999)).toBe(115_000);
});

it("counts what others say while nobody looks", () => {
  const { signals, sight, says } = setUp();
  says("seen");
  sight.isVisible = false;
  says("unseen");
  says("unseen too");
  expect(signals.unreadCount.value).toBe(2);
});

it("[Y4] tells a split once, with who is to blame if that is known", () => {
  const { telling, signals, timeline, recordAt, alice } = setUp();
  for (const nickname of ["mallory", null]) {
    telling.happened({ kind: "split", nickname }, recordAt(0), alice);
  }
  expect(signals.encryption.value).toEqual({ kind: "split", by: "mallory" });
  expect(timeline.items.value).toHaveLength(1);
});

it("own words are pale until acknowledged, then expire like all others; what failed does too", () => {
  const { telling, timeline, clock, recordAt, alice } = setUp();
  const [sent, failed] = ["sent", "failed"].map((text) => telling.compose(text));
  if (!sent || !failed) throw new Error("nothing was composed");
  for (const message of [sent, failed])
    telling.echo(echoOf(message), { session: alice, nickname: "alice" });
  expect(timeline.expire(1e12)).toBeNull();
  expect(timeline.items.value).toMatchObject([{ delivery: "pending" }, { delivery: "pending" }]);
  telling.acknowledged(sent, recordAt(clock.wall()));
  telling.changed({ ...failed, delivery: "failed", failReason: "rate" });
  expect(timeline.items.value).toMatchObject([
    { text: "sent", delivery: "sent", isOwn: true },
    { text: "failed", delivery: "failed", failReason: "rate" },
  ]);
  expect(timeline.expire(59_999)).toBe(60_000);
  timeline.expire(60_000);
  expect(timeline.items.value).toEqual([]);
});

it("[§1.7] a message says on the wall clock when it goes; an own one only once its time has begun", async () => {
  const { telling, timeline, says, clock, alice, recordAt } = setUp();
  const goes = (): (number | null)[] =>
    timeline.items.value.map((item) => (item.kind === "message" ? item.goesAtMs : 0));
  telling.outOfStep();
  await clock.advance(20_000);
  says("waited", clock.wall() - 15_000);
  expect(goes()).toEqual([clock.wall() + 45_000]);
  telling.inStep();
  const own = telling.compose("mine");
  if (own === null) throw new Error("it is neither empty nor long");
  telling.echo(echoOf(own), { session: alice, nickname: "alice" });
  expect(goes()[1]).toBeNull();
  telling.acknowledged(own, recordAt(clock.wall()));
  expect(goes()[1]).toBe(clock.wall() + 60_000);
});
