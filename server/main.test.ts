/** The relay as a process: what an operator sees, and what a signal does to the people on it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { CLOSE, parseRetryMs } from "../shared/close-codes.ts";
import { encodeClientFrame } from "../shared/codec/client-frames.ts";
import { decodeServerFrame } from "../shared/codec/server-frames.ts";
import { RULES_VERSION, SUBPROTOCOL, type ServerFrame } from "../shared/protocol.ts";
import { dialRaw, exchange } from "./edge/test-relay.ts";
import { answer, createKeyPair } from "./edge/test-visitor.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const running: ChildProcess[] = [];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mayfly-client-"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>Mayfly</title>");
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rm(folder, { recursive: true }));

function launch(environment: { [name: string]: string }, ...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], {
    env: { PATH: process.env["PATH"], PORT: "0", CLIENT_FOLDER: folder, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const seen = { out: "", err: "" };
  child.stdout.on("data", (part) => (seen.out += String(part)));
  child.stderr.on("data", (part) => (seen.err += String(part)));
  const exited = once(child, "close").then(([code]: unknown[]) => code);
  /** Settles when a line of the log has that event. */
  async function logged(event: string): Promise<{ origin: string; port: number }> {
    for (;;) {
      const line = seen.out.split("\n").find((text) => text.includes(`"event":"${event}"`));
      if (line !== undefined) return JSON.parse(line) as { origin: string; port: number };
      await Promise.race([
        once(child.stdout, "data"),
        exited.then(() => Promise.reject(new Error(seen.err))),
      ]);
    }
  }
  return { child, seen, exited, logged };
}

/** A client at the door, with what it was sent and how it was closed. */
function dial(port: number, origin: string) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/ws`, SUBPROTOCOL, {
    origin,
    headers: { host: new URL(origin).host },
  });
  const frames: ServerFrame[] = [];
  const raw: Buffer[] = [];
  ws.on("message", (data: Buffer) => {
    raw.push(data);
    const frame = decodeServerFrame(data);
    if (frame !== null) frames.push(frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((settle) => {
    ws.on("close", (code, reason) => settle({ code, reason: String(reason) }));
  });
  async function until<K extends ServerFrame["kind"]>(kind: K): Promise<ServerFrame & { kind: K }> {
    for (;;) {
      const frame = frames.find((each): each is ServerFrame & { kind: K } => each.kind === kind);
      if (frame !== undefined) return frame;
      await once(ws, "message");
    }
  }
  return { ws, frames, raw, closed, until };
}

const POLICY = { messageTtlMs: 60_000, memberCap: 10, graceMs: 15_000, lifetimeMs: 3_600_000 };

test("a stopping relay is unready, takes nobody new, flushes what it accepted, says 1012 and when to come back, and exits 0 [D1]", async () => {
  const { child, exited, logged, seen } = launch({ LOG_LEVEL: "debug" });
  const { origin, port } = await logged("listening");
  const host = new URL(origin).host;
  const get = (path: string) =>
    exchange(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  expect(await get("/readyz")).toContain("200 OK");

  // Alice founds a room and has posts under way; somebody else never answers anything, not even a close.
  const alice = dial(port, origin);
  await alice.until("challenge");
  const keys = { door: createKeyPair(), own: createKeyPair(), origin };
  alice.ws.send(answer(alice.raw[0] ?? Buffer.alloc(0), keys));
  await alice.until("no-room");
  const sealed = new Uint8Array(512);
  alice.ws.send(encodeClientFrame({ kind: "found", rules: RULES_VERSION, policy: POLICY, sealed }));
  await alice.until("welcome");
  const mute = await dialRaw({ port, origin });
  const posts = Array.from({ length: 16 }, (_, i) => ({
    kind: "post" as const,
    ref: i,
    counter: i + 1,
    names: 1,
    files: [],
    sealed,
  }));
  alice.ws.send(encodeClientFrame({ kind: "propose", offers: posts }));
  // The answer to a ping shows that the posts before it were read.
  alice.ws.send(encodeClientFrame({ kind: "ping" }));
  await alice.until("pong");
  child.kill("SIGTERM");

  const { code, reason } = await alice.closed;
  expect(code).toBe(CLOSE.restart.code);
  const retryMs = parseRetryMs(reason) ?? -1;
  expect(retryMs).toBeGreaterThanOrEqual(0);
  expect(retryMs).toBeLessThanOrEqual(3_000);
  const posted = alice.frames.flatMap((frame) =>
    frame.kind === "records" ? frame.records.filter((record) => record.kind === "post") : [],
  );
  expect(posted.map((record) => record.kind === "post" && record.counter)).toEqual(
    posts.map((post) => post.counter),
  );

  expect(await get("/readyz")).toContain("503 Service Unavailable");
  expect(await get("/livez")).toContain("200 OK");
  const late = dial(port, origin);
  const [refusal] = (await once(late.ws, "error")) as [Error];
  expect(refusal.message).toContain("503");
  mute.socket.destroy();
  expect(await exited).toBe(0);
  expect(seen.out).toContain('"event":"drained","reason":"clean"');
  expect(seen.err).toBe("");
});

test("who does not let go is dropped when the time to drain is over", async () => {
  const { child, exited, logged, seen } = launch({ LIMIT_DRAIN_MS: "300" });
  const { origin, port } = await logged("listening");
  const mute = await dialRaw({ port, origin });
  child.kill("SIGINT");
  expect(await exited).toBe(0);
  await mute.closed;
  expect(seen.out).toContain('"event":"drained","reason":"out-of-time"');
});

test("a second signal exits at once", async () => {
  const { child, exited, logged, seen } = launch({ LIMIT_DRAIN_MS: "600000" });
  const { origin, port } = await logged("listening");
  await dialRaw({ port, origin });
  child.kill("SIGTERM");
  await logged("draining");
  child.kill("SIGTERM");
  expect(await exited).toBe(1);
  expect(seen.out).not.toContain('"event":"stopped"');
});

test("[item 60] no signal opens a debugger", async () => {
  const { child, logged, exited, seen } = launch({});
  await logged("listening");
  child.kill("SIGUSR1");
  await logged("refused");
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
  expect(seen.err).toBe("");
});

test("--check prints the configuration and starts nothing", async () => {
  const { exited, seen } = launch(
    { LIMIT_CONNECTIONS: "7", REDIS_URL: "redis://:hunter2@x" },
    "--check",
  );
  expect(await exited).toBe(0);
  expect(seen.out).toMatch(/^HOST=127\.0\.0\.1$/m);
  expect(seen.out).toMatch(/^LIMIT_CONNECTIONS=7 /m);
  expect(seen.err).toBe("warning: without meaning where MAYFLY_MODE is memory: REDIS_URL\n");
  expect(seen.out + seen.err).not.toContain("hunter2");
});

test("bad values stop the start, all of them named", async () => {
  const { exited, seen } = launch({ PORT: "x", MAYFLY_MODE: "disk" });
  expect(await exited).toBe(1);
  expect(seen.err).toContain("PORT: allowed: a whole number from 0 to 65535\n");
  expect(seen.err).toContain("MAYFLY_MODE: allowed: memory, redis, kafka\n");
  expect(seen.out).toBe("");
});

test("without a built client it says what to run", async () => {
  const { exited, seen } = launch({ CLIENT_FOLDER: join(folder, "nothing") });
  expect(await exited).toBe(1);
  expect(seen.err).toContain("npm run build");
});

test("a port that is taken is named", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { exited, seen } = launch({ PORT: String(port) });
  expect(await exited).toBe(1);
  expect(seen.err).toContain(`port ${port}: eaddrinuse`);
  other.close();
});
