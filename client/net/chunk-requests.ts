/** Chunks over HTTP, to and from the relay that serves the page ([M5], [M6]). Knows sealed bytes only. */
import type { Bytes } from "../../shared/bytes.ts";
import type { FileId, RouteId } from "../../shared/ids.ts";
import {
  authorizationOf,
  CHUNK_FAULTS,
  chunkPath,
  filePath,
  type ChunkFault,
} from "../../shared/media.ts";

/** `unreachable`: no answer that makes sense came; `stopped`: whoever asked does not want it any more. */
export interface RequestFault {
  readonly kind: ChunkFault | "unreachable" | "stopped";
  /** How long the relay asks to wait. */
  readonly retryMs: number | null;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Where a file lies, and what lets one at it. */
export interface FilePlace {
  readonly routeId: RouteId;
  readonly file: FileId;
  /** A relay's, opaque. */
  readonly grant: Bytes;
}

export interface ChunkPlace extends FilePlace {
  readonly index: number;
}

/** None of them ever rejects. */
export interface ChunkRequests {
  /** Null: the relay holds it. */
  put(place: ChunkPlace, sealed: Bytes, signal: AbortSignal): Promise<RequestFault | null>;
  /** A chunk of exactly `sealedBytes`. */
  get(place: ChunkPlace, sealedBytes: number, signal: AbortSignal): Promise<Bytes | RequestFault>;
  /** Null: nothing of the file is left. */
  drop(place: FilePlace): Promise<RequestFault | null>;
}

interface Ask {
  readonly path: string;
  readonly grant: Bytes;
  readonly init: RequestInit;
  /** What a good answer's body is long. */
  readonly answerBytes: number;
  readonly signal: AbortSignal;
}

/** An answer that takes longer than any relay lets it is no answer. */
const PATIENCE_MS = 60_000;
const MAX_WORD_BYTES = 32;
const UNREACHABLE: RequestFault = { kind: "unreachable", retryMs: null };

/** Requests to `origin` ("": the page's own). */
export function createChunkRequests(fetch: Fetch, origin: string): ChunkRequests {
  async function ask({
    path,
    grant,
    init,
    answerBytes,
    signal,
  }: Ask): Promise<Bytes | RequestFault> {
    try {
      const response = await fetch(origin + path, {
        ...init,
        headers: { Authorization: authorizationOf(grant) },
        // Nothing of a room may lie in the browser's cache, and a relay redirects nobody.
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      });
      const body = await readUpTo(response, response.ok ? answerBytes : MAX_WORD_BYTES);
      if (!response.ok) return body === null ? UNREACHABLE : faultOf(response, body);
      return body?.length === answerBytes ? body : UNREACHABLE;
    } catch {
      return signal.aborted ? { kind: "stopped", retryMs: null } : UNREACHABLE;
    }
  }

  return {
    async put(place, sealed, signal) {
      const path = chunkPath(place.routeId, place.file, place.index);
      const init = { method: "PUT", body: sealed };
      return faultIn(await ask({ path, grant: place.grant, init, answerBytes: 0, signal }));
    },
    get({ routeId, file, index, grant }, sealedBytes, signal) {
      const path = chunkPath(routeId, file, index);
      return ask({ path, grant, init: {}, answerBytes: sealedBytes, signal });
    },
    async drop({ routeId, file, grant }) {
      const init = { method: "DELETE" };
      const { signal } = new AbortController();
      const path = filePath(routeId, file);
      return faultIn(await ask({ path, grant, init, answerBytes: 0, signal }));
    },
  };
}

/** True for what came instead of the bytes that were asked for. */
export function isFault(answer: Bytes | RequestFault): answer is RequestFault {
  return !(answer instanceof Uint8Array);
}

const faultIn = (answer: Bytes | RequestFault): RequestFault | null =>
  isFault(answer) ? answer : null;

/** The body; null where it is longer than `maxBytes`: no more than that is ever taken. */
async function readUpTo(response: Response, maxBytes: number): Promise<Bytes | null> {
  const bytes = new Uint8Array(maxBytes);
  let length = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    if (length + part.value.length > maxBytes) {
      await reader?.cancel();
      return null;
    }
    bytes.set(part.value, length);
    length += part.value.length;
  }
  return bytes.subarray(0, length);
}

function faultOf(response: Response, body: Bytes): RequestFault {
  const word = new TextDecoder().decode(body);
  const kind = CHUNK_FAULTS.find((fault) => fault === word) ?? "unreachable";
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return { kind, retryMs: Number.isNaN(seconds) ? null : Math.min(seconds, 60) * 1_000 };
}
