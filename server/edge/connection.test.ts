import { expect, test } from "vitest";
import type { Bytes } from "../../shared/bytes.ts";
import { CLOSE } from "../../shared/close-codes.ts";
import { encodeClientFrame } from "../../shared/codec/client-frames.ts";
import { decodeServerFrame, encodeServerFrame } from "../../shared/codec/server-frames.ts";
import { HANDSHAKE_MS, HEARTBEAT_MS, SILENCE_MS } from "../../shared/limits.ts";
import type { ClientFrame, Enter } from "../../shared/protocol.ts";
import type { Line, Visitor } from "../room/line.ts";
import { createHandClock } from "../stories/hand-clock.ts";
import { MAX_BUFFERED_BYTES, UNREAD_MS } from "./backpressure.ts";
import { attachConnection, CLOSE_WAIT_MS, type ConnectionDeps } from "./connection.ts";
import type { Socket, SocketHandlers } from "./socket.ts";
import { answer, createKeyPair, enterFrame, routeOf, sessionOf } from "./test-visitor.ts";

const ORIGIN = "https://chat.example";
const PING = encodeClientFrame({ kind: "ping" });
const ASK = encodeClientFrame({ kind: "ask-turn" });
const door = createKeyPair();
const alice = createKeyPair();
const bob = createKeyPair();

/** A socket whose other end is the test's hand; `waiting` is what that end has not read. */
function fakeSocket() {
  const sent: Bytes[] = [];
  const seen = { pings: 0, closes: [] as { code: number; reason: string }[], terminated: 0 };
  let handlers: SocketHandlers | null = null;
  let waiting = 0;
  let isReading = true;
  const socket: Socket = {
    send(bytes) {
      sent.push(bytes);
      if (!isReading) waiting += bytes.length;
    },
    ping: () => void seen.pings++,
    close: (code, reason) => void seen.closes.push({ code, reason }),
    terminate() {
      seen.terminated++;
      handlers?.closed();
    },
    get bufferedAmount() {
      return waiting;
    },
    listen: (given) => void (handlers = given),
  };
  const far = {
    say: (bytes: Uint8Array) => handlers?.binary(bytes),
    sayText: () => handlers?.text(),
    control: () => handlers?.control(),
    hangUp: () => handlers?.closed(),
    stopReading: () => void (isReading = false),
    take: (bytes: number) => void (waiting -= bytes),
    codes: () => seen.closes.map(({ code }) => code),
  };
  return { socket, sent, seen, far };
}

/** One connection before a door that notes who came in and what the visit was told. */
function connect(overrides: Partial<ConnectionDeps> = {}) {
  const clock = createHandClock();
  const fake = fakeSocket();
  const visitors: Visitor[] = [];
  const lines: Line[] = [];
  const received: ClientFrame[] = [];
  const told = { closed: 0 };
  const connection = attachConnection(
    fake.socket,
    { origin: ORIGIN, addressKey: "key" },
    {
      clock,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      frameRate: { perSecond: 10, burst: 20 },
      enter(visitor, line) {
        visitors.push(visitor);
        lines.push(line);
        return { receive: (frame) => received.push(frame), closed: () => void told.closed++ };
      },
      ...overrides,
    },
  );
  const [challengeFrame = new Uint8Array()] = fake.sent;
  const come = (own = alice) => fake.far.say(answer(challengeFrame, { door, own, origin: ORIGIN }));
  return { clock, ...fake, visitors, lines, received, told, connection, challengeFrame, come };
}

function challengeOf(frame: Uint8Array): Bytes {
  const decoded = decodeServerFrame(frame);
  if (decoded?.kind !== "challenge") throw new Error("not a challenge");
  return decoded.challenge;
}

test("a challenge comes first, another one for everybody", () => {
  const challenges = [connect(), connect()].map(({ sent }) => challengeOf(sent[0] ?? PING));
  expect(challenges[0]).toHaveLength(32);
  expect(challenges[0]).not.toEqual(challenges[1]);
});

test("alice proves both keys and is let in as herself", () => {
  const { come, visitors, seen } = connect();
  come();
  expect(visitors).toEqual([
    {
      routeId: routeOf(door),
      session: sessionOf(alice),
      connections: 1,
      cursor: null,
      addressKey: "key",
    },
  ]);
  expect(seen.closes).toEqual([]);
});

const stranger = createKeyPair();
const liesAtTheDoor: readonly [string, (honest: Enter, other: Enter) => Partial<Enter>][] = [
  ["a route that her door key does not hash to", () => ({ routeId: routeOf(stranger) })],
  ["another door's key under her route", () => ({ doorKey: stranger.publicKey })],
  ["bob's session key over her signatures", () => ({ sessionKey: bob.publicKey })],
  ["a door signature by another door", (_, other) => ({ doorSignature: other.doorSignature })],
  ["a session signature by bob", (_, other) => ({ sessionSignature: other.sessionSignature })],
  [
    "the two signatures exchanged",
    (honest) => ({
      doorSignature: honest.sessionSignature,
      sessionSignature: honest.doorSignature,
    }),
  ],
  ["a session key that is no point", () => ({ sessionKey: new Uint8Array(32).fill(255) })],
  ["signatures of zeros", () => ({ doorSignature: new Uint8Array(64) })],
];

test.each(liesAtTheDoor)("[item 26] alice comes with %s: 4401", (_, lie) => {
  const { far, visitors, challengeFrame } = connect();
  const challenge = challengeOf(challengeFrame);
  const honest = enterFrame({ door, own: alice, origin: ORIGIN, challenge });
  const other = enterFrame({ door: stranger, own: bob, origin: ORIGIN, challenge });
  far.say(encodeClientFrame({ ...honest, ...lie(honest, other) }));
  expect(far.codes()).toEqual([CLOSE.notAdmitted.code]);
  expect(visitors).toEqual([]);
});

test("[item 26] [E1] who knows a route id but not its door signs with a door of their own: 4401", () => {
  const { far, visitors, challengeFrame } = connect();
  const claimed = routeOf(door);
  far.say(answer(challengeFrame, { door: stranger, own: bob, origin: ORIGIN, claimed }));
  expect(far.codes()).toEqual([4401]);
  expect(visitors).toEqual([]);
});

test("[item 26] an entry for another challenge or another origin does not open: 4401", () => {
  const earlier = connect();
  const later = connect();
  later.far.say(answer(earlier.challengeFrame, { door, own: alice, origin: ORIGIN }));
  expect(later.far.codes()).toEqual([4401]);
  const elsewhere = connect();
  elsewhere.far.say(
    answer(elsewhere.challengeFrame, { door, own: alice, origin: "https://evil.example" }),
  );
  expect(elsewhere.far.codes()).toEqual([4401]);
});

test("[item 26] a frame before the entry, a ping too, does not open: 4401", () => {
  for (const early of [ASK, PING]) {
    const { far } = connect();
    far.say(early);
    expect(far.codes()).toEqual([4401]);
  }
});

test("[item 25] an entry of another version is told to upgrade: 4407", () => {
  const { far, challengeFrame } = connect();
  far.say(answer(challengeFrame, { door, own: alice, origin: ORIGIN, lie: { version: 2 } }));
  expect(far.codes()).toEqual([4407]);
});

test.each([
  ["no bytes", new Uint8Array()],
  ["an unknown kind", Uint8Array.of(99)],
  ["trailing bytes", Uint8Array.of(...PING, 0)],
  ["an empty proposal", Uint8Array.of(6, 0, 0)],
])("[item 25] %s close with 4400, before the entry and after", (_, bytes) => {
  const before = connect();
  before.far.say(bytes);
  expect(before.far.codes()).toEqual([4400]);
  const after = connect();
  after.come();
  after.far.say(bytes);
  expect(after.far.codes()).toEqual([4400]);
  expect(after.received).toEqual([]);
});

test("a second entry has no place: 4402", () => {
  const { come, far } = connect();
  come();
  come();
  expect(far.codes()).toEqual([4402]);
});

test("[item 17] a text frame closes with 1003", () => {
  const { come, far } = connect();
  come();
  far.sayText();
  expect(far.codes()).toEqual([1003]);
});

test("frames reach the visit in order, a ping is answered here", () => {
  const { come, far, received, sent } = connect();
  come();
  far.say(ASK);
  far.say(PING);
  far.say(ASK);
  expect(received).toEqual([{ kind: "ask-turn" }, { kind: "ask-turn" }]);
  expect(sent.slice(1)).toEqual([encodeServerFrame({ kind: "pong" })]);
});

test("one write for each frame that the room hands over, and none after the end", () => {
  const { come, lines, sent, seen } = connect();
  come();
  const frame = encodeServerFrame({ kind: "no-room" });
  lines[0]?.send(frame);
  lines[0]?.send(frame);
  lines[0]?.close(CLOSE.restart, 1_234);
  lines[0]?.send(frame);
  lines[0]?.close(CLOSE.gone);
  expect(sent.slice(1)).toEqual([frame, frame]);
  expect(seen.closes).toEqual([{ code: 1012, reason: `${CLOSE.restart.text}; retry-ms=1234` }]);
});

test("[item 7] who says nothing is closed after the handshake's time, who came in is not", async () => {
  const silent = connect();
  await silent.clock.advance(HANDSHAKE_MS - 1);
  expect(silent.far.codes()).toEqual([]);
  await silent.clock.advance(1);
  expect(silent.far.codes()).toEqual([1013]);
  const inside = connect();
  inside.come();
  await inside.clock.advance(HANDSHAKE_MS);
  expect(inside.far.codes()).toEqual([]);
});

test("a relay pings, and drops who was silent for the whole time [item 20]", async () => {
  const { come, clock, far, seen, told } = connect();
  come();
  await clock.advance(HEARTBEAT_MS);
  expect(seen.pings).toBe(1);
  far.control();
  await clock.advance(SILENCE_MS - 1);
  expect(seen.terminated).toBe(0);
  expect(told.closed).toBe(0);
  await clock.advance(1);
  expect(seen.terminated).toBe(1);
  await clock.settle();
  expect(told.closed).toBe(1);
  expect(clock.waiting()).toBe(0);
});

test("who answers each ping stays", async () => {
  const { come, clock, far, seen } = connect();
  come();
  for (let minutes = 0; minutes < 60; minutes++) {
    await clock.advance(30_000);
    far.control();
  }
  expect(seen.terminated).toBe(0);
  expect(seen.closes).toEqual([]);
});

test("[item 20] pings of the protocol or frames: more than the rate close with 1008", () => {
  const pinging = connect();
  for (let i = 0; i < 21; i++) pinging.far.control();
  expect(pinging.far.codes()).toEqual([1008]);
  const talking = connect();
  talking.come();
  for (let i = 0; i < 10_000; i++) talking.far.say(ASK);
  expect(talking.far.codes()).toEqual([1008]);
  expect(talking.received).toHaveLength(19);
});

test("at the rate, for an hour: nothing is closed", async () => {
  const { come, clock, far, received } = connect();
  come();
  for (let seconds = 0; seconds < 360; seconds++) {
    for (let i = 0; i < 10; i++) far.say(ASK);
    await clock.advance(1_000);
  }
  expect(far.codes()).toEqual([]);
  expect(received).toHaveLength(3_600);
});

test("[item 23] more than 1 MiB unread: closed with 1013, dropped when that is not taken either", async () => {
  const { come, clock, far, lines, seen, told } = connect();
  come();
  far.stopReading();
  const frame = new Uint8Array(64 * 1024);
  for (let i = 0; i < MAX_BUFFERED_BYTES / frame.length; i++) lines[0]?.send(frame);
  expect(far.codes()).toEqual([]);
  lines[0]?.send(frame);
  expect(far.codes()).toEqual([1013]);
  await clock.settle();
  expect(told.closed).toBe(1);
  await clock.advance(CLOSE_WAIT_MS);
  expect(seen.terminated).toBe(1);
  expect(told.closed).toBe(1);
  expect(clock.waiting()).toBe(0);
});

test("[item 23] a little unread for 10 s: closed with 1013", async () => {
  const { come, clock, far, lines } = connect();
  come();
  far.stopReading();
  lines[0]?.send(new Uint8Array(100));
  await clock.advance(UNREAD_MS - 1_000);
  lines[0]?.send(new Uint8Array(100));
  expect(far.codes()).toEqual([]);
  await clock.advance(1_000);
  expect(far.codes()).toEqual([1013]);
});

test("who reads slowly but steadily stays", async () => {
  const { come, clock, far, lines } = connect();
  come();
  far.stopReading();
  for (let i = 0; i < 20; i++) {
    lines[0]?.send(new Uint8Array(1_000));
    await clock.advance(5_000);
    far.take(900);
    far.control();
  }
  expect(far.codes()).toEqual([]);
});

test("the visit hears of the end once, in a turn of its own", async () => {
  const { come, clock, far, told, lines } = connect();
  come();
  lines[0]?.close(CLOSE.ended);
  expect(told.closed).toBe(0);
  far.hangUp();
  far.hangUp();
  await clock.settle();
  expect(told.closed).toBe(1);
  expect(clock.waiting()).toBe(0);
});

test("a room that closes the line while letting in still hears of the end", async () => {
  const told = { closed: 0 };
  const { come, clock, far } = connect({
    enter(_, line) {
      line.close(CLOSE.upgradeRequired);
      return { receive: () => expect.unreachable(), closed: () => void told.closed++ };
    },
  });
  come();
  far.say(ASK);
  expect(far.codes()).toEqual([4407]);
  await clock.settle();
  expect(told.closed).toBe(1);
});

test("[item 22] nothing after the close is read", async () => {
  const { come, clock, far, received, sent } = connect();
  come();
  far.sayText();
  const before = sent.length;
  far.say(ASK);
  far.say(PING);
  far.say(Uint8Array.of(99));
  await clock.settle();
  expect(received).toEqual([]);
  expect(sent).toHaveLength(before);
  expect(far.codes()).toEqual([1003]);
});

test("a fault in the room ends this connection with 1011 and is reported, not thrown", async () => {
  const faults: unknown[] = [];
  const { come, far, clock } = connect({
    enter: () => ({
      receive() {
        throw new Error("a fault of ours");
      },
      closed() {},
    }),
    failed: (fault) => faults.push(fault),
  });
  come();
  far.say(ASK);
  expect(far.codes()).toEqual([1011]);
  expect(faults).toHaveLength(1);
  await clock.settle();
});

test("the relay's own stop closes who is at the door and who is inside", async () => {
  for (const isInside of [false, true]) {
    const { come, connection, seen } = connect();
    if (isInside) come();
    connection.close(CLOSE.restart, 500);
    expect(seen.closes).toEqual([{ code: 1012, reason: `${CLOSE.restart.text}; retry-ms=500` }]);
  }
});
