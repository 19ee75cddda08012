/**
 * Where the heavy work on chunks is done, one chunk at a time: read, seal, send; fetch, open. It remembers nothing:
 * each job brings what it needs. In a browser it lives in a worker (worker-station.ts), in Node wherever it is made.
 */
import type { Bytes } from "../../../shared/bytes.ts";
import { sealedChunkBytes } from "../../../shared/media.ts";
import {
  chunkRange,
  openChunk,
  sealChunk,
  sealedBytes,
  type FileSeal,
} from "../../crypto/chunks.ts";
import {
  isFault,
  type ChunkPlace,
  type ChunkRequests,
  type FilePlace,
  type RequestFault,
} from "../../net/chunk-requests.ts";

/**
 * `unreadable`: the content cannot be read here any more; `tampered`: the chunk is not what was sealed; `broken`: the
 * station itself does not work here, now or later.
 */
export interface StationFault {
  readonly kind: RequestFault["kind"] | "unreadable" | "tampered" | "broken";
  readonly retryMs: number | null;
}

export interface SendJob {
  readonly seal: FileSeal;
  /** `seal.sizeBytes` of it. */
  readonly content: Blob;
  readonly place: ChunkPlace;
}

export interface FetchJob {
  readonly seal: FileSeal;
  readonly place: ChunkPlace;
}

/** No job ever rejects. */
export interface Station {
  /** Null: the relay holds the chunk. */
  send(job: SendJob, signal: AbortSignal): Promise<StationFault | null>;
  /** The chunk's content. */
  fetch(job: FetchJob, signal: AbortSignal): Promise<Bytes | StationFault>;
  /** Null: nothing of the file is left. */
  drop(place: FilePlace): Promise<StationFault | null>;
  /** Nothing of any job is left in memory; all that come later are `stopped`. */
  close(): void;
}

/** Does its work where it is called. Needs libsodium to be ready. */
export function createStation(requests: ChunkRequests): Station {
  const closed = new AbortController();
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closed.signal]);

  return {
    async send({ seal, content, place }, signal) {
      const { from, to } = chunkRange(seal.sizeBytes, place.index);
      const plain = await readOrNull(content.slice(from, to));
      if (plain === null) return { kind: "unreadable", retryMs: null };
      return requests.put(place, sealChunk(seal, place.index, plain), until(signal));
    },
    async fetch({ seal, place }, signal) {
      const length = sealedChunkBytes(sealedBytes(seal.sizeBytes), place.index);
      if (length === null) return { kind: "no-chunk", retryMs: null };
      const sealed = await requests.get(place, length, until(signal));
      if (isFault(sealed)) return sealed;
      return openChunk(seal, place.index, sealed) ?? { kind: "tampered", retryMs: null };
    },
    drop: (place) => requests.drop(place),
    close: () => closed.abort(),
  };
}

/** True for what came instead of content. */
export function isStationFault(answer: Bytes | StationFault): answer is StationFault {
  return !(answer instanceof Uint8Array);
}

/** A file that was changed or deleted since it was chosen cannot be read; a shorter one neither. */
async function readOrNull(part: Blob): Promise<Bytes | null> {
  try {
    const bytes = new Uint8Array(await part.arrayBuffer());
    return bytes.length === part.size ? bytes : null;
  } catch {
    return null;
  }
}
