/**
 * What a relay gives to those of other regions: an HTTP listener on a port of its own, off where there is
 * one region. Strict: a proof, an exact path, GET without a body. Who brings no proof gets no answer at all.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import { checkRequest, proveAnswer, type RegionRequest } from "./proof.ts";

/** Bytes, or null where this relay does not have them: another one may. */
export type Give = (...parts: readonly string[]) => Promise<Bytes | null>;

export interface Resource {
  /** Of the whole path; its groups are handed to `give`. */
  readonly path: RegExp;
  readonly give: Give;
}

export interface BorderParts {
  readonly host: string;
  readonly port: number;
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly resources: readonly Resource[];
}

export interface Border {
  readonly port: number;
  close(): Promise<void>;
}

/** Whoever has not read its answer after so long gets no more of it: a slow reader must not hold a copy in memory. */
const ANSWER_MS = 20_000;
const HEADERS_MS = 5_000;
const CHECK_MS = 1_000;
const MAX_HEADER_BYTES = 4_096;
/** A copy may be large; this many are in memory at once. */
const MOST_AT_ONCE = 8;

/** Listens. @throws where it cannot. */
export async function openBorder(parts: BorderParts): Promise<Border> {
  let underWay = 0;
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: HEADERS_MS,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming, outgoing) => void answer(incoming, outgoing),
  );
  server.setTimeout(ANSWER_MS);
  server.maxConnections = 64;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? "";
    const asked = { method: incoming.method ?? "", path, nowMs: parts.clock.wall() };
    const request = checkRequest(parts.secret, incoming.headers.authorization, asked);
    const hasBody =
      "transfer-encoding" in incoming.headers ||
      Number(incoming.headers["content-length"] ?? 0) > 0;
    if (request === null || hasBody) {
      incoming.destroy();
      return;
    }
    if (underWay >= MOST_AT_ONCE) return send(outgoing, request, 503, new Uint8Array());
    underWay += 1;
    const stop = parts.clock.after(ANSWER_MS, () => incoming.destroy());
    outgoing.on("close", () => {
      stop();
      underWay -= 1;
    });
    try {
      const bytes = await find(path);
      if (bytes === null) send(outgoing, request, 404, new Uint8Array());
      else send(outgoing, request, 200, bytes);
    } catch {
      send(outgoing, request, 503, new Uint8Array());
    }
  }

  async function find(path: string): Promise<Bytes | null> {
    for (const resource of parts.resources) {
      const found = resource.path.exec(path);
      if (found?.[0] === path) return resource.give(...found.slice(1));
    }
    return null;
  }

  function send(
    outgoing: ServerResponse,
    request: RegionRequest,
    status: number,
    body: Uint8Array,
  ): void {
    outgoing.writeHead(status, {
      "content-type": "application/octet-stream",
      "content-length": body.length,
      "cache-control": "no-store",
      "x-mayfly-proof": proveAnswer(parts.secret, request, { status, body }),
    });
    outgoing.end(body);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(parts.port, parts.host, resolve);
  });
  server.on("error", () => undefined);
  server.on("clientError", (_, socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
