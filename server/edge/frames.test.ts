/** HOSTILE §7, items 15–23: WebSocket frames by hand, each with the code that it earns, beside one who behaves. */
import { once } from "node:events";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import { MAX_FRAME_BYTES } from "../../shared/limits.ts";
import type { Line } from "../room/line.ts";
import { createHandClock, type HandClock } from "../stories/hand-clock.ts";
import { dialRaw, startTestRelay, testConfig, type TestRelay } from "./test-relay.ts";
import { answer, createKeyPair, sessionOf } from "./test-visitor.ts";

const lines = new Map<string, Line>();
const gone: string[] = [];
let clock: HandClock;
let relay: TestRelay;

beforeAll(async () => {
  clock = createHandClock();
  const rooms = {
    enter(visitor: { session: string }, line: Line) {
      lines.set(visitor.session, line);
      return { receive: () => undefined, closed: () => void gone.push(visitor.session) };
    },
    drain: () => Promise.resolve(),
  };
  const generous = { LIMIT_SOCKETS_PER_ADDRESS: "1000", LIMIT_CONNECTS_PER_MINUTE: "100000" };
  relay = await startTestRelay({ clock, rooms, isReady: () => true }, testConfig(generous));
});
afterAll(() => relay.relay.stop());
/** Whatever came before: somebody else gets in, and no slot is held. */
afterEach(async () => {
  const { ws } = await visit();
  ws.close();
  await once(ws, "close");
  while (relay.relay.sockets() > 0) await new Promise((settle) => setImmediate(settle));
});

/** A client of the ws library that has proved its keys, and its line on the relay's side. */
async function visit() {
  const ws = relay.dial();
  const [challenge] = (await once(ws, "message")) as [Buffer];
  const own = createKeyPair();
  ws.send(answer(challenge, { door: createKeyPair(), own, origin: relay.origin }));
  const session = sessionOf(own);
  while (!lines.has(session)) await new Promise((settle) => setImmediate(settle));
  const line = lines.get(session);
  if (line === undefined) throw new Error("no line");
  return { ws, line, session };
}

interface FrameParts {
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly opcode: number;
  readonly payload?: Buffer;
  readonly masked?: boolean;
  /** Written as a length of 8 bytes, whatever the payload. */
  readonly claimed?: bigint;
}

/** One client frame (RFC 6455 §5.2), masked with zeros. */
function frame({
  fin = true,
  rsv = 0,
  opcode,
  payload = Buffer.alloc(0),
  masked = true,
  claimed,
}: FrameParts): Buffer {
  const head = Buffer.from([(fin ? 128 : 0) | (rsv << 4) | opcode]);
  const mask = masked ? 128 : 0;
  const size = Buffer.alloc(9);
  size.writeBigUInt64BE(claimed ?? BigInt(payload.length), 1);
  const short = payload.length < 126 && claimed === undefined;
  size[0] = mask | (short ? payload.length : 127);
  const length = short ? size.subarray(0, 1) : size;
  return Buffer.concat([head, length, Buffer.alloc(masked ? 4 : 0), payload]);
}

/** Code of the close frame among unmasked frames, 1005 for one without, or null. */
function closeCodeIn(bytes: Buffer): number | null {
  for (let at = 0; at + 2 <= bytes.length;) {
    const opcode = (bytes[at] ?? 0) & 15;
    const short = bytes[at + 1] ?? 0;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    if (opcode === 8) return length < 2 ? 1005 : bytes.readUInt16BE(start);
    at = start + length;
  }
  return null;
}

/** Ends a wait for more when nothing more can come. */
function expiry(closed: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  closed.then(
    () => controller.abort(),
    () => controller.abort(),
  );
  return controller.signal;
}

const close = (code: number, reason = "") =>
  frame({
    opcode: 8,
    payload: Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]),
  });
const one = Buffer.from("x");
const repeat = (count: number, make: (i: number) => Buffer) =>
  Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));

const table: readonly (readonly [string, () => Buffer, number])[] = [
  ["[item 15] an unmasked frame", () => frame({ opcode: 2, payload: one, masked: false }), 1002],
  ...[4, 2, 1, 7].map(
    (rsv) =>
      [`[item 15] RSV bits ${rsv}`, () => frame({ opcode: 2, rsv, payload: one }), 1002] as const,
  ),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
    (opcode) =>
      [`[item 15] opcode ${opcode}`, () => frame({ opcode, payload: one }), 1002] as const,
  ),
  ["[item 15] a continuation of nothing", () => frame({ opcode: 0, payload: one }), 1002],
  [
    "[item 15] a frame within another",
    () =>
      Buffer.concat([
        frame({ opcode: 2, fin: false, payload: one }),
        frame({ opcode: 2, payload: one }),
      ]),
    1002,
  ],
  ["[item 16] a ping of 126 bytes", () => frame({ opcode: 9, payload: Buffer.alloc(126) }), 1002],
  ["[item 16] a fragmented ping", () => frame({ opcode: 9, fin: false }), 1002],
  ["[item 16] a fragmented close", () => frame({ opcode: 8, fin: false }), 1002],
  ["[item 17] a text frame", () => frame({ opcode: 1, payload: one }), 1003],
  ["[item 17] invalid UTF-8", () => frame({ opcode: 1, payload: Buffer.from([0xc0, 0xaf]) }), 1007],
  [
    "[item 18] 80 KiB + 1",
    () => frame({ opcode: 2, payload: Buffer.alloc(MAX_FRAME_BYTES + 1) }),
    1009,
  ],
  ["[item 18] a claim of 2^63", () => frame({ opcode: 2, claimed: 2n ** 63n }), 1009],
  ["[item 18] a claim of 2^40", () => frame({ opcode: 2, claimed: 2n ** 40n }), 1009],
  [
    "[item 18] 80 KiB + 1 in two parts",
    () =>
      Buffer.concat([
        frame({ opcode: 2, fin: false, payload: Buffer.alloc(MAX_FRAME_BYTES) }),
        frame({ opcode: 0, payload: one }),
      ]),
    1009,
  ],
  [
    "[item 19] fragments of 1 byte",
    () => repeat(70, (i) => frame({ opcode: i === 0 ? 2 : 0, fin: false, payload: one })),
    1008,
  ],
  [
    "[item 19] empty fragments",
    () => repeat(70, (i) => frame({ opcode: i === 0 ? 2 : 0, fin: false })),
    1008,
  ],
  ["[item 20] pings", () => repeat(10_000, () => frame({ opcode: 9 })), 1008],
  [
    "[item 20] pongs that nobody asked for",
    () => repeat(10_000, () => frame({ opcode: 10 })),
    1008,
  ],
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map(
    (code) => [`[item 21] close ${code}`, () => close(code), 1002] as const,
  ),
  ["[item 21] a reason of 200 bytes", () => close(1000, "r".repeat(200)), 1002],
  ["[item 21] a close of 1 byte", () => frame({ opcode: 8, payload: one }), 1002],
  [
    "[item 21] a reason that is not UTF-8",
    () => frame({ opcode: 8, payload: Buffer.from([3, 232, 0xff]) }),
    1007,
  ],
  ["[item 25] an empty frame", () => frame({ opcode: 2 }), 4400],
  ["[item 25] an unknown kind", () => frame({ opcode: 2, payload: Buffer.from([99]) }), 4400],
  [
    "[item 26] a ping of ours before the entry",
    () => frame({ opcode: 2, payload: Buffer.from([8]) }),
    4401,
  ],
];

test.each(table)("%s", async (_, bytes, code) => {
  const { socket, received, closed } = await dialRaw(relay);
  socket.write(bytes());
  while (closeCodeIn(received()) === null) await once(socket, "data", { signal: expiry(closed) });
  expect(closeCodeIn(received())).toBe(code);
  socket.destroy();
  await closed;
});

test("noise of any kind, cut anywhere, leaves the relay standing", async () => {
  const noise = fc.array(
    fc.record({
      opcode: fc.nat(15),
      rsv: fc.nat(7),
      fin: fc.boolean(),
      masked: fc.boolean(),
      payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      cut: fc.nat(320),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(noise, async (parts) => {
      const { socket, closed } = await dialRaw(relay);
      for (const part of parts) socket.write(frame(part).subarray(0, part.cut));
      socket.end();
      await closed;
    }),
    { numRuns: 50 },
  );
});

describe("[item 22] ends without a handshake free their slot", () => {
  test("data after the close is not read", async () => {
    const { socket, received, closed } = await dialRaw(relay);
    socket.write(Buffer.concat([close(1000), frame({ opcode: 2, payload: Buffer.from([99]) })]));
    await closed;
    expect(closeCodeIn(received())).toBe(1000);
  });

  test("a half-closed socket", async () => {
    const { socket, closed } = await dialRaw(relay);
    socket.end();
    await closed;
  });

  test("a reset in the middle of a frame", async () => {
    const { socket } = await dialRaw(relay);
    socket.write(frame({ opcode: 2, payload: Buffer.alloc(1_000) }).subarray(0, 500));
    socket.resetAndDestroy();
  });

  test("the room hears of it", async () => {
    const { ws, session } = await visit();
    ws.terminate();
    while (!gone.includes(session)) await new Promise((settle) => setImmediate(settle));
  });
});

test("[item 7] an upgrade and then silence is closed at the handshake's time", async () => {
  const { socket, received, closed } = await dialRaw(relay);
  await clock.advance(10_000);
  while (closeCodeIn(received()) === null) await once(socket, "data", { signal: expiry(closed) });
  expect(closeCodeIn(received())).toBe(1013);
  socket.destroy();
  await closed;
});

test("[item 23] who never reads is closed with 1013; the other gets every frame meanwhile", async () => {
  const slow = await visit();
  const good = await visit();
  const got: unknown[] = [];
  const sent: Uint8Array[] = [];
  good.ws.on("message", (data) => got.push(data));
  slow.ws.pause();
  const payload = new Uint8Array(64 * 1024);
  const isSlowGone = () => gone.includes(slow.session);
  while (!isSlowGone()) {
    for (const { line } of [slow, good]) line.send(payload);
    sent.push(payload);
    while (got.length < sent.length) await once(good.ws, "message");
    await new Promise((settle) => setImmediate(settle));
    // Far more than any system buffers: else the rule does not hold.
    expect(sent.length).toBeLessThan(2_000);
  }
  slow.ws.resume();
  const [code] = (await once(slow.ws, "close")) as [number];
  expect(code).toBe(1013);
  expect(good.ws.readyState).toBe(good.ws.OPEN);
  expect(got).toHaveLength(sent.length);
  good.ws.close();
  await once(good.ws, "close");
});

test("a challenge is the first frame on a real socket, and an entry for it opens", async () => {
  const { ws, line } = await visit();
  line.send(new Uint8Array([11]));
  const [pong] = (await once(ws, "message")) as [Buffer];
  expect(decodeServerFrame(pong)).toEqual({ kind: "pong" });
  ws.close();
  await once(ws, "close");
});
