/** Node's HTTP server with bounds on what one client may hold, and the gate before everything. */
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { gate } from "./gate.ts";
import { securityHeaders } from "./security-headers.ts";

/** How long a request may take to arrive. */
export interface HttpTimes {
  readonly headersMs: number;
  readonly requestMs: number;
  /** How long an idle connection is kept for a next request. */
  readonly keepAliveMs: number;
  /** How long a connection may neither send nor take a byte; a conversation has its own heartbeat. */
  readonly idleMs: number;
  /** How often it is looked for headers and requests that are late. */
  readonly lookMs: number;
}

export const HTTP_TIMES: HttpTimes = {
  headersMs: 10_000,
  // Of a chunk, too: someone may be far away on a bad line.
  requestMs: 60_000,
  keepAliveMs: 5_000,
  idleMs: 30_000,
  lookMs: 1_000,
};
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_REQUESTS_PER_SOCKET = 1_000;
/** Sockets beside those of conversations: page loads and probes. */
const MORE_SOCKETS = 1_024;

export interface HttpServerDeps {
  readonly app: Hono<{ Bindings: HttpBindings }>;
  /** Hosts that may be asked for, lower case, with port. */
  readonly hosts: ReadonlySet<string>;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Told of each refusal, with its status. */
  readonly refused?: (status: number) => void;
}

/** A server that is not listening and answers nothing yet. */
export function createHttpServer(times: HttpTimes, maxConnections: number): Server {
  const server = createServer({
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    keepAliveTimeout: times.keepAliveMs,
    connectionsCheckingInterval: times.lookMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  server.timeout = times.idleMs;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.maxConnections = maxConnections + MORE_SOCKETS;
  return server;
}

/** Begins to answer: by `app` what the gate lets pass, by a bare status the rest. */
export function answerRequests(server: Server, deps: HttpServerDeps): void {
  const respond = getRequestListener((request, env) => deps.app.fetch(request, env), {
    overrideGlobalObjects: false,
  });

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const gated = gate(request, deps.hosts);
    if (gated === null) {
      // Whoever asks before it sends a chunk may: the answer would wait for it.
      if (request.headers.expect !== undefined) response.writeContinue();
      return void respond(request, response);
    }
    deps.refused?.(gated.status);
    for (const [name, value] of securityHeaders(false)) response.setHeader(name, value);
    if (gated.status === 405) response.setHeader("Allow", gated.allow ?? "GET, HEAD");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Content-Type", "text/plain; charset=utf-8");
    // What follows on this socket may be the rest of a body: it is not read as another request.
    response.setHeader("Connection", "close");
    response.writeHead(gated.status).end(`${STATUS_CODES[gated.status]}\n`);
  }

  server.on("request", handle);
  server.on("checkContinue", handle);
  server.on("upgrade", deps.upgrade);
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    deps.refused?.(405);
    socket.on("error", () => socket.destroy());
    socket.once("finish", () => socket.destroy());
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
}
