/** A real relay on a free port of this machine for tests of the edge, and a bare TCP client to be rude with. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";
import type { Limits } from "../config-limits.ts";
import { parseConfig, type Config, type Environment } from "../config.ts";
import { createLogger } from "../log.ts";
import { SUBPROTOCOL } from "../../shared/protocol.ts";
import type { ClientFile, ClientFiles } from "./client-files.ts";
import { createServer, type Relay, type RelayDeps } from "./relay.ts";

/** A page and a hashed file, as the build would leave them. */
export const TEST_FILES: ClientFiles = new Map<string, ClientFile>([
  ["/", file("text/html; charset=utf-8", "no-store", "<!doctype html><p>mayfly</p>")],
  [
    "/assets/app-1a2b.js",
    {
      ...file("text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "plain"),
      brotli: Buffer.from("as brotli"),
      gzip: Buffer.from("as gzip"),
    },
  ],
]);

function file(type: string, cacheControl: string, text: string) {
  return { type, cacheControl, plain: Buffer.from(text), brotli: null, gzip: null };
}

/** A configuration as the environment would give it, on a free port. */
export function testConfig(environment: Environment, limits: Partial<Limits> = {}): Config {
  const configured = parseConfig({ PORT: "0", LOG_LEVEL: "debug", ...environment });
  if (configured.kind === "refused") throw new Error(configured.problems.join("; "));
  return { ...configured.config, limits: { ...configured.config.limits, ...limits } };
}

export interface TestRelay {
  readonly relay: Relay;
  readonly origin: string;
  readonly port: number;
  /** Lines that it logged so far. */
  readonly logged: readonly string[];
  /** Sends raw bytes and gives everything that comes back until the relay ends the connection or `until` is in it. */
  raw(sent: string | Buffer, until?: RegExp): Promise<string>;
  /** A client of the ws library at the door, its handshake under way. */
  dial(options?: { origin?: string; headers?: { [name: string]: string } }): WebSocket;
}

export async function startTestRelay(
  deps: Omit<RelayDeps, "logger" | "files" | "media"> & Partial<Pick<RelayDeps, "media">>,
  config = testConfig({}),
): Promise<TestRelay> {
  const logged: string[] = [];
  const logger = createLogger({
    level: "debug",
    instance: "test",
    write: (line) => void logged.push(line),
  });
  const relay = await createServer(config, { files: TEST_FILES, logger, media: null, ...deps });
  const origin = relay.origins[0] ?? "";
  return {
    relay,
    origin,
    port: relay.port,
    logged,
    raw: (sent, until) => exchange(relay.port, sent, until),
    dial: (options = {}) =>
      new WebSocket(`ws://127.0.0.1:${relay.port}/ws`, SUBPROTOCOL, {
        origin: options.origin ?? origin,
        headers: { host: new URL(origin).host, ...options.headers },
        perMessageDeflate: false,
      }),
  };
}

/** Sends raw bytes, and gives what comes back until the relay ends the connection or `until` is in it. */
export async function exchange(
  port: number,
  sent: string | Buffer,
  until?: RegExp,
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1");
  // A relay that refuses may reset what we still write.
  socket.on("error", () => undefined);
  const ended = new Promise<void>((settle) => {
    socket.on("close", () => settle());
    socket.on("data", (part) => {
      text += String(part);
      if (until?.test(text)) settle();
    });
  });
  socket.write(sent);
  await ended;
  socket.destroy();
  return text;
}

/** A TCP connection that has switched to WebSocket by hand; what the relay sends is collected. */
export async function dialRaw(
  { port, origin }: { readonly port: number; readonly origin: string },
  extra = "",
): Promise<{ socket: Socket; received: () => Buffer; closed: Promise<unknown> }> {
  const socket = connect(port, "127.0.0.1");
  const parts: Buffer[] = [];
  socket.on("error", () => undefined);
  socket.on("data", (part) => parts.push(Buffer.from(part)));
  const closed = once(socket, "close");
  socket.write(upgradeRequest(new URL(origin).host, origin, extra));
  while (!Buffer.concat(parts).includes("\r\n\r\n")) await once(socket, "data");
  const whole = () => Buffer.concat(parts);
  return { socket, received: () => whole().subarray(whole().indexOf("\r\n\r\n") + 4), closed };
}

/** A good upgrade, byte for byte, with further header lines at will, each with its CRLF. */
export function upgradeRequest(host: string, origin: string, extra = ""): string {
  return [
    "GET /ws HTTP/1.1",
    `Host: ${host}`,
    `Origin: ${origin}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    `${extra}\r\n`,
  ].join("\r\n");
}
