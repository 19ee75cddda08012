/** Chunks of files over HTTP ([M5], [M6]): PUT, GET and DELETE with a grant from the socket. */
import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { parseHex } from "../../shared/bytes.ts";
import type { Clock, Stop } from "../../shared/clock.ts";
import { fileIdOf, routeIdOf, type FileId, type RouteId } from "../../shared/ids.ts";
import { parseAuthorization, sealedChunkBytes, type ChunkFault } from "../../shared/media.ts";
import type { Limits } from "../config-limits.ts";
import type { Grant } from "../room/grants.ts";
import type { Media } from "../room/media.ts";
import { clientAddress, type AddressKeys } from "./address.ts";
import { createSlots } from "./slots.ts";

export interface MediaRoutesDeps {
  readonly clock: Clock;
  /** What this relay can do with files; null: it takes none. */
  readonly media: Media | null;
  /** False while draining or while the order cannot be reached. */
  readonly isReady: () => boolean;
  /** Exact origins of our pages: another's page may not use a grant, should it ever come by one. */
  readonly origins: ReadonlySet<string>;
  readonly addressKeys: AddressKeys;
  readonly trustedProxyHops: number;
  readonly limits: Pick<
    Limits,
    | "mediaRequests"
    | "mediaRequestsPerAddress"
    | "mediaRequestsPerSession"
    | "mediaRequestsPerSecond"
  >;
}

/** From a request's headers to the last byte of its answer: so long at most, however slow the other end. */
export const ANSWER_MS = 60_000;
/** Requests that a session may make at once after a pause, in terms of its rate a second. */
const BURST = 4;

type Status = 400 | 401 | 404 | 409 | 411 | 413 | 429 | 503 | 507;
const STATUS: { readonly [F in ChunkFault]: Status } = {
  "not-granted": 401,
  "no-room": 404,
  "no-file": 404,
  "no-chunk": 404,
  differs: 409,
  size: 400,
  rate: 429,
  full: 507,
  unavailable: 503,
};
/** A session without a seat holds a grant that is none any more. */
const faultOf = (outcome: ChunkFault | "no-seat"): ChunkFault =>
  outcome === "no-seat" ? "not-granted" : outcome;

type Bound = Hono<{ Bindings: HttpBindings }>;
type Ask = Context<{ Bindings: HttpBindings }>;

interface Asked {
  readonly media: Media;
  readonly routeId: RouteId;
  readonly file: FileId;
  readonly grant: Grant;
}

/** What stands below `/media`. One request holds one chunk at most, and a slot until its answer is gone. */
export function createMediaRoutes(deps: MediaRoutesDeps): Bound {
  const { clock, limits } = deps;
  const perSecond = limits.mediaRequestsPerSecond;
  const ofRelay = createSlots({ clock, perKey: limits.mediaRequests, rate: null });
  const ofAddress = createSlots({ clock, perKey: limits.mediaRequestsPerAddress, rate: null });
  const ofSession = createSlots({
    clock,
    perKey: limits.mediaRequestsPerSession,
    rate: { perSecond, burst: perSecond * BURST },
  });
  const app: Bound = new Hono();

  /** Calls it when the answer is gone or the other end is: at once where that is so already. */
  function whenGone({ env }: Ask, release: Stop): void {
    if (env.outgoing.destroyed) release();
    else env.outgoing.once("close", release);
  }

  function addressKeyOf({ env, req }: Ask): string {
    const { remoteAddress = "" } = env.incoming.socket;
    const forwarded = req.header("x-forwarded-for");
    return deps.addressKeys.keyOf(clientAddress(remoteAddress, forwarded, deps.trustedProxyHops));
  }

  /** Takes slots for this address; a fault where there is none. */
  function admit(c: Ask): ChunkFault | null {
    if (!deps.isReady()) return "unavailable";
    const slots = [ofRelay.take(""), ofAddress.take(addressKeyOf(c))];
    const taken = slots.filter((slot) => slot !== null);
    whenGone(
      c,
      clock.after(ANSWER_MS, () => c.env.outgoing.destroy()),
    );
    for (const release of taken) whenGone(c, release);
    return taken.length === slots.length ? null : "rate";
  }

  /** Whose request this is, and that it may be made; a fault otherwise. */
  async function parse(c: Ask, route: string, file: string): Promise<Asked | ChunkFault> {
    const { media } = deps;
    const routeId = idOf(route);
    const fileId = idOf(file);
    if (media === null || routeId === null || fileId === null) return "no-file";
    const origin = c.req.header("origin");
    const bytes = parseAuthorization(c.req.header("authorization") ?? "");
    if (bytes === null || (origin !== undefined && !deps.origins.has(origin))) return "not-granted";
    const grant = await media.check(routeIdOf(routeId), bytes);
    if (grant === null) return "not-granted";
    const slot = ofSession.take(grant.session);
    if (slot === null) return "rate";
    // Who asked may have gone while the grant was checked.
    whenGone(c, slot);
    return { media, routeId: routeIdOf(routeId), file: fileIdOf(fileId), grant };
  }

  /** Every fault has the same shape, whatever it is about; a fault of ours looks like a store that is away. */
  async function answer(c: Ask, work: () => Promise<Response | ChunkFault>): Promise<Response> {
    try {
      const done = admit(c) ?? (await work());
      return typeof done === "string" ? fail(done) : done;
    } catch {
      return fail("unavailable");
    }
  }

  app.put("/:route/:file/:index", (c) =>
    answer(c, async () => {
      const { route, file, index } = c.req.param();
      const asked = await parse(c, route, file);
      if (typeof asked === "string") return asked;
      const { media, routeId, grant } = asked;
      if (grant.kind !== "upload" || grant.file !== asked.file) return "not-granted";
      const at = indexOf(index);
      const expected = at === null ? null : sealedChunkBytes(grant.totalBytes, at);
      if (at === null || expected === null) return "size";
      const length = Number(c.req.header("content-length"));
      if (length !== expected) return length > expected ? fail("size", 413) : "size";
      // Node's parser ends the body at its declared length, and its server cuts who takes too long.
      const chunk = new Uint8Array(await c.req.arrayBuffer());
      if (chunk.length !== expected) return "size";
      const held = await media.put(routeId, grant, at, chunk);
      return held === "held" ? done() : faultOf(held);
    }),
  );

  app.get("/:route/:file/:index", (c) =>
    answer(c, async () => {
      const { route, file, index } = c.req.param();
      const asked = await parse(c, route, file);
      if (typeof asked === "string") return asked;
      const { media, routeId, grant } = asked;
      if (grant.kind !== "reading") return "not-granted";
      const at = indexOf(index);
      if (at === null) return "no-chunk";
      const found = await media.get(routeId, grant.session, asked.file, at);
      return typeof found === "string" ? faultOf(found) : chunkAnswer(found);
    }),
  );

  app.delete("/:route/:file", (c) =>
    answer(c, async () => {
      const { route, file } = c.req.param();
      const asked = await parse(c, route, file);
      if (typeof asked === "string") return asked;
      const { media, routeId, grant } = asked;
      if (grant.kind !== "upload" || grant.file !== asked.file) return "not-granted";
      const dropped = await media.drop(routeId, grant);
      return dropped === "dropped" ? done() : faultOf(dropped);
    }),
  );

  app.all("*", (c) => c.text("method not allowed\n", 405, { Allow: "GET, PUT, DELETE" }));
  return app;
}

const done = (): Response => new Response(null, { status: 204 });

function fail(fault: ChunkFault, status: number = STATUS[fault]): Response {
  const headers = new Headers({ "Content-Type": "text/plain; charset=utf-8" });
  if (fault === "rate") headers.set("Retry-After", "1");
  // Nobody reads on through a body that is too large to be one of ours.
  if (status === 413) headers.set("Connection", "close");
  return new Response(fault, { status, headers });
}

function chunkAnswer(chunk: Uint8Array<ArrayBuffer>): Response {
  return new Response(chunk, {
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Disposition": "attachment",
      "Content-Length": String(chunk.length),
    },
  });
}

/** 16 bytes of an id in a path. */
function idOf(text: string): Uint8Array | null {
  return text.length === 32 ? parseHex(text) : null;
}

/** An index in a path: one text for one number. */
function indexOf(text: string): number | null {
  return /^(0|[1-9]\d{0,5})$/.test(text) ? Number(text) : null;
}
