/** What every HTTP request must be before anything looks at what it asks for, upgrades included. */
import type { IncomingMessage } from "node:http";

/** What this page says of a request; refusals are statuses, with no text of the request in them. */
export type Gated = {
  readonly status: 400 | 404 | 405 | 411 | 415 | 421 | 431;
  /** The methods that may be, where it is 405 for another reason than usual. */
  readonly allow?: string;
} | null;

export type GatedRequest = Pick<IncomingMessage, "method" | "url" | "headers" | "rawHeaders">;

export const MAX_HEADERS = 64;
/** Plain segments only: no dots before them, no escapes, no empty ones, so nothing can be read in two ways. */
const PATH = /^\/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/(?=[A-Za-z0-9_-])|$))*$/;
/** Chunks of people's files: ids in hex, an index without a zero before it, none for a whole file. */
const MEDIA = "/media/";
const MEDIA_PATH = /^\/media\/[0-9a-f]{32}\/[0-9a-f]{32}(?:\/(?:0|[1-9]\d{0,5}))?$/;
const MEDIA_METHODS = ["GET", "PUT", "DELETE"];
/** Asked for by address, not by name: an orchestrator's probes. They tell nothing about anybody. */
const PROBES = new Set(["/livez", "/readyz"]);

/**
 * Null where the request may pass: origin-form, one of `hosts` asked for (lower case, with its port),
 * GET or HEAD, no body, a plain path; below `/media/` what [M5] says.
 */
export function gate(request: GatedRequest, hosts: ReadonlySet<string>): Gated {
  const { url = "", headers } = request;
  if (request.rawHeaders.length > 2 * MAX_HEADERS) return { status: 431 };
  if (countOf("host", request.rawHeaders) > 1) return { status: 400 };
  if (!url.startsWith("/")) return { status: url === "*" ? 405 : 400 };
  const path = pathOf(url);
  if (!PROBES.has(path) && !hosts.has((headers.host ?? "").toLowerCase())) return { status: 421 };
  if (path.startsWith(MEDIA)) return gateMedia(request, path);
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405 };
  if (hasBody(request)) {
    return { status: headers["content-encoding"] === undefined ? 400 : 415 };
  }
  return PATH.test(path) ? null : { status: 404 };
}

/** A chunk is one body of a declared length; nothing else below this path has a body. */
function gateMedia(request: GatedRequest, path: string): Gated {
  const { method = "", headers } = request;
  if (!MEDIA_METHODS.includes(method)) return { status: 405, allow: MEDIA_METHODS.join(", ") };
  if (headers["content-encoding"] !== undefined) return { status: 415 };
  if (method !== "PUT" && hasBody(request)) return { status: 400 };
  const isMeasured = /^\d{1,15}$/.test(headers["content-length"] ?? "");
  if (method === "PUT" && (headers["transfer-encoding"] !== undefined || !isMeasured))
    return { status: 411 };
  return MEDIA_PATH.test(path) ? null : { status: 404 };
}

/** Node keeps the first of two; a proxy may have looked at the second (RFC 9112 §3.2). */
function countOf(name: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === name).length;
}

/** The path of an origin-form target; what follows a `?` is nobody's business here. */
export function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

function hasBody({ headers }: GatedRequest): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  return headers["content-length"] !== undefined && headers["content-length"] !== "0";
}
