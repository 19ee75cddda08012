/** HOSTILE §7, items 25–31, at the edge of a relay with real rooms: what the socket is closed with, or what is answered. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bytes } from "../../shared/bytes.ts";
import { encodeClientFrame } from "../../shared/codec/client-frames.ts";
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import type { Cursor } from "../../shared/ids.ts";
import { RULES_VERSION, type Enter, type Offer, type ServerFrame } from "../../shared/protocol.ts";
import { createMemoryLog } from "../drivers/memory-log.ts";
import { judge } from "../room/judge.ts";
import { DEFAULT_ROOM_LIMITS } from "../room/limits.ts";
import { createRooms } from "../room/rooms.ts";
import { createHandClock } from "../stories/hand-clock.ts";
import { startTestRelay, testConfig, type TestRelay } from "./test-relay.ts";
import { answer, createKeyPair, type KeyPair } from "./test-visitor.ts";

const clock = createHandClock();
const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const log = createMemoryLog({ clock, random, judge });
const rooms = createRooms({
  media: null,
  log,
  clock,
  random,
  sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
  limits: { ...DEFAULT_ROOM_LIMITS, foundings: { count: 1_000, windowMs: 60_000 } },
  report: () => undefined,
});
let relay: TestRelay;

beforeAll(async () => {
  const generous = { LIMIT_SOCKETS_PER_ADDRESS: "1000", LIMIT_CONNECTS_PER_MINUTE: "100000" };
  relay = await startTestRelay(
    { clock, rooms, isReady: () => log.isReady() },
    testConfig(generous),
  );
});
afterAll(() => relay.relay.stop());

const POLICY = { messageTtlMs: 60_000, memberCap: 10, graceMs: 15_000, lifetimeMs: 3_600_000 };
const sealed = new Uint8Array(512);
const post = (counter: number, body = sealed): Offer => ({
  kind: "post",
  ref: counter,
  counter,
  names: 1,
  files: [],
  sealed: body,
});
const commit: Offer & { kind: "commit" } = {
  kind: "commit",
  ref: 1,
  follows: 1,
  removes: [],
  groupInfoHash: new Uint8Array(32),
  sealed,
  groupInfo: sealed,
};

/** A client on a real socket, past the relay's challenge. */
async function dial() {
  const ws = relay.dial();
  const frames: ServerFrame[] = [];
  const closed = new Promise<number>((settle) => void ws.on("close", settle));
  const [challenge] = (await once(ws, "message")) as [Buffer];
  ws.on("message", (data: Buffer) => {
    const frame = decodeServerFrame(data);
    if (frame !== null) frames.push(frame);
  });
  async function until<K extends ServerFrame["kind"]>(kind: K): Promise<ServerFrame & { kind: K }> {
    for (;;) {
      const at = frames.findIndex((frame) => frame.kind === kind);
      const [frame] = at < 0 ? [] : frames.splice(at, 1);
      if (frame !== undefined) return frame as ServerFrame & { kind: K };
      await once(ws, "message");
    }
  }
  return { ws, challenge, closed, until };
}

interface Keys {
  readonly door: KeyPair;
  readonly own: KeyPair;
}
const fresh = (): Keys => ({ door: createKeyPair(), own: createKeyPair() });
const entryOf = (challenge: Buffer, keys: Keys, lie: Partial<Enter> = {}) =>
  answer(challenge, { ...keys, origin: relay.origin, lie });

/** Alice in a room of her own. */
async function found(keys = fresh()) {
  const client = await dial();
  client.ws.send(entryOf(client.challenge, keys));
  await client.until("no-room");
  client.ws.send(
    encodeClientFrame({ kind: "found", rules: RULES_VERSION, policy: POLICY, sealed }),
  );
  const welcome = await client.until("welcome");
  // Its own founding comes first.
  await client.until("records");
  return { ...client, keys, welcome };
}

function patched(bytes: Bytes, patch: (bytes: Bytes) => void): Bytes {
  const copy = Uint8Array.from(bytes);
  patch(copy);
  return copy;
}

const cursor: Cursor = { incarnation: "00".repeat(8) as Cursor["incarnation"], number: 1 };
/** The number of the cursor is the last field of an entry: 8 bytes. */
const withNumber = (challenge: Buffer, number: readonly number[]) =>
  patched(entryOf(challenge, fresh(), { cursor }), (bytes) => bytes.set(number, bytes.length - 8));

const atTheDoor: readonly (readonly [string, (challenge: Buffer) => Uint8Array, number])[] = [
  [
    "[item 25] [W1] an entry with a byte too many",
    (c) => Uint8Array.of(...entryOf(c, fresh()), 0),
    4400,
  ],
  ["[item 25] [W1] an entry cut short", (c) => entryOf(c, fresh()).subarray(0, -1), 4400],
  [
    "[item 25] [W1] a flag of 2",
    (c) => patched(entryOf(c, fresh()), (b) => b.set([2], b.length - 1)),
    4400,
  ],
  ["[item 25] another version", (c) => entryOf(c, fresh(), { version: 9 }), 4407],
  [
    "[item 26] [E1] an offer before the entry",
    () => encodeClientFrame({ kind: "propose", offers: [post(1)] }),
    4401,
  ],
  [
    "[item 26] [E1] another door's key",
    (c) => entryOf(c, fresh(), { doorKey: createKeyPair().publicKey }),
    4401,
  ],
  [
    "[item 26] [E1] another session's key",
    (c) => entryOf(c, fresh(), { sessionKey: createKeyPair().publicKey }),
    4401,
  ],
  ["[item 28] [W1] a cursor of 2^53", (c) => withNumber(c, [0, 0x20, 0, 0, 0, 0, 0, 0]), 4400],
  [
    "[item 28] [W1] a cursor below zero",
    (c) => withNumber(c, [255, 255, 255, 255, 255, 255, 255, 255]),
    4400,
  ],
  [
    "[item 28] [W1] a cursor that would be NaN",
    (c) => withNumber(c, [0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
    4400,
  ],
  ["[item 28] [W1] a cursor of 0", (c) => withNumber(c, [0, 0, 0, 0, 0, 0, 0, 0]), 4400],
];

test.each(atTheDoor)("%s", async (_, bytes, code) => {
  const client = await dial();
  client.ws.send(bytes(client.challenge));
  expect(await client.closed).toBe(code);
});

test("[item 26] [E1] the entry of an earlier connection, word for word, does not open: 4401", async () => {
  const keys = fresh();
  const first = await dial();
  const entry = entryOf(first.challenge, keys);
  first.ws.send(entry);
  await first.until("no-room");
  first.ws.send(entry);
  expect(await first.closed).toBe(4402);
  const second = await dial();
  second.ws.send(entry);
  expect(await second.closed).toBe(4401);
});

const propose = (...offers: Offer[]) => encodeClientFrame({ kind: "propose", offers });
const inside: readonly (readonly [string, () => Uint8Array])[] = [
  [
    "[item 29] [W1] a commit without GroupInfo",
    () => propose({ ...commit, groupInfo: new Uint8Array() }),
  ],
  [
    "[item 29] [W3] a GroupInfo of 64 KiB",
    () => propose({ ...commit, groupInfo: new Uint8Array(65_536) }),
  ],
  ["[item 29] [W1] two commits in a frame", () => propose(commit, { ...commit, ref: 2 })],
  ["[item 31] [W3] a post of 513 bytes", () => propose(post(1, new Uint8Array(513)))],
  ["[item 31] [W3] a post of no bytes", () => propose(post(1, new Uint8Array()))],
  [
    "[item 31] [W3] a signal of 2 KiB",
    () => encodeClientFrame({ kind: "signal", sealed: new Uint8Array(2_048) }),
  ],
  ["[item 25] [W1] a counter of 0", () => propose(post(0))],
];

test.each(inside)("%s: 4400", async (_, bytes) => {
  const { ws, closed } = await found();
  ws.send(bytes());
  expect(await closed).toBe(4400);
});

test("[item 27] [P3] a counter offered twice, with the same body or another, is answered with its number", async () => {
  const { ws, until, closed } = await found();
  ws.send(propose(post(1)));
  const { records } = await until("records");
  const number = records.find((record) => record.kind === "post")?.number;
  expect(number).toBe(2);
  for (const body of [sealed, new Uint8Array(1_024).fill(7)]) {
    ws.send(propose(post(1, body)));
    const { refusals } = await until("refused");
    expect(refusals).toEqual([{ ref: 1, reason: "duplicate", detail: 2 }]);
  }
  ws.send(propose(post(2)));
  const next = await until("records");
  expect(next.records.map((record) => record.number)).toEqual([3]);
  ws.close();
  await closed;
});

test("[item 28] [E8] a cursor ahead of the relay is held for 5 s, then told to come later: 1013", async () => {
  const { ws, closed, keys, welcome } = await found();
  ws.terminate();
  await closed;
  const again = await dial();
  const ahead = { incarnation: welcome.incarnation, number: 999 };
  again.ws.send(entryOf(again.challenge, keys, { connections: 2, cursor: ahead }));
  // The answer to a ping shows that the entry was read.
  again.ws.send(encodeClientFrame({ kind: "ping" }));
  await again.until("pong");
  await clock.advance(4_900);
  expect(again.ws.readyState).toBe(again.ws.OPEN);
  await clock.advance(200);
  expect(await again.closed).toBe(1013);
});
