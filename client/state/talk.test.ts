import { expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import type { ClientFrame, ServerFrame } from "../../shared/protocol.ts";
import type { SocketEvents } from "../net/socket.ts";
import { createSerial } from "./serial.ts";
import { createTalk, type Answer } from "./talk.ts";

const ASK: ClientFrame = { kind: "ask-turn" };

function setUp() {
  const clock = createHandClock();
  const serial = createSerial((fault) => {
    throw fault;
  });
  const sockets: { readonly events: SocketEvents; readonly sent: string[] }[] = [];
  const heard: string[] = [];
  const answers: Answer[] = [];
  const talk = createTalk(
    {
      clock,
      random: () => 0,
      run: (task) => serial.run(task),
      openSocket(events) {
        const sent: string[] = [];
        sockets.push({ events, sent });
        return { send: ({ kind }) => void sent.push(kind), close: () => undefined };
      },
    },
    {
      received(frame, answer) {
        heard.push(frame.kind);
        answers.push(answer);
      },
      lost: (next, code) => void heard.push(`lost ${next} ${code}`),
    },
  );
  const hears = (frame: ServerFrame): void => sockets.at(-1)?.events.frame(frame);
  return { clock, serial, sockets, heard, answers, talk, hears };
}

it("an answer goes to the socket that asked, or nowhere", async () => {
  const { clock, sockets, answers, talk, hears } = setUp();
  hears({ kind: "no-room" });
  answers[0]?.(ASK);
  expect(sockets[0]?.sent).toEqual(["ask-turn"]);
  talk.renew(0);
  await clock.advance(0);
  expect(sockets).toHaveLength(2);
  answers[0]?.(ASK);
  expect(sockets.map(({ sent }) => sent)).toEqual([["ask-turn"], []]);
});

it("a seated session speaks only on a socket that was welcomed", async () => {
  const { clock, sockets, talk, hears } = setUp();
  talk.send(ASK);
  hears({ kind: "pong" });
  talk.welcomed();
  talk.send(ASK);
  sockets[0]?.events.closed(1006, "");
  await clock.advance(125);
  talk.send(ASK);
  expect(sockets.map(({ sent }) => sent)).toEqual([["ask-turn"], []]);
  expect(talk.isWelcomed()).toBe(false);
});

it("what an old socket said and nobody had heard yet is not heard any more", async () => {
  const { clock, serial, heard, talk, hears } = setUp();
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  serial.run(() => opened);
  hears({ kind: "no-room" });
  talk.renew(1_000);
  open();
  await clock.settle();
  expect(heard).toEqual([]);
});

it("patience ends with calm, with another expectation, or with the socket", async () => {
  const { clock, sockets, talk } = setUp();
  const missed: string[] = [];
  talk.expect(100, () => missed.push("first"));
  talk.expect(200, () => missed.push("second"));
  await clock.advance(200);
  expect(missed).toEqual(["second"]);
  talk.expect(100, () => missed.push("calmed"));
  talk.calm();
  talk.expect(100, () => missed.push("lost"));
  sockets[0]?.events.closed(1006, "");
  await clock.advance(100);
  expect(missed).toEqual(["second"]);
});

it("[G1] counts how long there has been no relay to be in step with", async () => {
  const { clock, sockets, talk, hears } = setUp();
  hears({ kind: "pong" });
  talk.inStep();
  await clock.advance(5_000);
  expect(talk.lostForMs()).toBe(0);
  sockets[0]?.events.closed(1006, "");
  await clock.advance(3_000);
  expect(talk.lostForMs()).toBe(3_000);
  await clock.advance(125);
  hears({ kind: "pong" });
  talk.inStep();
  expect(talk.lostForMs()).toBe(0);
});

it("closed, it hears nothing, says nothing, and leaves no timer but its lingering", async () => {
  const { clock, sockets, heard, talk, hears } = setUp();
  hears({ kind: "pong" });
  talk.welcomed();
  talk.expect(100, () => heard.push("missed"));
  talk.close(300);
  talk.send(ASK);
  talk.renew(0);
  hears({ kind: "no-room" });
  await clock.advance(299);
  expect(sockets).toHaveLength(1);
  await clock.advance(1);
  expect(clock.waiting()).toBe(0);
  expect(heard).toEqual(["pong"]);
  expect(sockets[0]?.sent).toEqual([]);
});
