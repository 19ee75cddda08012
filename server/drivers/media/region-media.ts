/**
 * The media store of one of several regions (DESIGN §6): chunks never take the ordering topic. A file lies in
 * the region that its sender is in; another fetches a chunk of it when somebody there asks, and keeps it for
 * what is left of its life. A purge and an announcement reach every region with the order itself; only a
 * deletion has to be told, and where that gets lost the copy goes with its post.
 */
import { parseHex, type Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import {
  fileIdOf,
  routeIdOf,
  sessionIdOf,
  type FileId,
  type RouteId,
} from "../../../shared/ids.ts";
import type { Asker, Found, MediaStore } from "../../ports/media.ts";
import { decodeCopiedChunk, encodeCopiedChunk, MAX_COPIED_CHUNK_BYTES } from "./copied-chunk.ts";
import type { RedisMedia } from "./redis-media.ts";

export interface RegionMediaParts {
  readonly own: RedisMedia;
  readonly clock: Clock;
  /** All that copies of other regions' files and this region's own may take, in bytes. */
  readonly storeBytes: number;
  /**
   * What the first relay of another region that has it gives; null where all say that they have not.
   * @throws where one that might cannot be reached.
   */
  readonly seek: (path: string, mostBytes: number) => Promise<Bytes | null>;
  /** Tells every relay that `seek` would ask; best effort. */
  readonly tell: (path: string) => Promise<void>;
}

/** What this region gives to others: paths, and what they answer; null: not here. */
export interface RegionResource {
  readonly path: RegExp;
  readonly give: (...parts: readonly string[]) => Promise<Bytes | null>;
}

const TRIES = 3;
const AGAIN_MS = 200;
/** Asked of other regions at once; more wait, so that nothing here grows with the readers. */
const MOST_AT_ONCE = 4;
const ID = "([0-9a-f]{32})";

/** This region's store, which knows where else to look. */
export function createRegionMedia(parts: RegionMediaParts): MediaStore {
  const { own, clock } = parts;
  const underWay = new Map<string, Promise<Found>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function seek(path: string): Promise<Bytes | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await parts.seek(path, MAX_COPIED_CHUNK_BYTES);
      } catch (fault) {
        if (tries === TRIES) throw fault;
        await new Promise<void>((resolve) => void clock.after(AGAIN_MS, resolve));
      }
    }
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  }

  /** Many readers of one film come at once: each chunk is fetched once. */
  function fetchOnce(asker: Asker, file: FileId, index: number, otherwise: Found): Promise<Found> {
    const path = `/chunk/${asker.routeId}/${file}/${index}`;
    const known = underWay.get(path);
    if (known !== undefined) return known;
    const fetching = inTurn(async () => {
      const bytes = await seek(path);
      const copied = bytes === null ? null : decodeCopiedChunk(bytes, index);
      if (copied === null) return otherwise;
      // One that can't be kept is handed on all the same.
      await own
        .adopt({ routeId: asker.routeId, file, index }, copied, parts.storeBytes)
        .catch(() => undefined);
      return copied.chunk;
    }).finally(() => underWay.delete(path));
    underWay.set(path, fetching);
    return fetching;
  }

  return {
    reserve: (file, bounds, leaseMs) => own.reserve(file, bounds, leaseMs),
    put: (file, index, chunk, leaseMs) => own.put(file, index, chunk, leaseMs),
    async get(asker, file, index) {
      const found = await own.get(asker, file, index);
      const isElsewhere = found === "no-file" || found === "no-chunk";
      return isElsewhere ? fetchOnce(asker, file, index, found) : found;
    },
    announce: (routeId, session, files, keepMs) => own.announce(routeId, session, files, keepMs),
    async drop(asker, file) {
      const dropped = await own.drop(asker, file);
      const path = `/drop/${asker.routeId}/${file}/${asker.session}`;
      if (dropped === true) void parts.tell(path).catch(() => undefined);
      return dropped;
    },
    purge: (routeId) => own.purge(routeId),
    secret: (secret) => own.secret(secret),
    close: () => own.close(),
  };
}

/** For the border: a chunk that lies here, and the end of a copy whose sender deleted it elsewhere. */
export function regionMediaResources(own: RedisMedia): readonly RegionResource[] {
  return [
    {
      path: new RegExp(`^/chunk/${ID}/${ID}/(0|[1-9]\\d{0,4})$`),
      async give(route = "", file = "", index = "") {
        const copied = await own.copyOf(routeOf(route), fileOf(file), Number(index));
        return copied === null ? null : encodeCopiedChunk(copied);
      },
    },
    {
      // Repeated or late it does no harm; and it answers "not here", so that the next relay is told too.
      path: new RegExp(`^/drop/${ID}/${ID}/${ID}$`),
      async give(route = "", file = "", session = "") {
        await own.forget(routeOf(route), sessionIdOf(bytesOf(session)), fileOf(file));
        return null;
      },
    },
  ];
}

const bytesOf = (hex: string): Uint8Array => parseHex(hex) ?? new Uint8Array();
const routeOf = (hex: string): RouteId => routeIdOf(bytesOf(hex));
const fileOf = (hex: string): FileId => fileIdOf(bytesOf(hex));
