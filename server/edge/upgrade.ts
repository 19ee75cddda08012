/** From an HTTP upgrade to an open connection: every check is made before the switch. */
import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { CloseReason } from "../../shared/close-codes.ts";
import { MAX_FRAME_BYTES } from "../../shared/limits.ts";
import { SUBPROTOCOL } from "../../shared/protocol.ts";
import { clientAddress, type AddressKeys } from "./address.ts";
import type { AddressLimits } from "./address-limits.ts";
import {
  attachConnection,
  CLOSE_WAIT_MS,
  type Connection,
  type ConnectionDeps,
} from "./connection.ts";
import { gate, pathOf } from "./gate.ts";
import { socketOf } from "./ws-socket.ts";

export interface UpgradeDeps {
  /** Exact origins whose pages may connect. */
  readonly origins: ReadonlySet<string>;
  /** Their hosts, lower case, with port. */
  readonly hosts: ReadonlySet<string>;
  readonly addressKeys: AddressKeys;
  readonly addressLimits: AddressLimits;
  readonly trustedProxyHops: number;
  readonly maxConnections: number;
  /** The relay takes connections: it is not stopping, and the order can be reached. */
  readonly isReady: () => boolean;
  /** What each connection gets; made for each, so that its log lines can be told apart. */
  readonly connectionDeps: () => ConnectionDeps;
  /** Told of each refusal, with its HTTP status. */
  readonly refused?: (status: number) => void;
}

export interface Upgrades {
  /** Listener of an HTTP server's `upgrade`. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sockets that have not gone yet, open or about to be. */
  sockets(): number;
  /** Ends each connection as if by its own; `retryAfterMs` is asked for each. */
  closeAll(reason: CloseReason, retryAfterMs: () => number): void;
  /** Settles when the last socket has gone, or at once. */
  whenEmpty(): Promise<void>;
  /** Drops every socket. */
  dropAll(): void;
}

/** Bounds of the WebSocket parser (HOSTILE §10). */
const WS_OPTIONS = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MAX_FRAME_BYTES,
  maxFragments: 64,
  maxBufferedChunks: 1_024,
  closeTimeout: CLOSE_WAIT_MS,
  // ws would drop who pings too fast without a word; ws-socket.ts answers after the rate was asked.
  autoPong: false,
  handleProtocols: () => SUBPROTOCOL,
} as const;

/** Turns upgrades on `/ws` into connections, or refuses them with a plain status. */
export function createUpgrades(deps: UpgradeDeps): Upgrades {
  const server = new WebSocketServer(WS_OPTIONS);
  const open = new Map<Duplex, Connection | null>();
  const waiting: (() => void)[] = [];

  function handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A socket that breaks from here on has nobody else to hear it, and nothing to tell.
    socket.on("error", () => socket.destroy());
    const status = refusal(request);
    if (status !== null) return refuse(socket, status);
    const { remoteAddress } = request.socket;
    if (remoteAddress === undefined) return void socket.destroy();
    const forwarded = request.headers["x-forwarded-for"];
    const address = clientAddress(
      remoteAddress,
      Array.isArray(forwarded) ? forwarded.join(",") : forwarded,
      deps.trustedProxyHops,
    );
    const addressKey = deps.addressKeys.keyOf(address);
    const release = deps.addressLimits.admit(addressKey);
    if (release === null) return refuse(socket, 429);
    open.set(socket, null);
    socket.once("close", () => {
      open.delete(socket);
      release();
      if (open.size === 0) for (const settle of waiting.splice(0)) settle();
    });
    const peer = { origin: request.headers.origin ?? "", addressKey };
    server.handleUpgrade(request, socket, head, (ws) => {
      open.set(socket, attachConnection(socketOf(ws), peer, deps.connectionDeps()));
    });
  }

  /** Status that refuses this upgrade, or null. What RFC 6455 asks besides, ws checks itself: 400 or 426. */
  function refusal(request: IncomingMessage): number | null {
    const gated = gate(request, deps.hosts);
    if (gated !== null) return gated.status;
    if (request.url === undefined || pathOf(request.url) !== "/ws") return 404;
    if (!deps.isReady()) return 503;
    if (!deps.origins.has(request.headers.origin ?? "")) return 403;
    if (!offersSubprotocol(request.headers["sec-websocket-protocol"])) return 400;
    return open.size >= deps.maxConnections ? 503 : null;
  }

  function refuse(socket: Duplex, status: number): void {
    deps.refused?.(status);
    const text = STATUS_CODES[status] ?? "";
    socket.once("finish", () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n`,
    );
  }

  return {
    handle,
    sockets: () => open.size,
    closeAll(reason, retryAfterMs) {
      for (const connection of open.values()) connection?.close(reason, retryAfterMs());
    },
    whenEmpty: () =>
      open.size === 0 ? Promise.resolve() : new Promise((settle) => waiting.push(settle)),
    dropAll() {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}

/** A list of tokens (RFC 6455 §4.1) of sane length that has ours in it. */
function offersSubprotocol(offered: string | undefined): boolean {
  if (offered === undefined || offered.length > 256) return false;
  return offered.split(",").some((token) => token.trim() === SUBPROTOCOL);
}
