/** Taking a copy of a partition from this region's Redis, and putting one there. */
import { encodeRecord } from "../../../shared/codec/records.ts";
import type { RouteId } from "../../../shared/ids.ts";
import type { Judge } from "../../ports/log.ts";
import { SPARE_MS } from "../redis/append-call.ts";
import { groupInfoKey, namesOf, recordKey } from "../redis/keys.ts";
import { isCommitRecord, keptMs, parseLife, type Life } from "../redis/life.ts";
import type { RedisLink } from "../redis/link.ts";
import { textOf } from "../redis/reply.ts";
import { storedRecords } from "../redis/stored-records.ts";
import type { Applying } from "./applying.ts";
import { MAX_COPY_BYTES, type PartitionCopy, type RoomCopy } from "./copies.ts";
import type { HeldRoom } from "./held-rooms.ts";
import { partitionNames, ROOMS_TTL_MS } from "./keys.ts";
import { PLACE_TTL_MS, placeFields } from "./place.ts";
import { INSTALL_BEGIN, INSTALL_END, INSTALL_RECORDS, INSTALL_ROOM } from "./scripts.ts";

/** An attempt to install is given up after so long. */
const INSTALL_MS = 30_000;
/** Records written, or read, at once. */
const CHUNK = 256;

/**
 * The partition as it stands; nothing may be applied meanwhile. @throws where Redis is away.
 */
export async function takeCopy(link: RedisLink, applying: Applying): Promise<PartitionCopy> {
  const rooms: RoomCopy[] = [];
  let leftBytes = MAX_COPY_BYTES / 2;
  for (const [routeId, held] of applying.rooms()) {
    // Large rooms leave something for the others.
    const budget = Math.max(leftBytes / (applying.rooms().size - rooms.length), 0);
    const copy = await takeRoom(link, routeId, held, budget);
    leftBytes -= copy.records.reduce((sum, { bytes }) => sum + bytes.length, 0);
    rooms.push(copy);
  }
  return { place: applying.place(), rooms };
}

async function takeRoom(
  link: RedisLink,
  routeId: RouteId,
  { names, life }: HeldRoom,
  budgetBytes: number,
): Promise<RoomCopy> {
  const { last, incarnation } = life.standing(0);
  const stored = storedRecords(link, names, incarnation);
  const hash = await link.command("HGETALL", names.state);
  const state = Array.isArray(hash) ? hash.map(textOf) : [];
  const records = [withBytes(last.record)];
  let leftBytes = budgetBytes;
  for (let until = life.head(); until > 0 && leftBytes > 0; until -= CHUNK) {
    const chunk = await stored.read(Math.max(until - CHUNK + 1, 1), until);
    for (const record of chunk.toReversed()) {
      const item = withBytes(record);
      leftBytes -= item.bytes.length;
      if (leftBytes > 0 && record.number !== last.record.number) records.push(item);
    }
    if (chunk.length === 0) break;
  }
  records.sort((a, b) => a.record.number - b.record.number);
  const groupInfo = last.record.kind === "open" ? null : last.groupInfo;
  return { routeId, state, groupInfo, records };
}

const withBytes = (record: Parameters<typeof encodeRecord>[0]) => ({
  record,
  bytes: encodeRecord(record),
});

export interface InstallParts {
  readonly link: RedisLink;
  readonly judge: Judge;
  readonly partition: number;
  readonly partitions: number;
  /** Names this attempt; never used twice. */
  readonly attempt: string;
}

/**
 * Puts a copy where the region lacks the partition: true where it stands there now.
 * @throws where Redis is away; what was written then is seen by nobody, and goes by itself.
 */
export async function installCopy(parts: InstallParts, copy: PartitionCopy): Promise<boolean> {
  const { link, attempt, partitions } = parts;
  const names = partitionNames(parts.partition);
  const call = async (script: string, ...args: (string | number | Buffer)[]): Promise<boolean> =>
    String(await link.script(script, names.place, [attempt, ...args])) === "ok";
  const lives = copy.rooms.map((room) => lifeOf(parts.judge, room));
  if (lives.includes(null)) return false;
  if (!(await call(INSTALL_BEGIN, names.rooms, names.prefix, INSTALL_MS))) return false;
  for (const [i, { routeId, state, groupInfo, records }] of copy.rooms.entries()) {
    const life = lives[i];
    if (life === null || life === undefined) continue;
    const room = namesOf(routeId, partitions);
    const { last, policy, incarnation } = life.standing(0);
    const stateMs = policy.graceMs + SPARE_MS;
    const info = groupInfo === null ? "" : Buffer.from(groupInfo);
    const infoKey = groupInfoKey(room, incarnation);
    const roomArgs = [names.rooms, ROOMS_TTL_MS, routeId, room.state, stateMs, infoKey, info];
    if (!(await call(INSTALL_ROOM, ...roomArgs, ...state))) return false;
    for (let at = 0; at < records.length; at += CHUNK) {
      const args = records.slice(at, at + CHUNK).flatMap(({ record, bytes }) => [
        recordKey(room, incarnation, record.number),
        Buffer.from(bytes),
        record.acceptedAtMs,
        keptMs(policy, isCommitRecord(record)),
        // The newest commit record stays as long as the room.
        record.number === last.record.number ? stateMs : 0,
      ]);
      if (!(await call(INSTALL_RECORDS, ...args))) return false;
    }
  }
  return call(INSTALL_END, PLACE_TTL_MS, ...placeFields(copy.place));
}

/** The life that a copied room describes, or null where it describes none. */
function lifeOf(judge: Judge, { state, groupInfo, records }: RoomCopy): Life | null {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < state.length; i += 2) fields.set(state[i] ?? "", state[i + 1] ?? "");
  const bytesOf = (number: string | undefined): Buffer | null => {
    const found = records.find(({ record }) => String(record.number) === number);
    return found === undefined ? null : Buffer.from(found.bytes);
  };
  const hash = state.map((text) => Buffer.from(text));
  const info = groupInfo === null ? null : Buffer.from(groupInfo);
  const reply = [hash, bytesOf(fields.get("last")), info, bytesOf("1"), 0];
  return parseLife(judge, reply, 0) ?? null;
}
