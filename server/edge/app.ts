/** What the relay answers over HTTP: the client's files, chunks of people's files, and its own health. Never a redirect, never a cookie. */
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { ClientFile, ClientFiles } from "./client-files.ts";
import { cataloguesIn, languageHint } from "./language-hint.ts";
import { securityHeaders } from "./security-headers.ts";

export interface AppDeps {
  readonly files: ClientFiles;
  /** Hosts (lower case, with port) that are reached by https. */
  readonly httpsHosts: ReadonlySet<string>;
  /** False while draining or while the order cannot be reached. */
  readonly isReady: () => boolean;
  /** What stands below `/media`. */
  readonly media: Hono<{ Bindings: HttpBindings }>;
}

/** The HTTP side behind gate.ts: it sees GET and HEAD of plain paths, and what the gate lets pass for chunks. */
export function createApp(deps: AppDeps): Hono<{ Bindings: HttpBindings }> {
  const { files, httpsHosts, isReady } = deps;
  const catalogues = cataloguesIn(files);
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(async (c, next) => {
    await next();
    const isHttps = httpsHosts.has((c.req.header("host") ?? "").toLowerCase());
    for (const [name, value] of securityHeaders(isHttps)) c.res.headers.set(name, value);
    if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
  });
  app.get("/livez", (c) => c.text("alive\n"));
  app.get("/readyz", (c) => (isReady() ? c.text("ready\n") : c.text("not ready\n", 503)));
  app.get("/ws", (c) => c.text("a WebSocket is spoken here\n", 426, { Upgrade: "websocket" }));
  app.route("/media", deps.media);
  app.get("/", async (c, next) => {
    await next();
    const hint = languageHint(catalogues, c.req.header("accept-language") ?? "");
    if (hint !== null) c.res.headers.set("Link", hint);
    c.res.headers.append("Vary", "Accept-Language");
  });
  app.get("*", (c) => {
    const file = files.get(c.req.path);
    return file === undefined ? c.notFound() : serve(file, c.req.header("accept-encoding") ?? "");
  });
  app.all("*", (c) => c.text("method not allowed\n", 405, { Allow: "GET, HEAD" }));
  app.notFound((c) => c.text("not found\n", 404));
  // The text of a fault is ours; nobody outside needs it.
  app.onError((_, c) => c.text("internal error\n", 500));
  return app;
}

function serve(file: ClientFile, accepted: string): Response {
  const headers = new Headers({ "Content-Type": file.type, "Cache-Control": file.cacheControl });
  if (file.brotli !== null || file.gzip !== null) headers.set("Vary", "Accept-Encoding");
  const [coding, body] = chooseCoding(file, accepted);
  if (coding !== null) headers.set("Content-Encoding", coding);
  headers.set("Content-Length", String(body.length));
  return new Response(new Uint8Array(body), { headers });
}

/** The smallest form that the client takes (RFC 9110 §12.5.3); weights other than zero are not weighed. */
function chooseCoding(file: ClientFile, accepted: string): readonly [string | null, Buffer] {
  const takes = (coding: string) =>
    accepted
      .toLowerCase()
      .split(",")
      .map((part) => part.replaceAll(" ", "").split(";"))
      .some(([name, weight]) => name === coding && !/^q=0(\.0*)?$/.test(weight ?? ""));
  if (file.brotli !== null && takes("br")) return ["br", file.brotli];
  if (file.gzip !== null && takes("gzip")) return ["gzip", file.gzip];
  return [null, file.plain];
}
