/** Brings a resuming line from its cursor to the live records, at the pace at which it reads. */
import type { Clock, Stop } from "../../shared/clock.ts";
import type { RoomLog } from "../ports/log.ts";
import { recordFrames, MAX_FRAME_SEALED_BYTES } from "./batches.ts";
import type { Delivery } from "./delivery.ts";
import type { Line } from "./line.ts";

export interface CatchUp {
  readonly line: Line;
  /** Number of the last record that the client has. */
  readonly covered: number;
  /** The log could not be read. */
  readonly failed: () => void;
}

export interface CatchUpParts {
  readonly clock: Clock;
  readonly log: RoomLog;
  readonly delivery: Delivery;
}

/** How often a line that has not taken its bytes is looked at again. */
const LOOK_AGAIN_MS = 50;

/** Sends the backlog, then goes live without a gap or a repeat. The line was attached before. */
export function catchUp(parts: CatchUpParts, { line, covered, failed }: CatchUp): Stop {
  let isStopped = false;
  const goesOn = () => !isStopped && !parts.delivery.goLive(line, covered);
  let stopWaiting: Stop = () => undefined;

  const taken = () =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (line.bufferedBytes() <= MAX_FRAME_SEALED_BYTES) resolve();
        else stopWaiting = parts.clock.after(LOOK_AGAIN_MS, look);
      };
      look();
    });

  async function run(): Promise<void> {
    while (goesOn()) {
      const head = parts.log.standing()?.head ?? covered;
      const records = await parts.log.since(covered);
      for (const frame of recordFrames(records)) {
        if (isStopped) return;
        line.send(frame);
        await taken();
      }
      // Expired records are missing, so the last one read may be older than what was asked for.
      covered = Math.max(covered, head, records.at(-1)?.number ?? 0);
    }
  }

  run().catch(() => {
    if (!isStopped) failed();
  });
  return () => {
    isStopped = true;
    stopWaiting();
  };
}
