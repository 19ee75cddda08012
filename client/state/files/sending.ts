/** One file on its way up: which chunks the relay holds, and trying until it holds them all. */
import { chunkRange, chunksOf, sealedBytes, type FileSeal } from "../../crypto/chunks.ts";
import { backoffMs } from "../../net/backoff.ts";
import type { UploadFailure } from "./attachment.ts";
import { createPace } from "./pace.ts";
import type { StationFault } from "./station.ts";
import { stepThrough, type TransferDeps } from "./transfer.ts";
import { wait } from "./wait.ts";

export interface Progress {
  readonly sentBytes: number;
  readonly bytesPerS: number;
  readonly leftMs: number | null;
}

export interface Sending {
  /**
   * Sends what the relay does not hold. `held`: it now holds all; `stopped`: `signal` said so, and a later
   * run goes on from there. Never rejects.
   */
  run(signal: AbortSignal): Promise<"held" | "stopped" | UploadFailure>;
  /** Keeps what the relay was asked for from being given up, while nothing is sent. */
  keep(signal: AbortSignal): Promise<void>;
  /** So much of it the relay holds. */
  sentBytes(): number;
  /** As far as is known, all of it. */
  isHeld(): boolean;
  /** Nothing of it is left at the relay; where that can't be reached soon, its lease ends by itself. */
  drop(): Promise<void>;
}

/** Long enough for a relay that is reached at all; what it holds is not kept any longer than this. */
const DROP_MS = 45_000;

type Turn = "held" | "again" | "stopped" | UploadFailure;

/** `told` hears of every chunk. */
export function createSending(
  seal: FileSeal,
  content: Blob,
  deps: TransferDeps,
  told: (progress: Progress) => void,
): Sending {
  const { clock, grants, station, routeId } = deps;
  const { file } = seal;
  const count = chunksOf(seal.sizeBytes);
  const totalBytes = sealedBytes(seal.sizeBytes);
  const held = new Set<number>();
  let sentBytes = 0;
  /** The relay may count it, though it holds nothing of it yet: [M4] reserves the whole at the first question. */
  let isAsked = false;
  let pace = createPace();
  let setbacks = 0;

  function report(): void {
    pace.sent(sentBytes, clock.now());
    told({ sentBytes, bytesPerS: pace.bytesPerS(), leftMs: pace.leftMs(seal.sizeBytes) });
  }

  async function ask(signal: AbortSignal) {
    isAsked = true;
    const granted = await grants.upload(file, totalBytes, signal);
    // Refused, it has nothing; stopped while it was asked, it may.
    isAsked = typeof granted !== "string" || granted === "stopped";
    // The lease had ended, or the relay's store was emptied: all of it goes again, with the same bytes.
    if (typeof granted !== "string" && granted.heldChunks < held.size) {
      held.clear();
      sentBytes = 0;
    }
    return granted;
  }

  async function sendAll(grant: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Turn> {
    const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !held.has(i));
    let verdict: Turn = "held";
    await stepThrough(clock, async () => {
      const index = missing.shift();
      if (index === undefined) return false;
      const place = { routeId, file, grant, index };
      const fault = await station.send({ seal, content, place }, signal);
      if (fault === null) {
        const { from, to } = chunkRange(seal.sizeBytes, index);
        held.add(index);
        sentBytes += to - from;
        setbacks = 0;
        report();
        return true;
      }
      const meaning = meaningOf(fault);
      // Others may be told the same: the first word that is final stands.
      if (verdict === "held" || verdict === "again") verdict = meaning;
      if (fault.kind === "rate") await wait(clock, fault.retryMs ?? 1_000, signal);
      missing.length = 0;
      return false;
    });
    return verdict;
  }

  return {
    async run(signal) {
      pace = createPace();
      report();
      for (;;) {
        const granted = await ask(signal);
        if (typeof granted === "string") return granted;
        const turn = await sendAll(granted.grant, signal);
        if (turn !== "again") return turn;
        setbacks += 1;
        await wait(clock, backoffMs(setbacks, deps.random(), null), signal);
        if (signal.aborted) return "stopped";
      }
    },
    async keep(signal) {
      if (isAsked) await ask(signal);
    },
    sentBytes: () => sentBytes,
    isHeld: () => held.size === count,
    async drop() {
      if (!isAsked) return;
      const patience = new AbortController();
      const stop = clock.after(DROP_MS, () => patience.abort());
      const granted = await grants.upload(file, totalBytes, patience.signal);
      stop();
      if (typeof granted === "string") return;
      await station.drop({ routeId, file, grant: granted.grant });
    },
  };
}

function meaningOf({ kind }: StationFault): Turn {
  switch (kind) {
    case "full":
    case "unreadable":
    case "stopped":
      return kind;
    case "differs":
    case "size":
    case "no-chunk":
    case "tampered":
    case "broken":
      return "other";
    case "not-granted":
    case "no-file":
    case "no-room":
    case "rate":
    case "unavailable":
    case "unreachable":
      return "again";
  }
}
