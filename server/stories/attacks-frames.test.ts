/** A relay that writes junk, or frames that have no place: one client is shown the door at worst, the rest talk on. */
import { describe, expect, it } from "vitest";
import { randomBytes } from "../../client/crypto/sodium.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { encodeServerFrame } from "../../shared/codec/server-frames.ts";
import { incarnationOf, sessionIdOf, type SessionId } from "../../shared/ids.ts";
import type { Record, ServerFrame } from "../../shared/protocol.ts";
import { goesOn, roomOf, sessionOf } from "./going-on.ts";
import { alsoSend, changeFrames } from "./hostile-relay.ts";
import { createOrderWatch } from "./order-watch.ts";
import { createWorld, POLICY, type Person, type World } from "./world.ts";

interface Scene {
  readonly world: World;
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly link: string;
  readonly order: () => readonly Record[];
}

async function scene(): Promise<Scene> {
  const watch = createOrderWatch();
  const world = createWorld({ wrapLog: watch.wrap });
  const people = await roomOf(world, "alice", "bob", "carol");
  const [alice, bob, carol] = people as [Person, Person, Person];
  return { world, alice, bob, carol, link: alice.room().link, order: watch.now };
}

const strangers = (count: number): SessionId[] =>
  Array.from({ length: count }, () => sessionIdOf(randomBytes(16)));
const otherLife = incarnationOf(new Uint8Array(8).fill(9));

/** What becomes of bob, to whom the relay wrote it. */
type Outcome =
  /** Nothing: the same seat, and he reads on. */
  | "stays"
  /** He loses his seat, says so, and is back by himself as a new member. */
  | "rejoins"
  /** He is told that the relay refuses him. */
  | "is told";

type Attack = readonly [title: string, outcome: Outcome, make: (on: Scene) => Bytes];

const framed =
  (make: (on: Scene) => ServerFrame) =>
  (on: Scene): Bytes =>
    encodeServerFrame(make(on));

const bytes: readonly Attack[] = [
  ["random bytes", "is told", () => randomBytes(300)],
  ["an empty frame", "is told", () => new Uint8Array()],
  ["a kind that is none", "is told", () => Uint8Array.of(200)],
  ["a pong with a byte behind it", "is told", () => Uint8Array.of(11, 0)],
  [
    "half a frame of records",
    "is told",
    ({ order }) => {
      const whole = encodeServerFrame({ kind: "records", records: [...order()] });
      return whole.slice(0, whole.length >> 1);
    },
  ],
  ["a list that claims 65,535 records", "is told", () => Uint8Array.of(7, 255, 255)],
  ["a megabyte of zeros", "is told", () => new Uint8Array(1 << 20)],
];

const frames: readonly Attack[] = [
  [
    "a second challenge",
    "is told",
    framed(() => ({ kind: "challenge", challenge: randomBytes(32) })),
  ],
  ["that there is no room", "is told", framed(() => ({ kind: "no-room" }))],
  [
    "a turn to join",
    "stays",
    framed(({ order }) => ({
      kind: "turn",
      incarnation: otherLife,
      last: order()[0] as Record,
      groupInfo: new Uint8Array(512),
    })),
  ],
  ["the end of a turn", "stays", framed(() => ({ kind: "turn-over" }))],
  ["an answer to no question", "stays", framed(() => ({ kind: "pong" }))],
  ["no records", "stays", framed(() => ({ kind: "records", records: [] }))],
  [
    "the whole order from its beginning",
    "stays",
    framed(({ order }) => ({ kind: "records", records: [...order()] })),
  ],
  [
    "the order backwards",
    "stays",
    framed(({ order }) => ({ kind: "records", records: order().toReversed() })),
  ],
  [
    "other contents under numbers that are gone by",
    "stays",
    framed(({ order, alice }) => ({
      kind: "records",
      records: order().map(({ number }) => ({
        kind: "leave",
        session: sessionOf(alice),
        arrival: 1,
        number,
        acceptedAtMs: 0,
      })),
    })),
  ],
  [
    "a record far ahead",
    "stays",
    framed(({ order }) => ({
      kind: "records",
      records: [{ ...(order().at(-1) as Record), number: 2 ** 40 }],
    })),
  ],
  [
    "a welcome of another incarnation",
    "stays",
    framed(({ order, alice, bob, carol }) => ({
      kind: "welcome",
      incarnation: otherLife,
      arrival: 1,
      counter: 0,
      first: 1,
      head: order().length,
      nowMs: 0,
      seated: [alice, bob, carol].map((who) => ({ session: sessionOf(who), presence: "present" })),
    })),
  ],
  [
    "a founding of another room",
    "rejoins",
    framed(({ order }) => ({
      kind: "founded",
      incarnation: otherLife,
      open: order()[0] as Record,
    })),
  ],
  [
    "a re-founding that nobody in it has sealed",
    "rejoins",
    framed(({ alice, bob }) => ({
      kind: "founded",
      incarnation: otherLife,
      open: {
        kind: "open",
        session: sessionOf(alice),
        rules: 1,
        policy: POLICY,
        refounding: {
          epochName: randomBytes(16),
          epoch: 9n,
          reached: 9,
          sessions: [sessionOf(alice), sessionOf(bob)].toSorted(),
        },
        sealed: randomBytes(1024),
        number: 1,
        acceptedAtMs: 0,
      },
    })),
  ],
  [
    "a refusal of what was never offered",
    "stays",
    framed(() => ({ kind: "refused", refusals: [{ ref: 4_000_000, reason: "stale", detail: 1 }] })),
  ],
  [
    "that his seat is gone",
    "rejoins",
    framed(() => ({ kind: "refused", refusals: [{ ref: 1, reason: "left", detail: 0 }] })),
  ],
  [
    "presence of strangers",
    "stays",
    framed(() => ({
      kind: "presence",
      changes: strangers(100).map((session) => ({ session, presence: "present" })),
    })),
  ],
  [
    "that everybody is away",
    "stays",
    framed(({ alice, bob, carol }) => ({
      kind: "presence",
      changes: [alice, bob, carol].map((who) => ({ session: sessionOf(who), presence: "away" })),
    })),
  ],
  [
    "signals of strangers and his own",
    "stays",
    framed(({ bob }) => ({
      kind: "signals",
      signals: [...strangers(20), sessionOf(bob)].map((session) => ({
        session,
        sealed: randomBytes(512),
      })),
    })),
  ],
];

describe("[W1] what the relay writes to bob alone:", () => {
  it.each([...bytes, ...frames])("%s — bob %s", async (_, outcome, make) => {
    const on = await scene();
    const { world, alice, bob, carol, link } = on;
    alice.room().send("before");
    await world.until("bob reads it", () => bob.read().length === 1);
    const session = sessionOf(bob);
    alsoSend(bob, make(on));
    alice.room().send("with it");
    await world.run(2_000);
    expect(alice.read()).toEqual(["alice: before", "alice: with it"]);
    expect(carol.read()).toEqual(alice.read());
    if (outcome === "is told") {
      expect(bob.client.phase.value).toEqual({ kind: "over", why: "refused" });
      await goesOn(world, [alice, carol], link);
      return;
    }
    await world.until("bob is in step", () => bob.room().connection.value === "live");
    await goesOn(world, [alice, bob, carol], link);
    expect(bob.notices().includes("rejoined")).toBe(outcome === "rejoins");
    expect(sessionOf(bob) === session).toBe(outcome === "stays");
    if (outcome === "stays") expect(bob.read().slice(0, 2)).toEqual(alice.read().slice(0, 2));
  });
});

describe("[E1] what the relay writes to a newcomer before he has a seat:", () => {
  const early: readonly (readonly [string, ServerFrame])[] = [
    [
      "records of nobody he knows",
      {
        kind: "records",
        records: [
          {
            kind: "leave",
            session: strangers(1)[0] as SessionId,
            arrival: 1,
            number: 1,
            acceptedAtMs: 0,
          },
        ],
      },
    ],
    [
      "a welcome",
      {
        kind: "welcome",
        incarnation: otherLife,
        arrival: 1,
        counter: 7,
        first: 1,
        head: 1_000,
        nowMs: 0,
        seated: [],
      },
    ],
    ["the end of a turn", { kind: "turn-over" }],
    ["presence", { kind: "presence", changes: [] }],
    ["a refusal", { kind: "refused", refusals: [{ ref: 1, reason: "rate", detail: 0 }] }],
  ];
  it.each(early)("%s: he joins all the same", async (_, frame) => {
    const { world, alice, bob, carol, link } = await scene();
    const dave = world.person("dave");
    let isFirst = true;
    changeFrames(dave, (next) => {
      if (next.kind !== "turn" || !isFirst) return [next];
      isFirst = false;
      return [frame, next];
    });
    dave.client.openLink(link);
    dave.client.enter("dave", "");
    await world.until(
      "dave is in",
      () =>
        dave.client.phase.value.kind === "room" && dave.room().encryption.value.kind === "sealed",
      60_000,
    );
    expect(isFirst).toBe(false);
    await goesOn(world, [alice, bob, carol, dave], link);
  });
});
