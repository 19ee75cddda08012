/** One relay from its socket to its rooms: listens, and stops without losing what it acknowledged. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { CLOSE } from "../../shared/close-codes.ts";
import type { Clock } from "../../shared/clock.ts";
import { originsOf, type Config } from "../config.ts";
import { faultFields, type Logger } from "../log.ts";
import type { Line, Visit, Visitor } from "../room/line.ts";
import type { Media } from "../room/media.ts";
import { createAddressKeys } from "./address.ts";
import { createAddressLimits } from "./address-limits.ts";
import { createApp } from "./app.ts";
import type { ClientFiles } from "./client-files.ts";
import type { ConnectionDeps } from "./connection.ts";
import { answerRequests, createHttpServer, HTTP_TIMES, type HttpTimes } from "./http-server.ts";
import { createMediaRoutes } from "./media-routes.ts";
import { createUpgrades } from "./upgrade.ts";

/** Frames that a connection may send at once, in terms of its rate a second. */
const FRAME_BURST = 4;

export interface RelayDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: ClientFiles;
  readonly rooms: {
    enter(visitor: Visitor, line: Line): Visit;
    /** Flushes what was accepted, then closes every line with a retry hint. */
    drain(): Promise<void>;
  };
  /** Null where this relay takes no files. */
  readonly media: Media | null;
  /** True while the order can be reached. */
  readonly isReady: () => boolean;
  /** For tests of slow clients; HTTP_TIMES where absent. */
  readonly httpTimes?: HttpTimes;
}

export interface Relay {
  /** The port it listens on. */
  readonly port: number;
  /** Origins whose pages may connect; the first is the one to open. */
  readonly origins: readonly string[];
  /** Sockets of conversations now. */
  sockets(): number;
  /** Unready first, then no upgrades, then 1012 for everybody, then nothing: within `limits.drainMs`. Once. */
  stop(): Promise<void>;
}

/**
 * Starts a relay. Rejects where it cannot listen, with Node's own error.
 * Nothing is answered before everything stands, nor after `stop` has settled.
 */
export async function createServer(config: Config, deps: RelayDeps): Promise<Relay> {
  const { clock, logger } = deps;
  const { limits } = config;
  const server = createHttpServer(deps.httpTimes ?? HTTP_TIMES, limits.maxConnections);
  const port = await listen(server, config);
  const origins = originsOf(config, port);
  const urls = origins.map((origin) => new URL(origin));
  const hosts = new Set(urls.map((url) => url.host));
  let isDraining = false;

  // Whoever comes while the order is out of reach is told so at the door: another relay may reach it.
  const isReady = () => !isDraining && deps.isReady();
  const addressKeys = createAddressKeys(clock);
  const refused = (reason: number) => logger.debug("refused", { reason });
  const upgrades = createUpgrades({
    origins: new Set(origins),
    hosts,
    addressKeys,
    addressLimits: createAddressLimits({ clock, ...limits }),
    trustedProxyHops: config.trustedProxyHops,
    maxConnections: limits.maxConnections,
    isReady,
    connectionDeps: () => connectionDeps(config, deps),
    refused,
  });
  answerRequests(server, {
    app: createApp({
      files: deps.files,
      httpsHosts: new Set(urls.filter((url) => url.protocol === "https:").map((url) => url.host)),
      isReady,
      media: createMediaRoutes({
        clock,
        media: deps.media,
        isReady,
        origins: new Set(origins),
        addressKeys,
        trustedProxyHops: config.trustedProxyHops,
        limits,
      }),
    }),
    hosts,
    upgrade: (request, socket, head) => upgrades.handle(request, socket, head),
    refused,
  });

  async function drain(): Promise<void> {
    await deps.rooms.drain();
    upgrades.closeAll(CLOSE.restart, () => Math.random() * limits.retrySpreadMs);
    await upgrades.whenEmpty();
  }

  async function stop(): Promise<void> {
    isDraining = true;
    logger.info("draining", { count: upgrades.sockets() });
    const reason = await withinTime(clock, limits.drainMs, drain()).catch((fault: unknown) => {
      logger.error("fault", faultFields(fault));
      return "failed";
    });
    upgrades.dropAll();
    server.closeAllConnections();
    await new Promise((settle) => server.close(settle));
    logger.info("drained", { reason });
  }

  let stopped: Promise<void> | null = null;
  return { port, origins, sockets: () => upgrades.sockets(), stop: () => (stopped ??= stop()) };
}

/** Each connection has a name of its own in the log: 9 random bytes, derived from nothing. */
function connectionDeps({ limits }: Config, { clock, logger, rooms }: RelayDeps): ConnectionDeps {
  const connection = randomBytes(9).toString("base64url");
  logger.debug("connected", { connection });
  return {
    clock,
    random: (length) => new Uint8Array(randomBytes(length)),
    frameRate: {
      perSecond: limits.framesPerSecond,
      burst: limits.framesPerSecond * FRAME_BURST,
    },
    enter: (visitor, line) => rooms.enter(visitor, line),
    ended: (reason) => logger.debug("closed", { connection, reason }),
    failed: (fault) => logger.error("fault", { connection, ...faultFields(fault) }),
  };
}

/** The port, once it listens. No request is read before the caller's turn ends. */
async function listen(server: Server, { host, port }: Config): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** How it went; rejects as `work` does. */
async function withinTime(
  clock: Clock,
  mostMs: number,
  work: Promise<void>,
): Promise<"clean" | "out-of-time"> {
  let stopTimer = () => {};
  const late = new Promise<"out-of-time">((settle) => {
    stopTimer = clock.after(mostMs, () => settle("out-of-time"));
  });
  try {
    return await Promise.race([work.then(() => "clean" as const), late]);
  } finally {
    stopTimer();
  }
}
