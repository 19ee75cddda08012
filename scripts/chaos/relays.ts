/** Relay processes as an operator would run them, which a chaos run kills, stops and starts again. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../server/drivers/redis/test-redis.ts";
import { cpuMsOf } from "../bench/fanout/process.ts";
import { ROOT } from "../test/run.ts";

/** Where the people's pages come from; the relays stand behind a balancer, so it is none of theirs. */
export const ORIGIN = "http://chaos.mayfly.test";
const START_MS = 60_000;
const ASK_MS = 500;
/** Everybody comes from one address here. */
const RAISED = {
  LIMIT_SOCKETS_PER_ADDRESS: "10000",
  LIMIT_CONNECTS_PER_MINUTE: "1000000",
  LIMIT_ROOMS_PER_MINUTE: "10000",
  LIMIT_JOINS_PER_MINUTE: "10000",
  LIMIT_REFOUNDINGS_PER_MINUTE: "10000",
};

export interface RelayProcess {
  readonly port: number;
  /** Starts it; resolves when it is ready. @throws where it does not become so. */
  start(): Promise<void>;
  /** Ends it and waits until it is gone. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** True where /readyz says so within half a second. */
  isReady(): Promise<boolean>;
  /** Processor time of its newest life so far, ms (Linux). */
  cpuMs(): number;
  /** Lines that it printed at level warn and above, over all its lives. */
  complaints(): readonly string[];
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Variables by name. */
export interface Environment {
  readonly [name: string]: string;
}

/** A relay on a free port, not started yet; `environment` says where it keeps rooms, and may say more. */
export async function prepareRelay(
  environment: Environment,
  originOf: (port: number) => string = () => ORIGIN,
): Promise<RelayProcess> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  let printed = "";

  async function isReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(ASK_MS);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal }).catch(() => null);
    return answer?.status === 200;
  }

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null) return;
    running.delete(ending);
    if (ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, "close");
    ending.kill(signal);
    await gone;
  }

  return {
    port,
    async start() {
      const started = launch(port, { PUBLIC_ORIGIN: originOf(port), ...environment });
      child = started;
      started.stdout?.on("data", (part) => (printed += String(part)));
      started.stderr?.on("data", (part) => (printed += String(part)));
      const deadlineMs = performance.now() + START_MS;
      while (performance.now() < deadlineMs && started.exitCode === null) {
        if (await isReady()) return;
        await pause(50);
      }
      await end("SIGKILL");
      throw new Error(`a relay did not become ready:\n${printed}`);
    },
    end,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    isReady,
    cpuMs: () => (child?.pid === undefined ? 0 : cpuMsOf(child.pid)),
    complaints: () => printed.split("\n").filter(isComplaint),
  };
}

/** Warnings about the configuration are about ours here. */
function isComplaint(line: string): boolean {
  return line !== "" && !/"level":"(info|debug)"|"event":"warning"/.test(line);
}

function launch(port: number, environment: Environment): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", "server/main.ts"], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      HOST: "127.0.0.1",
      PORT: String(port),
      CLIENT_FOLDER: clientFolder(),
      ...RAISED,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  return child;
}

let folder: string | null = null;

/** Nobody fetches the page here, so it need not be built. */
function clientFolder(): string {
  if (folder !== null) return folder;
  const made = mkdtempSync(join(tmpdir(), "mayfly-chaos-"));
  folder = made;
  writeFileSync(join(made, "index.html"), "<!doctype html><title>Mayfly</title>");
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  return made;
}
