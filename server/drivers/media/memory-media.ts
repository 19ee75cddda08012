/** The media store of one process: chunks lie in its memory and die with it. */
import { equal, type Bytes } from "../../../shared/bytes.ts";
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { FileId, RouteId, SessionId } from "../../../shared/ids.ts";
import type {
  Absence,
  Asker,
  MediaBounds,
  MediaStore,
  OwnFile,
  Reserved,
} from "../../ports/media.ts";

export interface MemoryMediaParts {
  readonly clock: Clock;
  /** The fields of the room that stands there, as this process' log has them now; null: none stands. */
  readonly look: (routeId: RouteId) => { has(field: string): boolean } | null;
}

export interface MemoryMedia extends MediaStore {
  /** What it holds now: sealed bytes that lie here, and what is reserved. */
  size(): { readonly files: number; readonly heldBytes: number; readonly reservedBytes: number };
}

interface HeldFile {
  readonly session: SessionId;
  readonly totalBytes: number;
  readonly chunks: Map<number, Bytes>;
  isAnnounced: boolean;
  untilMs: number;
  stop: Stop;
}

/** An empty store. Each method runs to its end without yielding, so a room cannot end within one. */
export function createMemoryMedia({ clock, look }: MemoryMediaParts): MemoryMedia {
  const rooms = new Map<RouteId, Map<FileId, HeldFile>>();
  let isOpen = true;
  let shared: Bytes | null = null;

  function absenceOf({ routeId, seat }: Asker): Absence | null {
    const state = look(routeId);
    if (state === null) return "no-room";
    return state.has(seat) ? null : "no-seat";
  }

  const fileOf = (routeId: RouteId, file: FileId): HeldFile | undefined =>
    rooms.get(routeId)?.get(file);

  function forget(routeId: RouteId, file: FileId): void {
    const files = rooms.get(routeId);
    files?.get(file)?.stop();
    files?.delete(file);
    if (files?.size === 0) rooms.delete(routeId);
  }

  /** One timer a file: a chunk that renews the lease moves the time, not the timer. */
  function watch(routeId: RouteId, file: FileId, held: HeldFile): void {
    held.stop();
    held.stop = clock.after(held.untilMs - clock.now(), () => {
      if (held.untilMs > clock.now()) watch(routeId, file, held);
      else forget(routeId, file);
    });
  }

  /** What was announced lives as long as its post: no chunk sent again keeps it any longer. */
  function renew(held: HeldFile, leaseMs: number): void {
    if (!held.isAnnounced) held.untilMs = Math.max(held.untilMs, clock.now() + leaseMs);
  }

  function refusalOf(own: OwnFile, bounds: MediaBounds): Reserved | null {
    const refused = (reason: "member-quota" | "room-quota" | "relay-quota") =>
      ({ kind: "refused", reason }) as const;
    const files = Array.from(rooms.get(own.routeId)?.values() ?? []);
    const mine = files.filter(({ session }) => session === own.session);
    const withThis = (held: Iterable<HeldFile>) => totalOf(held) + own.totalBytes;
    if (mine.length >= bounds.memberFiles) return refused("member-quota");
    if (withThis(mine) > bounds.memberBytes) return refused("member-quota");
    if (withThis(files) > bounds.roomBytes) return refused("room-quota");
    return withThis(everything()) > bounds.storeBytes ? refused("relay-quota") : null;
  }

  function* everything(): Generator<HeldFile> {
    for (const files of rooms.values()) yield* files.values();
  }

  /** As a promise, so that a closed store rejects and never throws. */
  function answer<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (!isOpen) throw new Error("the media store is closed");
      resolve(work());
    });
  }

  return {
    reserve: (own, bounds, leaseMs) =>
      answer(() => {
        const absence = absenceOf(own);
        if (absence !== null) return { kind: "refused", reason: absence };
        const { routeId, file, session, totalBytes } = own;
        const known = fileOf(routeId, file);
        const untilMs = clock.now() + leaseMs;
        if (known !== undefined) {
          if (!isOf(known, own)) return { kind: "refused", reason: "taken" };
          renew(known, leaseMs);
          return { kind: "reserved", heldChunks: known.chunks.size };
        }
        const refusal = refusalOf(own, bounds);
        if (refusal !== null) return refusal;
        const held: HeldFile = {
          session,
          totalBytes,
          chunks: new Map(),
          isAnnounced: false,
          untilMs,
          stop: () => undefined,
        };
        const files = rooms.get(routeId) ?? new Map<FileId, HeldFile>();
        rooms.set(routeId, files.set(file, held));
        watch(routeId, file, held);
        return { kind: "reserved", heldChunks: 0 };
      }),
    put: (own, index, chunk, leaseMs) =>
      answer(() => {
        const absence = absenceOf(own);
        if (absence !== null) return absence;
        const held = fileOf(own.routeId, own.file);
        if (held === undefined || !isOf(held, own)) return "no-file";
        const known = held.chunks.get(index);
        if (known !== undefined && !equal(known, chunk)) return "differs";
        if (known === undefined && held.isAnnounced) return "no-file";
        if (known === undefined) held.chunks.set(index, chunk);
        renew(held, leaseMs);
        return "held";
      }),
    get: (asker, file, index) =>
      answer(() => {
        const absence = absenceOf(asker);
        if (absence !== null) return absence;
        const held = fileOf(asker.routeId, file);
        return held === undefined ? "no-file" : (held.chunks.get(index) ?? "no-chunk");
      }),
    announce: (routeId, session, files, keepMs) =>
      answer(() => {
        for (const file of files) {
          const held = fileOf(routeId, file);
          if (held?.session !== session) continue;
          const untilMs = clock.now() + keepMs;
          // The lease may be the longer one, but is not what an announced file lives by.
          held.untilMs = held.isAnnounced ? Math.max(held.untilMs, untilMs) : untilMs;
          held.isAnnounced = true;
          watch(routeId, file, held);
        }
      }),
    drop: (asker, file) =>
      answer(() => {
        const absence = absenceOf(asker);
        if (absence !== null) return absence;
        const held = fileOf(asker.routeId, file);
        if (held !== undefined && held.session !== asker.session) return false;
        forget(asker.routeId, file);
        return true;
      }),
    purge: (routeId) =>
      answer(() => {
        for (const file of rooms.get(routeId)?.keys() ?? []) forget(routeId, file);
      }),
    secret: (own) => answer(() => (shared ??= own)),
    close() {
      isOpen = false;
      for (const routeId of rooms.keys()) {
        for (const file of rooms.get(routeId)?.keys() ?? []) forget(routeId, file);
      }
      return Promise.resolve();
    },
    size() {
      const files = Array.from(everything());
      const chunks = files.flatMap((held) => Array.from(held.chunks.values()));
      return {
        files: files.length,
        heldBytes: chunks.reduce((sum, { length }) => sum + length, 0),
        reservedBytes: totalOf(files),
      };
    },
  };
}

const isOf = (held: HeldFile, { session, totalBytes }: OwnFile): boolean =>
  held.session === session && held.totalBytes === totalBytes;

function totalOf(files: Iterable<HeldFile>): number {
  let sum = 0;
  for (const { totalBytes } of files) sum += totalBytes;
  return sum;
}
