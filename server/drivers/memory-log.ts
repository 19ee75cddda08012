/** The log of one process: the order is that of arrival here, and everything dies with the process. */
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock, Stop } from "../../shared/clock.ts";
import { INCARNATION_BYTES, incarnationOf, type RouteId } from "../../shared/ids.ts";
import type { Record } from "../../shared/protocol.ts";
import type { Appended, Candidate, Judge, Log, LogListener, RoomLog, State } from "../ports/log.ts";
import { createMemoryRoom, type MemoryRoom } from "./memory-room.ts";

export interface MemoryLogParts {
  readonly clock: Clock;
  /** Fresh random bytes of that length. */
  readonly random: (length: number) => Bytes;
  readonly judge: Judge;
}

/** What a process holds of its rooms. */
export interface HeldSize {
  readonly rooms: number;
  readonly records: number;
  /** Of the records, about. */
  readonly bytes: number;
}

export interface MemoryLog extends Log {
  size(): HeldSize;
  /** The fields of the room that stands there now, or null. */
  look(routeId: RouteId): State | null;
  /** True where not a byte of any room is left. */
  isEmpty(): boolean;
}

interface HeldRoom {
  readonly room: MemoryRoom;
  readonly stopLifetime: Stop;
}

/** Records go at most so long after they expired: one sweep takes many. */
const SWEEP_GAP_MS = 250;

/** An empty log. */
export function createMemoryLog({ clock, random, judge }: MemoryLogParts): MemoryLog {
  const rooms = new Map<RouteId, HeldRoom>();
  const listeners = new Map<RouteId, LogListener>();
  let isOpen = true;
  let sweep: { readonly atMs: number; readonly stop: Stop } | null = null;

  function scheduleSweep(atMs: number): void {
    const dueMs = Math.max(atMs, clock.now() + SWEEP_GAP_MS);
    if (sweep !== null && sweep.atMs <= dueMs) return;
    sweep?.stop();
    sweep = { atMs: dueMs, stop: clock.after(dueMs - clock.now(), expire) };
  }

  function stopSweep(): void {
    sweep?.stop();
    sweep = null;
  }

  function expire(): void {
    sweep = null;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { room } of rooms.values()) {
      room.kept.expire(clock.now());
      nextMs = Math.min(nextMs, room.kept.nextExpiryMs() ?? nextMs);
    }
    if (nextMs < Number.POSITIVE_INFINITY) scheduleSweep(nextMs);
  }

  function end(routeId: RouteId): void {
    const standing = rooms.get(routeId);
    if (standing === undefined) return;
    standing.stopLifetime();
    rooms.delete(routeId);
    if (rooms.size === 0) stopSweep();
    listeners.get(routeId)?.ended();
  }

  function open(routeId: RouteId, candidate: Candidate): MemoryRoom {
    const { proposal } = candidate;
    if (proposal.kind !== "open") throw new Error("the rules let a room begin without an open");
    const room = createMemoryRoom(proposal, incarnationOf(random(INCARNATION_BYTES)), clock);
    const stopLifetime = clock.after(proposal.policy.lifetimeMs, () => end(routeId));
    rooms.set(routeId, { room, stopLifetime });
    return room;
  }

  /** Runs to its end without yielding, so no other append comes between and no guard can fail. */
  function appendNow(routeId: RouteId, candidates: readonly Candidate[]): Appended[] {
    let accepted: Record[] = [];
    const deliver = () => {
      if (accepted.length > 0) listeners.get(routeId)?.records(accepted);
      accepted = [];
    };
    const results = candidates.map((candidate): Appended => {
      const standing = rooms.get(routeId)?.room ?? null;
      const verdict = judge(standing?.state ?? null, candidate.proposal);
      if (verdict.kind === "refused") return verdict;
      const room = standing ?? open(routeId, candidate);
      const record = room.write(candidate, verdict.effects);
      scheduleSweep(room.kept.nextExpiryMs() ?? clock.now());
      accepted.push(record);
      if (verdict.ends) {
        deliver();
        end(routeId);
      }
      return { kind: "accepted", number: record.number };
    });
    deliver();
    return results;
  }

  function serve(routeId: RouteId, listener: LogListener): RoomLog {
    if (listeners.has(routeId)) throw new Error("this room is served already");
    listeners.set(routeId, listener);
    // A listener may append from within a delivery: that waits its turn here, so none is ever nested.
    let tail: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(work: () => T): Promise<T> => {
      const turn = tail.then(() => {
        if (!isOpen) throw new Error("the log is closed");
        return work();
      });
      tail = turn.catch(() => undefined);
      return turn;
    };
    let isServed = true;
    return {
      standing: () => rooms.get(routeId)?.room.standing() ?? null,
      append: (candidates) => {
        if (!isServed) return Promise.reject(new Error("this room is not served any more"));
        return inTurn(() => appendNow(routeId, candidates));
      },
      since: (number) => inTurn(() => rooms.get(routeId)?.room.kept.since(number) ?? []),
      isAhead: () => false,
      purge: () => inTurn(() => end(routeId)),
      // There is no other relay.
      note: () => undefined,
      lease: () => Promise.resolve(true),
      release: () => undefined,
      close() {
        if (!isServed) return;
        isServed = false;
        listeners.delete(routeId);
      },
    };
  }

  return {
    serve: (routeId, listener) =>
      new Promise((resolve) => {
        resolve(serve(routeId, listener));
      }),
    isReady: () => isOpen,
    close() {
      isOpen = false;
      stopSweep();
      for (const { stopLifetime } of rooms.values()) stopLifetime();
      rooms.clear();
      listeners.clear();
      return Promise.resolve();
    },
    size() {
      const kept = Array.from(rooms.values(), ({ room }) => room.kept);
      return {
        rooms: rooms.size,
        records: kept.reduce((sum, records) => sum + records.count(), 0),
        bytes: kept.reduce((sum, records) => sum + records.bytes(), 0),
      };
    },
    look: (routeId) => rooms.get(routeId)?.room.state ?? null,
    isEmpty: () => rooms.size === 0,
  };
}
