/**
 * Incarnations of rooms where Kafka orders: the same in every region, and ordered by the append time of
 * their `open`, so that a cursor of a later one than a region has reached is known to be ahead (DESIGN §2).
 */
import { createHash } from "node:crypto";
import { incarnationOf, type Incarnation } from "../../../shared/ids.ts";
import { concat, parseHex } from "../../../shared/bytes.ts";
import { Writer } from "../../../shared/wire.ts";
import type { LifeId } from "./partition-records.ts";

const TIME_BYTES = 6;
const TAG_BYTES = 2;

/** Of the room whose `open` stands at that offset of that life; 6 bytes of time, 2 of a hash. */
export function incarnationAt(life: LifeId, offset: number, appendedAtMs: number): Incarnation {
  const time = new Writer().u53(appendedAtMs).done().subarray(-TIME_BYTES);
  const named = new Writer()
    .fixed(parseHex(life) ?? new Uint8Array())
    .u53(offset)
    .done();
  const tag = createHash("sha256").update(named).digest().subarray(0, TAG_BYTES);
  return incarnationOf(concat(time, new Uint8Array(tag)));
}

/** When its `open` was appended, ms since 1970. */
export function openedAtMsOf(incarnation: Incarnation): number {
  return Number.parseInt(incarnation.slice(0, 2 * TIME_BYTES), 16);
}
