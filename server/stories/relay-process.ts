/** For the canary story: a real relay in a process of its own, behind a tap, whose memory can be read. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Search } from "./canaries.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const PIECE_BYTES = 4 << 20;
const PATIENCE_MS = 30_000;

export interface RelayProcess {
  readonly origin: string;
  /** Of the tap, which passes everything on. */
  readonly url: string;
  /** All bytes that it received, connection by connection, as they came. */
  received(): readonly Buffer[];
  /** All that it printed. */
  printed(): string;
  /** Feeds all its writable memory, stopped meanwhile, to each search; returns how many bytes that was. Linux only. */
  searchMemory(searches: readonly Search[]): Promise<number>;
  /** V8's own list of all that lives on its heap. */
  heapSnapshot(): Promise<Buffer>;
  /** Ends it as an operator would, and waits. */
  stop(): Promise<void>;
}

/** Starts `server/main.ts` with its log at the most talkative level. */
export async function startRelayProcess(): Promise<RelayProcess> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-canary-"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>Mayfly</title>");
  let port = 0;
  const tap = await createTap(() => port);
  const child = spawn(
    process.execPath,
    ["--heapsnapshot-signal=SIGUSR2", `--diagnostic-dir=${folder}`, "--import", "tsx", MAIN],
    {
      env: {
        PATH: process.env["PATH"],
        PORT: "0",
        PUBLIC_ORIGIN: tap.origin,
        CLIENT_FOLDER: folder,
        LOG_LEVEL: "debug",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let printed = "";
  child.stdout.on("data", (part) => (printed += String(part)));
  child.stderr.on("data", (part) => (printed += String(part)));
  await until("the relay listens", () => {
    port = Number(/"event":"listening".*"port":(\d+)/.exec(printed)?.[1] ?? 0);
    if (child.exitCode !== null) throw new Error(printed);
    return Promise.resolve(port !== 0);
  });

  return {
    origin: tap.origin,
    url: `${tap.origin.replace("http", "ws")}/ws`,
    received: tap.received,
    printed: () => printed,
    async searchMemory(searches) {
      child.kill("SIGSTOP");
      try {
        return await readMemory(child.pid ?? 0, searches);
      } finally {
        child.kill("SIGCONT");
      }
    },
    async heapSnapshot() {
      child.kill("SIGUSR2");
      let snapshot = Buffer.alloc(0);
      await until("the snapshot is written", async () => {
        const name = (await readdir(folder)).find((each) => each.endsWith(".heapsnapshot"));
        if (name !== undefined) snapshot = await readFile(join(folder, name));
        return isWholeJson(snapshot);
      });
      return snapshot;
    },
    async stop() {
      const gone = once(child, "close");
      child.kill("SIGTERM");
      await gone;
      tap.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`never: ${what}`);
    await pause(50);
  }
}

function isWholeJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** Passes connections on to the relay and keeps what went up. */
async function createTap(portOf: () => number) {
  const received: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const parts: Buffer[] = [];
    received.push(parts);
    const relay = connect(portOf(), "127.0.0.1");
    for (const socket of [client, relay]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        relay.destroy();
      });
    }
    client.on("data", (part: Buffer) => parts.push(part));
    client.pipe(relay);
    relay.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received: () => received.map((parts) => Buffer.concat(parts)),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Every writable mapping that can be read, piece by piece. */
async function readMemory(pid: number, searches: readonly Search[]): Promise<number> {
  const maps = await readFile(`/proc/${pid}/maps`, "latin1");
  const memory = await open(`/proc/${pid}/mem`, "r");
  const buffer = Buffer.alloc(PIECE_BYTES);
  let total = 0;
  try {
    for (const [, from, to] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      for (const search of searches) search.jump();
      const end = Number.parseInt(to ?? "", 16);
      for (let at = Number.parseInt(from ?? "", 16); at < end; at += PIECE_BYTES) {
        const length = Math.min(PIECE_BYTES, end - at);
        // A page that the kernel keeps to itself cannot be read, by nobody.
        const read = await memory.read(buffer, 0, length, at).catch(() => null);
        if (read === null) continue;
        const piece = buffer.subarray(0, read.bytesRead);
        for (const search of searches) search.feed(piece);
        total += piece.length;
      }
    }
  } finally {
    await memory.close();
  }
  return total;
}

/** The payloads of a client's WebSocket frames, unmasked, behind its upgrade request (RFC 6455 §5.2). */
export function unmasked(connection: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let at = connection.indexOf("\r\n\r\n") + 4;
  while (at + 6 <= connection.length) {
    const short = (connection[at + 1] ?? 0) & 127;
    const lengthAt = at + 2;
    const maskAt = lengthAt + (short === 126 ? 2 : short === 127 ? 8 : 0);
    const length =
      short === 126
        ? connection.readUInt16BE(lengthAt)
        : short === 127
          ? Number(connection.readBigUInt64BE(lengthAt))
          : short;
    const payload = Buffer.from(connection.subarray(maskAt + 4, maskAt + 4 + length));
    for (let i = 0; i < payload.length; i++) {
      payload[i] = (payload[i] ?? 0) ^ (connection[maskAt + (i & 3)] ?? 0);
    }
    parts.push(payload);
    at = maskAt + 4 + length;
  }
  return parts;
}
