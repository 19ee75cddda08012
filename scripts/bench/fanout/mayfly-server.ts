/**
 * This relay, put together as server/main.ts does, with two differences: limits by name are raised, and
 * a room takes as many members as the bench asks for, where the protocol stops at 100.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Bytes } from "../../../shared/bytes.ts";
import { LIMIT_NAMES, LIMIT_SPECS } from "../../../server/config-limits.ts";
import { parseConfig } from "../../../server/config.ts";
import { createMemoryLog } from "../../../server/drivers/memory-log.ts";
import { createRedisLog } from "../../../server/drivers/redis/redis-log.ts";
import { createSystemClock } from "../../../server/drivers/system-clock.ts";
import { createServer } from "../../../server/edge/relay.ts";
import { createLogger } from "../../../server/log.ts";
import type { Judge } from "../../../server/ports/log.ts";
import { judge } from "../../../server/room/judge.ts";
import { createRooms } from "../../../server/room/rooms.ts";
import { CAP } from "../../../server/room/state.ts";

const UNCAPPED = 1_000_000;
const SECOND_MS = 1_000;
const PLENTY = 100_000;

/** The rules, but for the member cap that a founding writes. */
const judgeUncapped: Judge = (state, proposal) => {
  const verdict = judge(state, proposal);
  if (verdict.kind === "refused" || proposal.kind !== "open") return verdict;
  const effects = verdict.effects.map((effect) =>
    effect.field === CAP ? { field: CAP, value: UNCAPPED } : effect,
  );
  return { ...verdict, effects };
};

const raised = Object.fromEntries(
  LIMIT_NAMES.map((name) => [LIMIT_SPECS[name].variable, String(LIMIT_SPECS[name].most)]),
);
const configured = parseConfig({ PORT: "0", LOG_LEVEL: "error", ...raised });
if (configured.kind === "refused") throw new Error(configured.problems.join("\n"));
const { config } = configured;

const clock = createSystemClock();
const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const quota = { count: PLENTY, windowMs: SECOND_MS };
const redisUrl = process.env["BENCH_REDIS_URL"];
const parts = { clock, random, judge: judgeUncapped };
const log =
  redisUrl === undefined
    ? createMemoryLog(parts)
    : createRedisLog({ ...parts, place: { kind: "server", url: redisUrl } });
if ("link" in log) await log.link.connected();
const rooms = createRooms({
  media: null,
  log,
  clock,
  random,
  sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
  limits: {
    posts: { perSecond: PLENTY, burst: PLENTY },
    signals: { perSecond: PLENTY, burst: PLENTY },
    commits: quota,
    joins: quota,
    foundings: quota,
    refoundings: quota,
    roomBytes: config.limits.roomBytes,
    retrySpreadMs: 0,
  },
  report: () => undefined,
});
const relay = await createServer(config, {
  clock,
  logger: createLogger({ level: config.logLevel, instance: "bench" }),
  files: new Map(),
  rooms,
  media: null,
  isReady: () => true,
});
console.log(relay.port);
