/** `server/main.ts` in a process of its own on that Redis, with somebody in a room on it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { enter, type Member } from "../../../server/stories/media-world.ts";
import { SUBPROTOCOL } from "../../../shared/protocol.ts";

const MAIN = fileURLToPath(new URL("../../../server/main.ts", import.meta.url));

export interface BenchRelay {
  readonly port: number;
  readonly member: Member;
  /** Resident memory now, in bytes; Linux only. */
  residentBytes(): number;
  stop(): Promise<void>;
}

/** Listens on a free port, with the limits that this bench needs raised. */
export async function startBenchRelay(redisUrl: string): Promise<BenchRelay> {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Mayfly</title>");
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      CLIENT_FOLDER: folder,
      MAYFLY_MODE: "redis",
      REDIS_URL: redisUrl,
      LIMIT_MEDIA_REQUESTS_PER_SECOND: "100000",
      LIMIT_MEDIA_REQUESTS_PER_SESSION: "100",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (part) => (printed += String(part)));
  const listening = () => /"event":"listening".*"origin":"([^"]+)".*"port":(\d+)/.exec(printed);
  while (listening() === null) await once(child.stdout, "data");
  const [, origin = "", port = "0"] = listening() ?? [];
  const dial = () =>
    new WebSocket(`ws://127.0.0.1:${port}/ws`, SUBPROTOCOL, {
      origin,
      headers: { host: new URL(origin).host },
      perMessageDeflate: false,
    });
  return {
    port: Number(port),
    member: await enter({ origin, dial }),
    residentBytes() {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
    },
    async stop() {
      const gone = once(child, "close");
      child.kill("SIGTERM");
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}
