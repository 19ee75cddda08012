/**
 * `npm test`: proves the whole tree, and ends with one line of counts.
 * `npm test -- check` format, lint, types; `-- unit` tests without a browser; `-- e2e` tests in Chromium.
 * Words after `unit` or `e2e` choose files, as in vitest.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureBundle } from "./bundle-size.ts";
import { ensureChromium } from "./test/chromium.ts";
import { ensureFfmpeg } from "./test/ffmpeg.ts";
import { ensureKafka } from "./test/kafka.ts";
import { ensureRedis } from "./test/redis.ts";
import { run } from "./test/run.ts";
import * as tally from "./test/tally.ts";

type Outcome = Promise<tally.Tally>;

const check = async (command: string, ...args: string[]): Outcome =>
  (await run(command, args)) === 0 ? tally.ONE_PASSED : tally.ONE_FAILED;

async function vitest(project: string, files: readonly string[], env = {}): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-test-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await run("vitest", ["run", "--project", project, ...reporters, ...files], env);
    return tally.tallyOf(textOf(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

async function browserTests(files: readonly string[]): Outcome {
  const chromium = await ensureChromium();
  const ffmpeg = await ensureFfmpeg();
  const kafka = await ensureKafka();
  if (chromium === null || ffmpeg === null || kafka === null) return tally.ONE_FAILED;
  return vitest("e2e", files, { CHROMIUM: chromium, FFMPEG: ffmpeg, ...kafka });
}

async function unitTests(files: readonly string[]): Outcome {
  const redis = await ensureRedis();
  const kafka = await ensureKafka();
  if (redis === null || kafka === null) return tally.ONE_FAILED;
  return vitest("unit", files, { REDIS_SERVER: redis, ...kafka });
}

function bundleSize(): tally.Tally {
  const { lines, isWithin } = measureBundle();
  for (const line of lines) console.log(line);
  return isWithin ? tally.ONE_PASSED : tally.ONE_FAILED;
}

const PROJECTS = ["shared", "client", "server", "server/stories", "scripts"];

const STEPS: { readonly [name: string]: (files: readonly string[]) => Outcome } = {
  format: () => check("oxfmt", "--check"),
  lint: () => check("oxlint", "--type-aware", "--deny-warnings"),
  types: async () => {
    const outcomes: tally.Tally[] = [];
    for (const project of PROJECTS) outcomes.push(await check("tsc", "-p", project));
    return tally.sum(outcomes).failed === 0 ? tally.ONE_PASSED : tally.ONE_FAILED;
  },
  unit: unitTests,
  build: () => check("vite", "build", "client", "--logLevel", "warn"),
  size: async () => bundleSize(),
  e2e: browserTests,
};

const CHOICES: { readonly [choice: string]: readonly string[] } = {
  all: Object.keys(STEPS),
  check: ["format", "lint", "types"],
  unit: ["unit"],
  e2e: ["build", "e2e"],
};

/** Steps that have nothing to look at when the build failed. */
const NEED_BUILD = ["size", "e2e"];

async function runSteps(names: readonly string[], files: readonly string[]): Outcome {
  const outcomes: tally.Tally[] = [];
  let isBuilt = true;
  for (const name of names) {
    console.log(`\n== ${name}`);
    const startedMs = performance.now();
    const isPossible: boolean = isBuilt || !NEED_BUILD.includes(name);
    const outcome: tally.Tally | undefined = isPossible
      ? await STEPS[name]?.(files)
      : tally.ONE_SKIPPED;
    if (outcome === undefined) throw new Error(`no step ${name}`);
    if (name === "build") isBuilt = outcome.failed === 0;
    outcomes.push(outcome);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const word = outcome.failed > 0 ? "FAILED" : isPossible ? "ok" : "not run: the build failed";
    console.log(`== ${name}: ${word}, ${seconds} s`);
  }
  return tally.sum(outcomes);
}

const [choice = "all", ...files] = process.argv.slice(2);
const names = CHOICES[choice];
if (names === undefined) {
  console.error(`Unknown: ${choice}. Choose one of ${Object.keys(CHOICES).join(", ")}.`);
  process.exit(2);
}
const outcome = await runSteps(names, files);
console.log(`\n${tally.lineOf(outcome)}`);
process.exit(outcome.failed === 0 ? 0 : 1);
