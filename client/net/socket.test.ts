import { expect, it } from "vitest";
import { encodeServerFrame } from "../../shared/codec/server-frames.ts";
import { decodeClientFrame } from "../../shared/codec/client-frames.ts";
import { SUBPROTOCOL } from "../../shared/protocol.ts";
import { webSockets } from "./socket.ts";

type Handler = ((event: never) => void) | null;

/** A WebSocket as far as we use one; the test plays the far end. */
class FakeWebSocket {
  static last: FakeWebSocket | null = null;
  readonly url: string;
  readonly protocols: string[];
  binaryType = "blob";
  readyState = 0;
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  readonly sent: Uint8Array[] = [];
  readonly closes: (number | undefined)[] = [];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeWebSocket.last = this;
  }
  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }
  close(code?: number): void {
    this.closes.push(code);
    this.readyState = 2;
  }
  fire(handler: Handler, event: object = {}): void {
    handler?.(event as never);
  }
}

function setUp() {
  const told: string[] = [];
  const socket = webSockets(
    FakeWebSocket,
    "ws://mayfly.test/ws",
  )({
    opened: () => void told.push("opened"),
    frame: ({ kind }) => void told.push(kind),
    closed: (code, reason) => void told.push(`closed ${code} ${reason}`),
  });
  const far = FakeWebSocket.last;
  if (far === null) throw new Error("no socket was opened");
  const receives = (data: unknown): void => far.fire(far.onmessage, { data });
  return { told, socket, far, receives };
}

const bytesOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

it("[W1] offers the subprotocol, asks for array buffers, and hands frames on", () => {
  const { told, far, receives } = setUp();
  expect(far.protocols).toEqual([SUBPROTOCOL]);
  expect(far.binaryType).toBe("arraybuffer");
  far.fire(far.onopen);
  receives(bytesOf(encodeServerFrame({ kind: "pong" })));
  expect(told).toEqual(["opened", "pong"]);
});

it.each([
  ["text", "pong"],
  ["an empty frame", new ArrayBuffer(0)],
  ["an unknown kind", Uint8Array.of(255).buffer],
  ["nothing at all", undefined],
])("[W1] ends a socket whose relay writes %s, and says so once", (_, data) => {
  const { told, far, receives } = setUp();
  receives(data);
  receives(bytesOf(encodeServerFrame({ kind: "pong" })));
  far.fire(far.onclose, { code: 4400, reason: "" });
  expect(far.closes).toEqual([4400]);
  expect(told).toEqual(["closed 4400 "]);
});

it("sends only while it is open", () => {
  const { socket, far } = setUp();
  socket.send({ kind: "ping" });
  far.readyState = 1;
  socket.send({ kind: "ping" });
  far.readyState = 2;
  socket.send({ kind: "ping" });
  expect(far.sent.map((bytes) => decodeClientFrame(bytes))).toEqual([{ kind: "ping" }]);
});

it("tells its end once, with the relay's code and reason, and nothing after it", () => {
  const { told, socket, far, receives } = setUp();
  far.fire(far.onerror);
  far.fire(far.onclose, { code: 1012, reason: "the relay restarts; retry-ms=5" });
  socket.close();
  far.fire(far.onopen);
  receives(bytesOf(encodeServerFrame({ kind: "pong" })));
  expect(told).toEqual(["closed 1012 the relay restarts; retry-ms=5"]);
});

it("closed by us it is over at once, however long the closing takes", () => {
  const { told, socket, far } = setUp();
  socket.close();
  expect(told).toEqual(["closed 1000 "]);
  far.fire(far.onclose, { code: 1006, reason: "" });
  expect(told).toHaveLength(1);
});
