import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startProxy, type FaultProxy } from "./proxy.ts";

let echo: Server;
let proxy: FaultProxy;
const sockets = new Set<Socket>();
let seenByEcho = { bytes: 0, closed: 0 };

async function startEcho(prefix = ""): Promise<Server> {
  const server = createServer((socket) => {
    sockets.add(socket);
    const seen = seenByEcho;
    socket.on("error", () => undefined);
    socket.on("close", () => (seen.closed += 1));
    if (prefix !== "") socket.write(prefix);
    socket.on("data", (bytes: Buffer) => {
      seen.bytes += bytes.length;
      socket.write(bytes);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

interface Visitor {
  readonly socket: Socket;
  text(): string;
  /** "open", or how it ended: "end" or an error's code. */
  state(): string;
}

function visit(): Visitor {
  const socket = connect(proxy.port, "127.0.0.1");
  sockets.add(socket);
  let text = "";
  let state = "open";
  socket.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
  socket.on("end", () => (state = "end"));
  socket.on("error", (error: Error & { code?: string }) => (state = error.code ?? "error"));
  return { socket, text: () => text, state: () => state };
}

/** Waits for what must happen, however long the machine takes. */
const until = (what: () => void) => vi.waitFor(what, { timeout: 20_000, interval: 10 });
/** Has everything that would pass had the time to: a second visitor's word went there and back. */
async function othersTalked(): Promise<void> {
  const other = visit();
  other.socket.write("ping");
  await until(() => expect(other.text()).toBe("ping"));
  other.socket.destroy();
}

beforeEach(async () => {
  // A new one: sockets of the test before may still be closing.
  seenByEcho = { bytes: 0, closed: 0 };
  echo = await startEcho();
  proxy = await startProxy(portOf(echo));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await proxy.close();
  echo.close();
});

describe("a healthy link", () => {
  test("carries bytes both ways, many and in order, and the end", async () => {
    const alice = visit();
    const sent = Buffer.alloc(1_000_000, "0123456789abcdef").toString("latin1");
    alice.socket.write(sent, "latin1");
    await until(() => expect(alice.text().length).toBe(sent.length));
    expect(alice.text()).toBe(sent);
    alice.socket.end();
    await until(() => expect(alice.state()).toBe("end"));
    await until(() => expect(seenByEcho.closed).toBe(1));
  });
  test("what leads nowhere is told as a reset or an end", async () => {
    echo.close();
    await once(echo, "close");
    const alice = visit();
    await until(() => expect(alice.state()).not.toBe("open"));
  });
});

test("latency: nothing arrives before its time, and jitter keeps the order", async () => {
  const alice = visit();
  await once(alice.socket, "connect");
  proxy.set({ latencyMs: 30, jitterMs: 40 });
  const startMs = performance.now();
  for (const word of ["a", "b", "c", "d", "e", "f"]) {
    alice.socket.write(word);
    await pause(3);
  }
  await until(() => expect(alice.text()).toBe("abcdef"));
  // There and back: a lower bound only, so a slow machine cannot fail it.
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(60);
});

test("drip: a byte at a time, so ten bytes take a second at least", async () => {
  const alice = visit();
  await once(alice.socket, "connect");
  proxy.set({ isDripping: true });
  const startMs = performance.now();
  alice.socket.write("0123456789a");
  await until(() => expect(seenByEcho.bytes).toBe(11));
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(990);
  proxy.set({ isDripping: false });
  await until(() => expect(alice.text()).toBe("0123456789a"));
});

test("cut: both ends see a reset, later connections are well", async () => {
  const alice = visit();
  alice.socket.write("hello");
  await until(() => expect(alice.text()).toBe("hello"));
  proxy.cut();
  await until(() => expect(alice.state()).toBe("ECONNRESET"));
  await until(() => expect(seenByEcho.closed).toBe(1));
  await othersTalked();
});

test("half-open: swallowed, and nobody is told; later connections are well", async () => {
  const alice = visit();
  alice.socket.write("hello");
  await until(() => expect(alice.text()).toBe("hello"));
  proxy.halfOpen();
  alice.socket.write("anyone?");
  await othersTalked();
  expect(alice.text()).toBe("hello");
  expect(alice.state()).toBe("open");
  expect(seenByEcho.bytes).toBe("hello".length + "ping".length);
  alice.socket.end();
  await othersTalked();
  expect(alice.state()).toBe("open");
});

test("parted: what is written waits and arrives when the partition ends", async () => {
  const alice = visit();
  alice.socket.write("before ");
  await until(() => expect(alice.text()).toBe("before "));
  proxy.set({ isParted: true });
  alice.socket.write("during");
  const bob = visit();
  bob.socket.write("new");
  await pause(50);
  expect(seenByEcho.bytes).toBe("before ".length);
  proxy.set({ isParted: false });
  await until(() => expect(alice.text()).toBe("before during"));
  await until(() => expect(bob.text()).toBe("new"));
});

test("refusing: new connections are reset, open ones go on", async () => {
  const alice = visit();
  alice.socket.write("hello, ");
  await until(() => expect(alice.text()).toBe("hello, "));
  proxy.set({ isRefusing: true });
  const bob = visit();
  await until(() => expect(bob.state()).toBe("ECONNRESET"));
  alice.socket.write("still here");
  await until(() => expect(alice.text()).toBe("hello, still here"));
});

test("lead: new connections go to the new target, open ones stay", async () => {
  const other = await startEcho("other ");
  const alice = visit();
  alice.socket.write("my ");
  await until(() => expect(alice.text()).toBe("my "));
  proxy.lead(portOf(other));
  const bob = visit();
  await until(() => expect(bob.text()).toBe("other "));
  alice.socket.write("old");
  await until(() => expect(alice.text()).toBe("my old"));
  other.close();
});
