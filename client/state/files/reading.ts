/** Chunks of files that others announced, had from the relay and opened; and what it means when they can't be. */
import type { Bytes } from "../../../shared/bytes.ts";
import { chunksOf, type FileSeal } from "../../crypto/chunks.ts";
import { backoffMs } from "../../net/backoff.ts";
import type { OpenFailure } from "./attachment.ts";
import { isStationFault, type StationFault } from "./station.ts";
import { stepThrough, type TransferDeps } from "./transfer.ts";
import { wait } from "./wait.ts";

/** Setbacks in a row, on one chunk, before it is said that the relay is not reached. */
const MAX_SETBACKS = 8;

export interface Reading {
  /** The content of one chunk. Never rejects. */
  chunk(seal: FileSeal, index: number, signal: AbortSignal): Promise<Bytes | OpenFailure>;
  /** All of the content, in order; `got` hears how much has come. Never rejects. */
  whole(
    seal: FileSeal,
    signal: AbortSignal,
    got: (bytes: number) => void,
  ): Promise<Blob | OpenFailure>;
}

export function createReading({ clock, random, routeId, grants, station }: TransferDeps): Reading {
  async function chunk(
    seal: FileSeal,
    index: number,
    signal: AbortSignal,
  ): Promise<Bytes | OpenFailure> {
    for (let setbacks = 0; setbacks < MAX_SETBACKS && !signal.aborted; setbacks++) {
      const grant = await grants.reading(signal);
      if (grant === "off") return "gone";
      if (typeof grant === "string") return "interrupted";
      const place = { routeId, file: seal.file, grant, index };
      const content = await station.fetch({ seal, place }, signal);
      if (!isStationFault(content)) return content;
      const failure = failureOf(content);
      if (failure !== null) return failure;
      if (content.kind === "not-granted") grants.readingRefused(grant);
      await wait(clock, backoffMs(setbacks, random(), content.retryMs), signal);
    }
    return "interrupted";
  }

  async function whole(
    seal: FileSeal,
    signal: AbortSignal,
    got: (bytes: number) => void,
  ): Promise<Blob | OpenFailure> {
    const count = chunksOf(seal.sizeBytes);
    // As blobs, which browsers need not keep in the page's own memory.
    const parts: Blob[] = [];
    let failure: OpenFailure | null = null;
    let gotBytes = 0;
    let next = 0;
    await stepThrough(clock, async () => {
      if (next >= count || failure !== null) return false;
      const index = next++;
      const content = await chunk(seal, index, signal);
      if (typeof content === "string") {
        failure ??= content;
        return false;
      }
      parts[index] = new Blob([content]);
      gotBytes += content.length;
      got(gotBytes);
      return true;
    });
    return failure ?? new Blob(parts);
  }

  return { chunk, whole };
}

/** Null: it may go better next time. */
function failureOf({ kind }: StationFault): OpenFailure | null {
  switch (kind) {
    case "no-file":
    case "no-chunk":
    case "no-room":
      return "gone";
    case "tampered":
    case "size":
    case "differs":
    case "full":
    case "unreadable":
      return "tampered";
    case "stopped":
    case "broken":
      return "interrupted";
    case "not-granted":
    case "rate":
    case "unavailable":
    case "unreachable":
      return null;
  }
}
