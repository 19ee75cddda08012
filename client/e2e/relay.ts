/** A real relay in a process of its own, which tests start, kill and start again at the same address. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../server/drivers/redis/test-redis.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 20_000;

export interface Relay {
  /** "127.0.0.1:40001" */
  readonly address: string;
  readonly origin: string;
  /** Of its process; 0 while none runs. */
  pid(): number;
  /** Everything that it printed, over all its lives. */
  output(): string;
  /** Every time that it ended although no test asked for it. */
  falls(): readonly string[];
  /** Ends the process with `signal` and waits until it is gone. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Starts it again at the same address; resolves when it is ready. */
  start(): Promise<void>;
}

/** Between looking for a free port and listening there, somebody else may take it: then another one. */
const PORTS_TRIED = 5;

/** Starts a relay on a free port of this machine; `env` is added to its configuration. */
export async function startRelay(env: { readonly [name: string]: string } = {}): Promise<Relay> {
  for (let tried = 1; ; tried++) {
    try {
      return await startRelayOn(await freePort(), env);
    } catch (error) {
      if (tried === PORTS_TRIED || !String(error).includes("eaddrinuse")) throw error;
    }
  }
}

async function startRelayOn(
  port: number,
  env: { readonly [name: string]: string },
): Promise<Relay> {
  const origin = `http://127.0.0.1:${port}`;
  const printed: string[] = [];
  const falls: string[] = [];
  let child: ChildProcess | null = null;

  const start = async () => {
    const started = spawn(process.execPath, ["--import", "tsx", "server/main.ts"], {
      cwd: ROOT,
      env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.stdout.on("data", (text: Buffer) => printed.push(text.toString()));
    started.stderr.on("data", (text: Buffer) => printed.push(text.toString()));
    started.on("exit", (code, signal) => {
      if (child === started) falls.push(`the relay ended by itself: ${signal ?? code}`);
    });
    child = started;
    await untilReady(origin, started, printed);
  };
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, "close");
    ending.kill(signal);
    await gone;
  };
  await start();
  return {
    address: `127.0.0.1:${port}`,
    origin,
    pid: () => child?.pid ?? 0,
    output: () => printed.join(""),
    falls: () => falls,
    end,
    start,
  };
}

async function untilReady(origin: string, child: ChildProcess, printed: string[]): Promise<void> {
  const deadlineMs = performance.now() + START_MS;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${origin}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await pause(50);
  }
  child.kill("SIGKILL");
  throw new Error(`the relay did not become ready:\n${printed.join("")}`);
}
