/** `npm run dev`: builds the client on every change, and starts the relay anew when anything that it runs or serves changed. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, watch } from "node:fs";
import { join } from "node:path";
import { run, ROOT } from "./test/run.ts";

/** Editors and bundlers write several files in a row. */
const SETTLE_MS = 200;
const WATCHED = ["server", "shared", "dist/client"];

let relay: ChildProcess | null = null;
let timer: NodeJS.Timeout | undefined;
/** Restarts go one after the other: two relays don't share a port. */
let restarting: Promise<void> = Promise.resolve();

async function restart(): Promise<void> {
  const ending = relay;
  relay = null;
  if (ending?.exitCode === null) {
    const gone = once(ending, "exit");
    ending.kill("SIGKILL");
    await gone;
  }
  relay = spawn(process.execPath, ["--import", "tsx", "server/main.ts"], {
    cwd: ROOT,
    stdio: "inherit",
  });
}

function changed(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    restarting = restarting.then(restart);
  }, SETTLE_MS);
}

mkdirSync(join(ROOT, "dist/client"), { recursive: true });
if ((await run("vite", ["build", "client", "--logLevel", "warn"])) === 0) changed();
for (const folder of WATCHED) watch(join(ROOT, folder), { recursive: true }, changed);

const vite = join(ROOT, "node_modules/vite/bin/vite.js");
const bundler = spawn(
  process.execPath,
  [vite, "build", "client", "--watch", "--logLevel", "warn"],
  { cwd: ROOT, stdio: "inherit" },
);
process.on("exit", () => {
  relay?.kill("SIGKILL");
  bundler.kill();
});
process.on("SIGINT", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
bundler.on("exit", () => process.exit(1));
