/**
 * From the order to the lines: what a room produced in one turn of the event loop is encoded once
 * and written once to each line (DESIGN §7, "Batches").
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import { encodeServerFrame } from "../../shared/codec/server-frames.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Presence, Record } from "../../shared/protocol.ts";
import { pieces, recordFrames } from "./batches.ts";
import type { Line } from "./line.ts";

interface Signal {
  readonly session: SessionId;
  readonly sealed: Bytes;
}

interface Target {
  readonly session: SessionId;
  /** First record that the line gets live; null while its backlog is being read. */
  next: number | null;
}

export interface Delivery {
  /** Presence changes and signals reach the line from now on; records only after `goLive`. */
  attach(line: Line, session: SessionId): void;
  detach(line: Line): void;
  /** True, and records above `covered` flow, if none of them was written to other lines already. */
  goLive(line: Line, covered: number): boolean;
  records(records: readonly Record[]): void;
  presence(session: SessionId, presence: Presence): void;
  /** It has left: what still waits to be said of its presence is not said, since its record tells. */
  forget(session: SessionId): void;
  /** To every line but those of the sender's own session. */
  signal(session: SessionId, sealed: Bytes): void;
  /** Writes what is waiting now, not at the end of the turn. */
  flush(): void;
}

/** `written`: number of the newest record when delivery begins. */
export function createDelivery(clock: Clock, written: number): Delivery {
  const targets = new Map<Line, Target>();
  let records: Record[] = [];
  let changes = new Map<SessionId, Presence>();
  let signals: Signal[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    clock.soon(flush);
  }

  function flush(): void {
    isScheduled = false;
    writeRecords();
    writePresence();
    writeSignals();
  }

  function writeRecords(): void {
    const first = records[0]?.number;
    if (first === undefined) return;
    const batch = records;
    records = [];
    written = batch.at(-1)?.number ?? written;
    // Nearly all lines want the same records; who was seated in the middle of the batch gets the rest of it.
    const framesFrom = new Map<number, Bytes[]>();
    for (const [line, { next }] of targets) {
      if (next === null) continue;
      const from = Math.max(next, first);
      const frames =
        framesFrom.get(from) ?? recordFrames(batch.filter((record) => record.number >= from));
      framesFrom.set(from, frames);
      for (const frame of frames) line.send(frame);
    }
  }

  function writePresence(): void {
    if (changes.size === 0) return;
    const seated = Array.from(changes, ([session, presence]) => ({ session, presence }));
    changes = new Map();
    const frames = pieces(seated).map((part) =>
      encodeServerFrame({ kind: "presence", changes: part }),
    );
    for (const line of targets.keys()) for (const frame of frames) line.send(frame);
  }

  function writeSignals(): void {
    if (signals.length === 0) return;
    const batch = signals;
    signals = [];
    const encode = (part: Signal[]) =>
      pieces(part).map((piece) => encodeServerFrame({ kind: "signals", signals: piece }));
    const senders = new Set(batch.map((signal) => signal.session));
    const forMost = encode(batch);
    for (const [line, { session }] of targets) {
      const frames = senders.has(session)
        ? encode(batch.filter((signal) => signal.session !== session))
        : forMost;
      for (const frame of frames) line.send(frame);
    }
  }

  return {
    attach(line, session) {
      targets.set(line, { session, next: null });
    },
    detach(line) {
      targets.delete(line);
    },
    goLive(line, covered) {
      const target = targets.get(line);
      if (target === undefined || covered < written) return false;
      target.next = covered + 1;
      return true;
    },
    records(more) {
      records.push(...more);
      schedule();
    },
    presence(session, presence) {
      changes.set(session, presence);
      schedule();
    },
    forget(session) {
      changes.delete(session);
    },
    signal(session, sealed) {
      signals.push({ session, sealed });
      schedule();
    },
    flush,
  };
}
