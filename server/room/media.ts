/**
 * The files of all rooms of a relay: who may send and read them, and when they go. What lies in them
 * nobody here can tell.
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { FileId, RouteId, SessionId } from "../../shared/ids.ts";
import { chunkCount, type GrantRefusal } from "../../shared/media.ts";
import { CHUNK_SEAL_BYTES } from "../../shared/limits.ts";
import type { Policy } from "../../shared/policy.ts";
import type { Record, ServerFrame } from "../../shared/protocol.ts";
import type { Absence, Asker, Found, Held, MediaBounds, MediaStore } from "../ports/media.ts";
import { createGrants, GRANT_MS, type Authentication, type Grant } from "./grants.ts";
import { seatField } from "./state.ts";

/** An upload's lease: each chunk renews it ([M7]). */
export const LEASE_MS = 120_000;
/** What could not be said to the store is said again after so long. */
const AGAIN_MS = 1_000;

export interface MediaLimits extends MediaBounds {
  /** Content of one file, padding included; without what sealing adds. */
  readonly fileBytes: number;
}

export interface MediaParts extends Authentication {
  readonly store: MediaStore;
  readonly clock: Clock;
  readonly limits: MediaLimits;
  /** Fresh random bytes of that length. */
  readonly random: (length: number) => Bytes;
  /** The store could not be reached. */
  readonly unreachable: () => void;
}

type Answer<K extends ServerFrame["kind"]> = Omit<Extract<ServerFrame, { kind: K }>, "ref">;
export type Granted = Answer<"granted"> | Answer<"not-granted">;

/** To send one file; what a request's path names must be it. */
export type Upload = Extract<Grant, { kind: "upload" }>;

export interface Media {
  /** For a session that has its seat; reserves the space. Never rejects. */
  askUpload(
    routeId: RouteId,
    session: SessionId,
    upload: { readonly file: FileId; readonly totalBytes: number },
  ): Promise<Granted>;
  /** For a session that has its seat. Never rejects. */
  askReading(routeId: RouteId, session: SessionId): Promise<Granted>;
  /** An accepted post announced files: they live as long as it does ([M8]). */
  announce(
    routeId: RouteId,
    post: Extract<Record, { kind: "post" }>,
    room: { readonly openedAtMs: number; readonly policy: Policy },
  ): void;
  /** The room has ended: nothing of its files is left ([M9]). */
  purge(routeId: RouteId): void;
  /** What was granted for this room; null: nothing (any more). @throws where the store is away. */
  check(routeId: RouteId, grant: Bytes): Promise<Grant | null>;
  /** `chunk` is of the size that the grant gives this index. @throws where the store is away, as the next two do. */
  put(routeId: RouteId, upload: Upload, index: number, chunk: Bytes): Promise<Held>;
  get(routeId: RouteId, session: SessionId, file: FileId, index: number): Promise<Found>;
  /** Done as well where nothing was left; `no-file`: it is another's. */
  drop(routeId: RouteId, upload: Upload): Promise<"dropped" | "no-file" | Absence>;
}

/** Files over a store that all relays of the region share. */
export function createMedia(parts: MediaParts): Media {
  const { store, clock, limits } = parts;
  const grants = createGrants({ ...parts, shared: (own) => store.secret(own) });

  const askerOf = (routeId: RouteId, session: SessionId): Asker => ({
    routeId,
    session,
    // It stands for as long as the seat does.
    seat: seatField(session, "since"),
  });
  const refused = (reason: GrantRefusal): Granted => ({ kind: "not-granted", reason });

  async function granted(routeId: RouteId, grant: Grant, heldChunks: number): Promise<Granted> {
    const bytes = await grants.give(routeId, grant);
    return { kind: "granted", grant: bytes, validMs: GRANT_MS, heldChunks };
  }

  async function answer(ask: () => Promise<Granted>): Promise<Granted> {
    try {
      return await ask();
    } catch {
      parts.unreachable();
      return refused("unavailable");
    }
  }

  /** Until it is done, or the lease of what it is about has ended anyway. */
  async function insist(work: () => Promise<void>): Promise<void> {
    for (const untilMs = clock.now() + LEASE_MS; clock.now() < untilMs;) {
      try {
        return await work();
      } catch {
        parts.unreachable();
        await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
      }
    }
  }

  return {
    askUpload: (routeId, session, { file, totalBytes }) =>
      answer(async () => {
        if (limits.storeBytes === 0) return refused("off");
        const contentBytes = totalBytes - chunkCount(totalBytes) * CHUNK_SEAL_BYTES;
        if (contentBytes > limits.fileBytes) return refused("too-large");
        const own = { ...askerOf(routeId, session), file, totalBytes };
        const reserved = await store.reserve(own, limits, LEASE_MS);
        if (reserved.kind === "reserved")
          return granted(
            routeId,
            { kind: "upload", session, file, totalBytes },
            reserved.heldChunks,
          );
        const { reason } = reserved;
        // The order told this relay of a seat that the store has not seen yet, or not any more.
        return refused(reason === "no-room" || reason === "no-seat" ? "unavailable" : reason);
      }),
    askReading: (routeId, session) =>
      answer(async () =>
        limits.storeBytes === 0
          ? refused("off")
          : granted(routeId, { kind: "reading", session }, 0),
      ),
    announce(routeId, { session, files, acceptedAtMs }, { openedAtMs, policy }) {
      if (files.length === 0) return;
      // Both times are of the order's clock.
      const leftMs = policy.lifetimeMs - (acceptedAtMs - openedAtMs);
      const keepMs = Math.min(policy.messageTtlMs, leftMs);
      if (keepMs > 0) void insist(() => store.announce(routeId, session, files, keepMs));
    },
    purge: (routeId) => void insist(() => store.purge(routeId)),
    check: (routeId, grant) => grants.check(routeId, grant),
    put(routeId, { session, file, totalBytes }, index, chunk) {
      const own = { ...askerOf(routeId, session), file, totalBytes };
      return store.put(own, index, chunk, LEASE_MS);
    },
    get: (routeId, session, file, index) => store.get(askerOf(routeId, session), file, index),
    async drop(routeId, { session, file }) {
      const dropped = await store.drop(askerOf(routeId, session), file);
      if (dropped === true) return "dropped";
      return dropped === false ? "no-file" : dropped;
    },
  };
}
