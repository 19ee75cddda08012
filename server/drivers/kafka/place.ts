/** A region's place in a partition: how far it has applied it, and in which life. Kept in the region's Redis. */
import { parseCount } from "../redis/life.ts";
import { textOf } from "../redis/reply.ts";
import {
  parseRecordId,
  parseRegionName,
  type LifeId,
  type RecordId,
  type RegionName,
} from "./partition-records.ts";

/**
 * Shorter than of any other key of the partition, so that whatever dies by itself, this goes first: a
 * region without a place has nothing, and never a part (DESIGN §2).
 */
export const PLACE_TTL_MS = 50_000;

export interface Place {
  readonly life: LifeId;
  /** Offset of the newest record applied. */
  readonly applied: number;
  /** Its id, by which the log is known again. */
  readonly appliedId: RecordId;
  /** Offset of the reset that began the life. */
  readonly resetAt: number;
  /** When the newest applied record was appended, ms since 1970. */
  readonly timeMs: number;
  /** Offset of each region's newest heartbeat. */
  readonly heartbeats: ReadonlyMap<RegionName, number>;
  /** How many steps this region has taken to get there; its own count, not copied. */
  readonly step: number;
  /** Regions that have been silent for 30 s, since this heartbeat; for who looks, not for who applies. */
  readonly silent: ReadonlyMap<RegionName, number>;
}

const HEARTBEAT = "heartbeat.";
const SILENT = "silent.";

/** The field that holds the offset of a region's newest heartbeat. */
export function heartbeatField(region: RegionName): string {
  return `${HEARTBEAT}${region}`;
}

/** The field that says since which heartbeat a region has been silent for 30 s; absent where it is not. */
export function silentField(region: RegionName): string {
  return `${SILENT}${region}`;
}

/** The fields of a place, in pairs, as Redis holds them. */
export function placeFields(place: Place): string[] {
  const heartbeats = Array.from(place.heartbeats, ([region, offset]) => [
    heartbeatField(region),
    String(offset),
  ]);
  const own = { life: place.life, applied: place.applied, "applied-id": place.appliedId };
  const rest = { "reset-at": place.resetAt, time: place.timeMs };
  return [...Object.entries({ ...own, ...rest }), ...heartbeats].flat().map(String);
}

/** The place that an answer to HGETALL holds; null: none is there; undefined: what is there is not ours. */
export function parsePlace(reply: unknown): Place | null | undefined {
  if (!Array.isArray(reply)) return undefined;
  if (reply.length === 0) return null;
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(textOf(reply[i]), textOf(reply[i + 1]));
  const life = parseRecordId(fields.get("life") ?? "");
  const appliedId = parseRecordId(fields.get("applied-id") ?? "");
  const applied = parseCount(fields.get("applied"));
  const resetAt = parseCount(fields.get("reset-at"));
  const timeMs = parseCount(fields.get("time"));
  if (life === null || appliedId === null) return undefined;
  if (applied === null || resetAt === null || timeMs === null) return undefined;
  const heartbeats = offsetsOf(fields, HEARTBEAT);
  const silent = offsetsOf(fields, SILENT);
  const step = parseCount(fields.get("step")) ?? 0;
  return { life, applied, appliedId, resetAt, timeMs, heartbeats, step, silent };
}

function offsetsOf(
  fields: ReadonlyMap<string, string>,
  prefix: string,
): ReadonlyMap<RegionName, number> {
  const offsets = new Map<RegionName, number>();
  for (const [field, value] of fields) {
    const region = parseRegionName(field.slice(prefix.length));
    const offset = parseCount(value);
    if (field.startsWith(prefix) && region !== null && offset !== null) offsets.set(region, offset);
  }
  return offsets;
}
