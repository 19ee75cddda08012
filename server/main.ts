/** The composition root: configuration, log, clock, order, rooms, edge; then listening until told to stop. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Bytes } from "../shared/bytes.ts";
import type { Limits } from "./config-limits.ts";
import { describeConfig, parseConfig, type Config } from "./config.ts";
import { createSystemClock } from "./drivers/system-clock.ts";
import type { Clock } from "../shared/clock.ts";
import { loadClientFiles, type ClientFiles } from "./edge/client-files.ts";
import { createServer } from "./edge/relay.ts";
import { createLogger, faultFields, type Logger } from "./log.ts";
import { openStores, Unfit, type Stores } from "./main-stores.ts";
import type { RoomLimits } from "./room/limits.ts";
import { createMedia, type MediaLimits } from "./room/media.ts";
import { createRooms } from "./room/rooms.ts";

const CLIENT_FOLDER = fileURLToPath(new URL("../dist/client", import.meta.url));
/** What people may do at once after a pause, in terms of the rate a second. */
const BURST = 4;
const MINUTE_MS = 60_000;

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const sha256 = (bytes: Bytes): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest());

function roomLimitsOf(limits: Limits): RoomLimits {
  return {
    posts: { perSecond: limits.postsPerSecond, burst: limits.postsPerSecond * BURST },
    signals: { perSecond: limits.signalsPerSecond, burst: limits.signalsPerSecond * BURST },
    commits: { count: limits.commitsPerSecond, windowMs: 1_000 },
    joins: { count: limits.joinsPerMinute, windowMs: MINUTE_MS },
    foundings: { count: limits.roomsPerMinute, windowMs: MINUTE_MS },
    refoundings: { count: limits.refoundingsPerMinute, windowMs: MINUTE_MS },
    roomBytes: limits.roomBytes,
    retrySpreadMs: limits.retrySpreadMs,
  };
}

function mediaLimitsOf(limits: Limits): MediaLimits {
  return {
    fileBytes: limits.mediaFileBytes,
    memberBytes: limits.mediaMemberBytes,
    memberFiles: limits.mediaMemberFiles,
    roomBytes: limits.mediaRoomBytes,
    storeBytes: limits.mediaBytes,
  };
}

interface Parts {
  readonly clock: Clock;
  readonly files: ClientFiles;
  readonly logger: Logger;
  readonly stores: Stores;
}

async function run(config: Config, { clock, files, logger, stores }: Parts): Promise<void> {
  const { log } = stores;
  const media = createMedia({
    store: stores.files,
    clock,
    random,
    hmacSha256: (key, bytes) => new Uint8Array(createHmac("sha256", key).update(bytes).digest()),
    isEqual: (a, b) => timingSafeEqual(a, b),
    limits: mediaLimitsOf(config.limits),
    unreachable: () => logger.warn("room", { reason: "media-unreachable" }),
  });
  const rooms = createRooms({
    log,
    clock,
    random,
    sha256,
    limits: roomLimitsOf(config.limits),
    media,
    report: (reason) => logger.info("room", { reason }),
  });
  const relay = await createServer(config, {
    clock,
    logger,
    files,
    rooms,
    media,
    isReady: () => log.isReady(),
  });
  const origin = relay.origins[0] ?? "";
  logger.info("listening", { origin, port: relay.port });
  if (process.stdout.isTTY) process.stdout.write(`\n  Mayfly is ready: open ${origin}\n\n`);

  let isStopping = false;
  async function stop(): Promise<void> {
    // Who asks twice does not want to wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    await relay.stop();
    await Promise.all([log.close(), stores.files.close()]);
    logger.info("stopped");
    process.exit(0);
  }
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => void stop().catch((fault: unknown) => crash(logger, fault)));
  }
}

function crash(logger: Logger, fault: unknown): never {
  logger.error("crashed", faultFields(fault));
  process.exit(1);
}

/** For who is setting it up: complaints on the terminal, not in the log. */
function complain(lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `${line}\n`).join(""));
  process.exit(1);
}

async function main(): Promise<void> {
  const configured = parseConfig(process.env);
  if (configured.kind === "refused") {
    return complain(["Mayfly cannot start with this configuration:", ...configured.problems]);
  }
  const { config, warnings } = configured;
  if (process.argv.includes("--check")) {
    process.stdout.write(`${describeConfig(config)}\n`);
    process.stderr.write(warnings.map((warning) => `warning: ${warning}\n`).join(""));
    return;
  }
  const instance = randomBytes(6).toString("base64url");
  const logger = createLogger({ level: config.logLevel, instance });
  process.on("uncaughtException", (fault) => crash(logger, fault));
  process.on("unhandledRejection", (fault) => crash(logger, fault));
  // Node would open its debugger on this signal, and whoever reaches that reads all memory.
  process.on("SIGUSR1", () => logger.warn("refused", { reason: "debugger" }));
  for (const note of warnings) logger.warn("warning", { note });
  const files = await loadClientFiles(config.clientFolder ?? CLIENT_FOLDER);
  if (files === null) {
    return complain([
      "The client is not built. Run `npm run build` first, or `npm start`, which does both.",
    ]);
  }
  const clock = createSystemClock();
  const stores = await openStores(config, clock, logger).catch((fault: unknown) => {
    if (fault instanceof Unfit) return complain(fault.problems);
    throw fault;
  });
  try {
    await run(config, { clock, files, logger, stores });
  } catch (fault) {
    const code = fault instanceof Error && "code" in fault ? String(fault.code).toLowerCase() : "";
    logger.error("listen-failed", { reason: code, ...faultFields(fault) });
    return complain([`Cannot listen on ${config.host} port ${config.port}: ${code}`]);
  }
}

await main();
