/** One step of applying as one script call: what of the place changes, and what of a room. */
import type { Bytes } from "../../../shared/bytes.ts";
import { encodeRecord } from "../../../shared/codec/records.ts";
import type { Incarnation, RouteId } from "../../../shared/ids.ts";
import type { Policy } from "../../../shared/policy.ts";
import type { Record } from "../../../shared/protocol.ts";
import type { Effect } from "../../ports/log.ts";
import { SPARE_MS } from "../redis/append-call.ts";
import { encodeEnded, encodeRecordItem } from "../redis/bus.ts";
import { recordKey, type RoomNames } from "../redis/keys.ts";
import { isCommitRecord, keptMs, policyText } from "../redis/life.ts";
import { encodeAnswer, type Answer } from "./answers.ts";
import { ROOMS_TTL_MS, type PartitionNames } from "./keys.ts";
import type { LifeId, RecordId, RegionName } from "./partition-records.ts";
import { PLACE_TTL_MS } from "./place.ts";
import { ACCEPT, ADVANCE, END, RESET } from "./scripts.ts";

type Argument = string | number | Buffer;

/** A script and its arguments; its key is the place. */
export interface Step {
  readonly script: string;
  readonly args: readonly Argument[];
}

/** From where to where a step goes, and what it says on the way. */
export interface Move {
  readonly life: LifeId;
  /** How many steps went before, so that none is left out where the one before it was not taken. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly id: RecordId;
  readonly timeMs: number;
  /** Fields of the place to set, or to delete where undefined. */
  readonly changes: readonly (readonly [field: string, value: string | undefined])[];
  readonly answers: readonly { readonly relay: string; readonly answer: Answer }[];
}

/** The field of a room's state that names the region of a session's newest arrival. */
export function homeField(session: string): string {
  return `@home.${session}`;
}

function moveArgs(partition: PartitionNames, move: Move): Argument[] {
  return [
    move.life,
    move.from,
    move.to,
    move.id,
    move.timeMs,
    PLACE_TTL_MS,
    move.step,
    move.changes.length,
    ...move.changes.flatMap(([field, value]) => [field, value ?? ""]),
    move.answers.length,
    ...move.answers.flatMap(({ relay, answer }) => [
      partition.answersOf(relay),
      bufferOf(encodeAnswer(answer)),
    ]),
  ];
}

/** Over records that change no room. */
export function advanceStep(partition: PartitionNames, move: Move): Step {
  return { script: ADVANCE, args: moveArgs(partition, move) };
}

/** A record that was accepted into a room. */
export interface Acceptance {
  readonly routeId: RouteId;
  readonly names: RoomNames;
  readonly life: LifeId;
  readonly incarnation: Incarnation;
  readonly policy: Policy;
  readonly record: Record;
  readonly groupInfo: Bytes | null;
  readonly effects: readonly Effect[];
  readonly ends: boolean;
  /** The region from which it was proposed. */
  readonly region: RegionName;
}

export function acceptStep(partition: PartitionNames, move: Move, taken: Acceptance): Step {
  const { names, incarnation, policy, record, groupInfo } = taken;
  const bytes = encodeRecord(record);
  const args: Argument[] = [
    ...moveArgs(partition, move),
    partition.rooms,
    ROOMS_TTL_MS,
    taken.routeId,
    names.state,
    names.channel,
    recordKey(names, incarnation, ""),
    policy.graceMs + SPARE_MS,
    record.number,
    bufferOf(bytes),
    keptMs(policy, isCommitRecord(record)),
    groupInfo === null ? "" : bufferOf(groupInfo),
    taken.ends ? "1" : "",
    bufferOf(encodeRecordItem(incarnation, bytes, groupInfo)),
    ...(record.kind === "open" ? beginning(taken) : []),
    ...taken.effects.flatMap(({ field, value }) => [
      field,
      value === "number" ? record.number : (value ?? ""),
    ]),
    ...homes(taken),
  ];
  return { script: ACCEPT, args };
}

/** What describes a life, besides the fields that rules read. */
function beginning({ incarnation, life, policy, record }: Acceptance): Argument[] {
  const opened = record.acceptedAtMs;
  return ["@incarnation", incarnation, "@run", life, "@policy", policyText(policy)].concat(
    "@opened",
    String(opened),
  );
}

/** Which region sees to the leave of whom. */
function homes({ record, region }: Acceptance): Argument[] {
  switch (record.kind) {
    case "open":
      return (record.refounding?.sessions ?? [record.session]).flatMap((session) => [
        homeField(session),
        region,
      ]);
    case "commit":
    case "arrive":
      return [homeField(record.session), region];
    case "leave":
      return [homeField(record.session), ""];
    case "post":
      return [];
  }
}

/** A room that ends without a leave. */
export interface Ending {
  readonly routeId: RouteId;
  readonly names: RoomNames;
  readonly incarnation: Incarnation;
  readonly head: number;
}

export function endStep(partition: PartitionNames, move: Move, ending: Ending): Step {
  const { names, incarnation } = ending;
  const args: Argument[] = [
    ...moveArgs(partition, move),
    partition.rooms,
    ending.routeId,
    names.state,
    names.channel,
    recordKey(names, incarnation, ""),
    ending.head,
    bufferOf(encodeEnded(incarnation)),
  ];
  return { script: END, args };
}

/** A valid reset: the partition begins a new life, without rooms. */
export function resetStep(partition: PartitionNames, move: Move, begins: LifeId): Step {
  const args = [...moveArgs(partition, move), partition.rooms, partition.prefix, begins];
  return { script: RESET, args };
}

function bufferOf(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
