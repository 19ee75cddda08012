/** The media store of the relays that share one Redis: a file is one hash in its room's slot. */
import { parseHex, type Bytes } from "../../../shared/bytes.ts";
import {
  SESSION_ID_BYTES,
  sessionIdOf,
  type FileId,
  type RouteId,
  type SessionId,
} from "../../../shared/ids.ts";
import type {
  Absence,
  Asker,
  Found,
  Held,
  MediaStore,
  OwnFile,
  Reserved,
} from "../../ports/media.ts";
import { namesOf, PARTITIONS } from "../redis/keys.ts";
import { createRedisLink, type RedisLink } from "../redis/link.ts";
import { textOf } from "../redis/reply.ts";
import type { RedisPlace } from "../redis/servers.ts";
import type { CopiedChunk } from "./copied-chunk.ts";
import { createLedger } from "./ledger.ts";
import {
  ADOPT,
  ANNOUNCE,
  COPY,
  DROP,
  FORGET,
  GET,
  PURGE,
  PUT,
  RESERVE,
  SECRET,
} from "./media-scripts.ts";

const SECRET_KEY = "mayfly:{media}:secret";
/** Relays that serve files renew it; the grants that it made have long ended by then. */
const SECRET_MS = 24 * 60 * 60_000;
/** A reservation counts for the region at least so long after it: chunks may renew its lease meanwhile. */
const GRANT_MOST_MS = 10 * 60_000;
/** A write that Redis refuses since its memory is full. */
const IS_FULL = /\bOOM\b/;

export interface RedisMediaParts {
  readonly place: RedisPlace;
  /** As the log's keys have it: in `kafka` mode the topic says how many. */
  readonly partitions?: number;
}

export interface RedisMedia extends MediaStore {
  /** For checks, and for tests that look behind it. */
  readonly link: RedisLink;
  /** A chunk that lies here, for another region, which answers for who asks there. */
  copyOf(routeId: RouteId, file: FileId, index: number): Promise<CopiedChunk | null>;
  /** Keeps another region's chunk, for a room that stands here, where there is space. */
  adopt(
    place: { readonly routeId: RouteId; readonly file: FileId; readonly index: number },
    copied: CopiedChunk,
    storeBytes: number,
  ): Promise<void>;
  /** Deletes this session's file without asking for its seat: another region has done so. */
  forget(routeId: RouteId, session: SessionId, file: FileId): Promise<void>;
}

/** Connects, on connections of its own: chunks are never in the way of the order. */
export function createRedisMedia({ place, partitions = PARTITIONS }: RedisMediaParts): RedisMedia {
  const link = createRedisLink(place, { item: () => undefined, back: () => undefined });
  const ledger = createLedger(link);

  function keysOf(routeId: RouteId) {
    const { state, media, files } = namesOf(routeId, partitions);
    return { state, index: media, files };
  }

  async function ask(lua: string, key: string, args: Parameters<RedisLink["script"]>[2]) {
    const reply = await link.script(lua, key, args);
    return Array.isArray(reply) ? (reply as unknown[]) : [];
  }

  async function reserveInRoom(
    { routeId, seat, session, file, totalBytes }: OwnFile,
    bounds: Parameters<MediaStore["reserve"]>[1],
    leaseMs: number,
  ): Promise<Reserved> {
    const { state, index, files } = keysOf(routeId);
    const { memberBytes, memberFiles, roomBytes } = bounds;
    const own = [seat, index, files, file, ownerOf(session), totalBytes, leaseMs];
    const reply = await ask(RESERVE, state, [...own, memberBytes, memberFiles, roomBytes]);
    const answer = textOf(reply[0]);
    if (answer === "reserved") return { kind: "reserved", heldChunks: Number(reply[1]) };
    return { kind: "refused", reason: refusalOf(answer) };
  }

  return {
    link,
    async reserve(own, bounds, leaseMs) {
      const name = entryOf(own.routeId, own.file, `${ownerOf(own.session)}${own.totalBytes}`);
      const entry = { name, bytes: own.totalBytes, keepMs: leaseMs + GRANT_MOST_MS };
      const entered = await ledger.enter(entry, bounds.storeBytes);
      if (entered === "full") return { kind: "refused", reason: "relay-quota" };
      const reserved = await reserveInRoom(own, bounds, leaseMs);
      if (reserved.kind === "refused" && entered === "entered") await ledger.strike([name]);
      return reserved;
    },
    async put({ routeId, seat, session, file, totalBytes }, index, chunk, leaseMs) {
      const keys = keysOf(routeId);
      const own = `${ownerOf(session)}${totalBytes}`;
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      const args = [seat, keys.index, keys.files + file, own, index, bytes, leaseMs];
      try {
        const [answer] = await ask(PUT, keys.state, args);
        return heldOf(textOf(answer));
      } catch (fault) {
        if (fault instanceof Error && IS_FULL.test(fault.message)) return "full";
        throw fault;
      }
    },
    async get({ routeId, seat }, file, index): Promise<Found> {
      const keys = keysOf(routeId);
      const [answer, chunk] = await ask(GET, keys.state, [seat, keys.files + file, index]);
      const kind = textOf(answer);
      if (kind === "chunk" && Buffer.isBuffer(chunk)) return bytesOf(chunk);
      if (kind === "no-file" || kind === "no-chunk") return kind;
      return absenceOf(kind);
    },
    async announce(routeId, session, files, keepMs) {
      const keys = keysOf(routeId);
      const args = [keys.index, keys.files, ownerOf(session), keepMs, ...files];
      const found = await ask(ANNOUNCE, keys.state, args);
      await ledger.keep(entriesOf(routeId, found), keepMs);
    },
    async drop({ routeId, seat, session }: Asker, file) {
      const keys = keysOf(routeId);
      const args = [seat, keys.index, keys.files, ownerOf(session), file];
      const [answer, owner] = await ask(DROP, keys.state, args);
      const kind = textOf(answer);
      if (kind === "taken") return false;
      if (kind !== "dropped") return absenceOf(kind);
      if (textOf(owner) !== "") await ledger.strike([entryOf(routeId, file, textOf(owner))]);
      return true;
    },
    async purge(routeId) {
      const keys = keysOf(routeId);
      const gone = await ask(PURGE, keys.state, [keys.index, keys.files]);
      await ledger.strike(entriesOf(routeId, gone));
    },
    async copyOf(routeId, file, index) {
      const { state, files } = keysOf(routeId);
      const [owner, leftMs, chunk] = await ask(COPY, state, [files + file, index]);
      const [, session = "", total = ""] = /^([0-9a-f]{32}):(\d+)$/.exec(textOf(owner)) ?? [];
      const id = parseHex(session);
      if (!Buffer.isBuffer(chunk) || id?.length !== SESSION_ID_BYTES) return null;
      const of = { session: sessionIdOf(id), totalBytes: Number(total) };
      return { ...of, leftMs: Math.max(0, Number(leftMs)), chunk: bytesOf(chunk) };
    },
    async adopt({ routeId, file, index }, copied, storeBytes) {
      const { state, index: list, files } = keysOf(routeId);
      const { session, totalBytes, leftMs, chunk } = copied;
      const owner = `${ownerOf(session)}${totalBytes}`;
      const entry = { name: entryOf(routeId, file, owner), bytes: totalBytes, keepMs: leftMs };
      const entered = await ledger.enter(entry, storeBytes);
      if (entered === "full") return;
      const [answer] = await ask(ADOPT, state, [
        list,
        files,
        file,
        owner,
        leftMs,
        index,
        Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length),
      ]);
      if (textOf(answer) !== "held" && entered === "entered") await ledger.strike([entry.name]);
    },
    async forget(routeId, session, file) {
      const { state, index, files } = keysOf(routeId);
      const args = [index, files, ownerOf(session), file];
      const [, owner] = await ask(FORGET, state, args);
      if (textOf(owner) !== "") await ledger.strike([entryOf(routeId, file, textOf(owner))]);
    },
    async secret(own) {
      const secret = await link.script(SECRET, SECRET_KEY, [Buffer.from(own), SECRET_MS]);
      if (!(secret instanceof Uint8Array)) throw new Error("Redis holds no secret of ours");
      return new Uint8Array(secret);
    },
    close() {
      link.close();
      return Promise.resolve();
    },
  };
}

/** The same bytes, not copied: they are on their way to a socket. */
const bytesOf = (buffer: Buffer): Bytes =>
  new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.length);

const ownerOf = (session: string): string => `${session}:`;

/** A file's name in the region's ledger: with its owner and size, since an id may be used again. */
const entryOf = (routeId: RouteId, file: FileId | string, owner: string): string =>
  `${routeId}:${file}:${owner}`;

/** From a list of file, owner, file, owner … */
function entriesOf(routeId: RouteId, found: readonly unknown[]): string[] {
  const entries: string[] = [];
  for (let i = 0; i + 1 < found.length; i += 2)
    entries.push(entryOf(routeId, textOf(found[i]), textOf(found[i + 1])));
  return entries;
}

function absenceOf(answer: string): Absence {
  if (answer === "no-room" || answer === "no-seat") return answer;
  throw new Error("an answer that the script does not give");
}

function heldOf(answer: string): Held {
  if (answer === "held" || answer === "differs" || answer === "no-file") return answer;
  return absenceOf(answer);
}

function refusalOf(answer: string): Extract<Reserved, { kind: "refused" }>["reason"] {
  switch (answer) {
    case "taken":
    case "member-quota":
    case "room-quota":
    case "relay-quota":
      return answer;
    default:
      return absenceOf(answer);
  }
}
