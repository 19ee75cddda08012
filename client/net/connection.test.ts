import { describe, expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import { CLOSE, closeText } from "../../shared/close-codes.ts";
import type { ClientFrame, ServerFrame } from "../../shared/protocol.ts";
import { createConnection } from "./connection.ts";
import type { SocketEvents } from "./socket.ts";

const CHALLENGE: ServerFrame = { kind: "challenge", challenge: new Uint8Array(32) };
const PONG: ServerFrame = { kind: "pong" };
const SAID: ClientFrame = { kind: "ask-turn" };

interface FakeSocket {
  readonly events: SocketEvents;
  readonly sent: ClientFrame["kind"][];
  isClosed: boolean;
}

/** A connection whose sockets the test plays the relay of. */
function setUp() {
  const clock = createHandClock();
  const sockets: FakeSocket[] = [];
  const heard: ServerFrame["kind"][] = [];
  const lost: [string, number][] = [];
  const connection = createConnection(
    {
      clock,
      random: () => 0,
      openSocket(events) {
        const socket: FakeSocket = { events, sent: [], isClosed: false };
        sockets.push(socket);
        return {
          send: ({ kind }) => void socket.sent.push(kind),
          close() {
            socket.isClosed = true;
            events.closed(1000, "");
          },
        };
      },
    },
    {
      frame: ({ kind }) => void heard.push(kind),
      lost: (next, code) => void lost.push([next, code]),
    },
  );
  const last = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  };
  /** The relay answers, and the client has entered. */
  function enters(): FakeSocket {
    last().events.opened();
    last().events.frame(CHALLENGE);
    connection.send(SAID);
    last().events.frame(PONG);
    return last();
  }
  return { clock, sockets, heard, lost, connection, last, enters };
}

describe("silence", () => {
  it("asks after 15 s without a frame, and takes any frame for an answer", async () => {
    const { clock, enters, lost } = setUp();
    const socket = enters();
    await clock.advance(14_999);
    expect(socket.sent).toEqual(["ask-turn"]);
    await clock.advance(1);
    expect(socket.sent).toEqual(["ask-turn", "ping"]);
    await clock.advance(4_000);
    socket.events.frame(PONG);
    await clock.advance(14_999);
    expect(socket.sent).toEqual(["ask-turn", "ping"]);
    expect(lost).toEqual([]);
  });

  it("gives a socket up that does not answer for 8 s, and opens another", async () => {
    const { clock, enters, lost, sockets } = setUp();
    const socket = enters();
    await clock.advance(23_000);
    expect(lost).toEqual([["retry", 1006]]);
    expect(socket.isClosed).toBe(true);
    await clock.advance(125);
    expect(sockets).toHaveLength(2);
  });

  it("gives a socket up that does not open, or brings no challenge, within 10 s", async () => {
    const { clock, lost, sockets, last } = setUp();
    await clock.advance(10_000);
    expect(lost).toHaveLength(1);
    await clock.advance(125);
    expect(sockets).toHaveLength(2);
    last().events.opened();
    await clock.advance(10_000);
    expect(lost).toHaveLength(2);
  });

  it("[E1] never asks before it has entered: a ping as the first frame would be out of turn", async () => {
    const { clock, connection, last, sockets } = setUp();
    last().events.opened();
    connection.nudge();
    await clock.advance(9_999);
    expect(last().sent).toEqual([]);
    expect(sockets).toHaveLength(1);
    last().events.frame(CHALLENGE);
    connection.nudge();
    await clock.advance(16_000);
    expect(last().sent).toEqual([]);
  });
});

describe("nudge", () => {
  it("connects at once where it was waiting", async () => {
    const { clock, connection, last, sockets } = setUp();
    last().events.closed(1006, "");
    expect(sockets).toHaveLength(1);
    connection.nudge();
    await clock.advance(0);
    expect(sockets).toHaveLength(2);
    await clock.advance(1_000);
    expect(sockets).toHaveLength(2);
  });

  it("checks a socket for life that seems to be there", async () => {
    const { clock, connection, enters, lost } = setUp();
    const socket = enters();
    connection.nudge();
    expect(socket.sent).toEqual(["ask-turn", "ping"]);
    await clock.advance(8_000);
    expect(lost).toEqual([["retry", 1006]]);
  });

  it("does nothing after the end", async () => {
    const { clock, connection, sockets } = setUp();
    connection.close();
    connection.nudge();
    connection.renew(0);
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(clock.waiting()).toBe(0);
  });
});

describe("coming back", () => {
  it("waits longer each time, and begins anew once a relay has let it in", async () => {
    const { clock, last, sockets, enters } = setUp();
    for (const [attempt, delayMs] of [125, 250, 500, 1_000].entries()) {
      last().events.closed(1006, "");
      await clock.advance(delayMs - 1);
      expect(sockets).toHaveLength(attempt + 1);
      await clock.advance(1);
      expect(sockets).toHaveLength(attempt + 2);
    }
    // A challenge alone shows only that a proxy is there.
    last().events.frame(CHALLENGE);
    last().events.closed(1006, "");
    await clock.advance(999);
    expect(sockets).toHaveLength(5);
    await clock.advance(1);
    enters();
    last().events.closed(1006, "");
    await clock.advance(125);
    expect(sockets).toHaveLength(7);
  });

  it("[D1] comes back when the relay that restarts asked for", async () => {
    const { clock, enters, lost, sockets } = setUp();
    enters().events.closed(CLOSE.restart.code, closeText(CLOSE.restart, 2_500));
    expect(lost).toEqual([["retry", 1012]]);
    await clock.advance(2_499);
    expect(sockets).toHaveLength(1);
    await clock.advance(1);
    expect(sockets).toHaveLength(2);
  });

  it("does not come back by itself where the close says stop, but where it is told to", async () => {
    const { clock, connection, enters, lost, sockets } = setUp();
    enters().events.closed(CLOSE.exists.code, "");
    expect(lost).toEqual([["stop", 4408]]);
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
    connection.send(SAID);
    connection.nudge();
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
    connection.renew(100);
    await clock.advance(100);
    expect(sockets).toHaveLength(2);
  });
});

describe("old sockets", () => {
  it("hears nothing of a socket that was renewed, and loses nothing by its end", async () => {
    const { clock, connection, enters, heard, lost, sockets } = setUp();
    const old = enters();
    const before = heard.length;
    connection.renew(1_000);
    expect(old.isClosed).toBe(true);
    old.events.frame(CHALLENGE);
    old.events.closed(1006, "");
    await clock.advance(999);
    expect(sockets).toHaveLength(1);
    await clock.advance(1);
    old.events.frame(CHALLENGE);
    old.events.opened();
    old.events.closed(CLOSE.ended.code, "");
    expect(heard).toHaveLength(before);
    expect(lost).toEqual([]);
    expect(sockets).toHaveLength(2);
  });

  it("leaves no timer behind when it is closed, whatever it was doing", async () => {
    const waiting = setUp();
    waiting.last().events.closed(1006, "");
    waiting.connection.close();
    const open = setUp();
    open.enters();
    open.connection.close();
    const asking = setUp();
    asking.enters();
    asking.connection.nudge();
    asking.connection.close();
    for (const { clock, lost, connection } of [waiting, open, asking]) {
      expect(clock.waiting()).toBe(0);
      const before = lost.length;
      connection.close();
      await clock.advance(60_000);
      expect(lost).toHaveLength(before);
    }
  });
});
