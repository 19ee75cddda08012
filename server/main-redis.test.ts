/** Relays as processes on a real Redis: what an operator sees when it is there, away, back, or unfit. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLOSE } from "../shared/close-codes.ts";
import { encodeClientFrame } from "../shared/codec/client-frames.ts";
import { decodeServerFrame } from "../shared/codec/server-frames.ts";
import { RULES_VERSION, SUBPROTOCOL, type ServerFrame } from "../shared/protocol.ts";
import { WebSocket } from "ws";
import { startRedis, type TestRedis } from "./drivers/redis/test-redis.ts";
import { exchange } from "./edge/test-relay.ts";
import { answer, createKeyPair } from "./edge/test-visitor.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const inTime = { timeout: 20_000, interval: 50 };
const POLICY = { messageTtlMs: 60_000, memberCap: 10, graceMs: 15_000, lifetimeMs: 3_600_000 };
const running: ChildProcess[] = [];
let folder = "";
let redis: TestRedis;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mayfly-client-"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>Mayfly</title>");
  redis = await startRedis();
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

function launch(environment: { [name: string]: string }, ...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], {
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      CLIENT_FOLDER: folder,
      MAYFLY_MODE: "redis",
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const seen = { out: "", err: "" };
  child.stdout.on("data", (part) => (seen.out += String(part)));
  child.stderr.on("data", (part) => (seen.err += String(part)));
  const exited = once(child, "close").then(([code]: unknown[]) => code);
  async function listening(): Promise<{ origin: string; port: number }> {
    const line = await vi.waitFor(() => {
      const found = seen.out.split("\n").find((text) => text.includes('"event":"listening"'));
      if (found === undefined) throw new Error(seen.out + seen.err);
      return found;
    }, inTime);
    return JSON.parse(line) as { origin: string; port: number };
  }
  return { child, seen, exited, listening };
}

interface At {
  readonly origin: string;
  readonly port: number;
}

/** Founds a room and stays connected. */
async function founder({ origin, port }: At, keys = createVisitorKeys(origin)) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/ws`, SUBPROTOCOL, {
    origin,
    headers: { host: new URL(origin).host },
  });
  const frames: ServerFrame[] = [];
  ws.on("message", (data: Buffer) => {
    const frame = decodeServerFrame(data);
    if (frame !== null) frames.push(frame);
    if (frame?.kind === "challenge") ws.send(answer(data, keys));
    if (frame?.kind === "no-room") {
      const sealed = new Uint8Array(512);
      ws.send(encodeClientFrame({ kind: "found", rules: RULES_VERSION, policy: POLICY, sealed }));
    }
  });
  const closed = once(ws, "close").then(([code]: unknown[]) => code);
  await vi.waitFor(() => expect(frames.map(({ kind }) => kind)).toContain("welcome"), inTime);
  return { ws, closed };
}

function createVisitorKeys(origin: string) {
  return { door: createKeyPair(), own: createKeyPair(), origin };
}

async function readiness({ origin, port }: At): Promise<string> {
  const { host } = new URL(origin);
  const text = await exchange(
    port,
    `GET /readyz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  );
  return text.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length);
}

test("two relays on one Redis hold one room: founded at one, it stands at the other", async () => {
  const [one, two] = await Promise.all([launch({}).listening(), launch({}).listening()]);
  const keys = createVisitorKeys(one.origin);
  await founder(one, keys);
  const ws = new WebSocket(`ws://127.0.0.1:${two.port}/ws`, SUBPROTOCOL, {
    origin: two.origin,
    headers: { host: new URL(two.origin).host },
  });
  const [challenge] = (await once(ws, "message")) as [Buffer];
  const other = { ...keys, own: createKeyPair(), origin: two.origin };
  ws.send(answer(challenge, other));
  const [reply] = (await once(ws, "message")) as [Buffer];
  // A newcomer to a room that stands: where none stood it would be "no-room".
  expect(decodeServerFrame(reply)?.kind).toBe("turn");
});

test("Redis away: unready, everyone sent away with 1013; back: ready by itself, without a restart", async () => {
  const { listening, child, exited, seen } = launch({});
  const at = await listening();
  const { closed } = await founder(at);
  expect(await readiness(at)).toBe("200");
  await redis.kill();
  await vi.waitFor(async () => expect(await readiness(at)).toBe("503"), inTime);
  expect(await closed).toBe(CLOSE.later.code);
  await redis.restart();
  await vi.waitFor(async () => expect(await readiness(at)).toBe("200"), inTime);
  await founder(at);
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
  expect(seen.err).toBe("");
});

test("a Redis that writes to a disk is refused, by name of the setting and of the override; with that it is taken", async () => {
  await redis.client.config("SET", "save", "3600 1");
  try {
    const refused = launch({});
    expect(await refused.exited).toBe(1);
    expect(refused.seen.err).toMatch(/save is not empty.*REDIS_ALLOW_PERSISTENCE=yes/);
    const allowed = launch({ REDIS_ALLOW_PERSISTENCE: "yes" });
    await allowed.listening();
    expect(allowed.seen.out).toContain("REDIS_ALLOW_PERSISTENCE");
  } finally {
    await redis.client.config("SET", "save", "");
  }
});

test("nobody at the address: said by name, exit 1, no password repeated", async () => {
  const { exited, seen } = launch({ REDIS_URL: "redis://:hunter2@127.0.0.1:1" });
  expect(await exited).toBe(1);
  expect(seen.err).toContain("REDIS_URL: Redis cannot be reached.");
  expect(seen.err).toContain("ECONNREFUSED");
  expect(seen.err + seen.out).not.toContain("hunter2");
});

test("--check masks the password and connects to nothing", async () => {
  const { exited, seen } = launch({ REDIS_URL: "rediss://me:hunter2@127.0.0.1:1/3" }, "--check");
  expect(await exited).toBe(0);
  expect(seen.out).toContain("MAYFLY_MODE=redis\nREDIS_URL=rediss://***@127.0.0.1:1/3\n");
  expect(seen.err + seen.out).not.toContain("hunter2");
});
