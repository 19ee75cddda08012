/** How a relay stops: in which order, and what it does when a part of it cannot. */
import { once } from "node:events";
import { expect, test } from "vitest";
import { CLOSE, parseRetryMs } from "../../shared/close-codes.ts";
import { encodeServerFrame } from "../../shared/codec/server-frames.ts";
import type { Line } from "../room/line.ts";
import { createHandClock } from "../stories/hand-clock.ts";
import { startTestRelay, testConfig, type TestRelay } from "./test-relay.ts";
import { answer, createKeyPair } from "./test-visitor.ts";

/** A relay whose rooms take as long to drain as the test says. */
async function start() {
  const clock = createHandClock();
  const lines: Line[] = [];
  let finish = (): void => undefined;
  let fail: (fault: Error) => void = () => undefined;
  const drained = new Promise<void>((settle, reject) => {
    finish = settle;
    fail = reject;
  });
  const rooms = {
    enter(_: unknown, line: Line) {
      lines.push(line);
      return { receive: () => undefined, closed: () => undefined };
    },
    drain: () => drained,
  };
  const relay = await startTestRelay({ clock, rooms, isReady: () => true }, testConfig({}));
  return { clock, lines, finish: () => finish(), fail: (fault: Error) => fail(fault), relay };
}

/** Alice inside, with what she was sent, and how it ended. */
async function enter(relay: TestRelay, lines: readonly Line[]) {
  const ws = relay.dial();
  const [challenge] = (await once(ws, "message")) as [Buffer];
  const got: Buffer[] = [];
  ws.on("message", (data: Buffer) => got.push(data));
  const closed = new Promise<{ code: number; reason: string }>((settle) => {
    ws.on("close", (code, reason) => settle({ code, reason: String(reason) }));
  });
  ws.send(answer(challenge, { door: createKeyPair(), own: createKeyPair(), origin: relay.origin }));
  while (lines.length === 0) await new Promise((settle) => setImmediate(settle));
  return { ws, got, closed };
}

const ready = (relay: TestRelay) =>
  relay.raw("GET /readyz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n");

test("[D1] unready and closed to newcomers at once; nobody is closed before the rooms are drained", async () => {
  const { relay, lines, finish } = await start();
  const alice = await enter(relay, lines);
  const atDoor = relay.dial();
  await once(atDoor, "message");
  const atDoorClosed = once(atDoor, "close");
  const stopped = relay.relay.stop();
  expect(await ready(relay)).toContain(" 503 ");
  const late = relay.dial();
  const [refusal] = (await once(late, "error")) as [Error];
  expect(refusal.message).toContain("503");
  expect([alice.ws.readyState, atDoor.readyState]).toEqual([alice.ws.OPEN, atDoor.OPEN]);

  // What the rooms still had to say arrives before the end.
  const last = encodeServerFrame({ kind: "turn-over" });
  lines[0]?.send(last);
  lines[0]?.close(CLOSE.restart, 1_234);
  finish();
  const end = await alice.closed;
  expect(end.code).toBe(1012);
  expect(parseRetryMs(end.reason)).toBe(1_234);
  expect(alice.got.map((frame) => new Uint8Array(frame))).toEqual([new Uint8Array(last)]);
  const [code, reason] = (await atDoorClosed) as [number, Buffer];
  expect(code).toBe(1012);
  expect(parseRetryMs(String(reason))).toBeLessThanOrEqual(3_000);
  await stopped;
  expect(relay.logged.join("")).toContain('"event":"drained","reason":"clean"');
});

test("rooms that cannot be drained do not keep the relay: the time is bounded", async () => {
  const { relay, lines, clock } = await start();
  const alice = await enter(relay, lines);
  const stopped = relay.relay.stop();
  await clock.advance(19_999);
  expect(alice.ws.readyState).toBe(alice.ws.OPEN);
  await clock.advance(1);
  await stopped;
  expect((await alice.closed).code).toBe(1006);
  expect(relay.logged.join("")).toContain('"event":"drained","reason":"out-of-time"');
});

test("a fault while draining is named in the log, and the relay stops", async () => {
  const { relay, fail, lines } = await start();
  const alice = await enter(relay, lines);
  const stopped = relay.relay.stop();
  fail(new RangeError("canary"));
  await stopped;
  await alice.closed;
  const logged = relay.logged.join("");
  expect(logged).toContain('"event":"fault","fault":"RangeError"');
  expect(logged).toContain('"event":"drained","reason":"failed"');
  expect(logged).not.toContain("canary");
});

test("stopping twice is stopping once", async () => {
  const { relay, finish } = await start();
  const first = relay.relay.stop();
  expect(relay.relay.stop()).toBe(first);
  finish();
  await first;
});
