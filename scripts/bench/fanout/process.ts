/** A contender's server in a process of its own, and what that process uses. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";

interface Server {
  readonly port: number;
  /** Resident memory, bytes (Linux). */
  rssBytes(): number;
  /** Processor time used since the start, ms (Linux). */
  cpuMs(): number;
  stop(): Promise<void>;
}

/** Clock ticks per second of /proc; the same on every Linux of today. */
const TICKS_PER_SECOND = 100;

/** All processes of a contender. */
export interface Servers {
  readonly ports: readonly number[];
  /** Sums over them. */
  rssBytes(): number;
  cpuMs(): number;
  stop(): Promise<void>;
}

/** Starts the processes of `contender`; resolves when all listen. */
export async function startServers(contender: Contender): Promise<Servers> {
  if (contender.start !== undefined) return contender.start();
  const starting = Array.from({ length: contender.processes }, () => startServer(contender));
  const servers = await Promise.all(starting);
  const sum = (of: (server: Server) => number) =>
    servers.reduce((total, server) => total + of(server), 0);
  return {
    ports: servers.map(({ port }) => port),
    rssBytes: () => sum((server) => server.rssBytes()),
    cpuMs: () => sum((server) => server.cpuMs()),
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}

/** Processor time that this process has used, ms (Linux). */
export function cpuMsOf(pid: number): number {
  // After the name in brackets, which may hold anything: state is the first, utime and stime the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

async function startServer({ server, env }: Contender): Promise<Server> {
  const path = fileURLToPath(new URL(server, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", "--import", "tsx", path], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(() => Promise.reject(new Error(`${server} ended at once`))),
  ]);
  // After its port a server has nothing to say but what went wrong.
  lines.on("line", (complaint) => console.error(complaint));
  return {
    port: Number(line),
    rssBytes: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
    },
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
