/** The media store of the relays that share one Redis: a file is one hash in its room's slot. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { FileId, RouteId } from "../../../shared/ids.ts";
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
import { createLedger } from "./ledger.ts";
import { ANNOUNCE, DROP, GET, PURGE, PUT, RESERVE, SECRET } from "./media-scripts.ts";

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
