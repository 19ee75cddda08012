/**
 * Applies a partition's records in offset order, by the rooms' rules (DESIGN §2 "kafka"): the same records
 * give the same rooms and numbers in every region. What a record does is decided here at once, on the
 * copies in memory; Redis follows, a script for each step, many under way.
 */
import type { Clock } from "../../../shared/clock.ts";
import type { RouteId } from "../../../shared/ids.ts";
import type { Record } from "../../../shared/protocol.ts";
import type { Judge } from "../../ports/log.ts";
import { namesOf } from "../redis/keys.ts";
import { beginLife } from "../redis/life.ts";
import type { RedisLink } from "../redis/link.ts";
import type { Outcome } from "./answers.ts";
import { heldRoom, type HeldRoom, type HeldRooms } from "./held-rooms.ts";
import { incarnationAt } from "./incarnations.ts";
import { partitionNames } from "./keys.ts";
import type { LoggedRecord } from "./order-topic.ts";
import {
  decodePartitionRecord,
  idOf,
  type LifeId,
  type PartitionRecord,
  type Proposed,
  type Purge,
  type RecordId,
  type RegionName,
} from "./partition-records.ts";
import { heartbeatField, silentField, type Place } from "./place.ts";
import { acceptStep, advanceStep, endStep, resetStep, type Move, type Step } from "./steps.ts";

export interface ApplyingParts {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly region: RegionName;
  readonly partition: number;
  readonly partitions: number;
  /** A heartbeat of that region was applied. */
  readonly heard: (region: RegionName, id: RecordId) => void;
  /** Bytes that no relay of ours produced; nothing of it is said. */
  readonly strange: () => void;
}

export interface Applying {
  /** As of the records applied, those under way included. */
  place(): Place;
  rooms(): HeldRooms;
  /** Says in the place that these regions have been silent for 30 s. @throws as `apply` does. */
  tellSilent(regions: readonly RegionName[]): Promise<void>;
  /**
   * Applies what follows the place. @throws where Redis did not take all of it: then this copy is of no
   * use any more, and what stands is to be read anew.
   */
  apply(records: readonly LoggedRecord[]): Promise<void>;
}

/** From a place and its rooms, as read from Redis. */
export function createApplying(parts: ApplyingParts, from: Place, rooms: HeldRooms): Applying {
  const { link, clock, judge } = parts;
  const names = partitionNames(parts.partition);
  const heartbeats = new Map(from.heartbeats);
  let place: Place = { ...from, heartbeats };
  /** As Redis has it once every call under way is done. */
  let written = from.applied;
  let { step } = from;
  let changes: [string, string | undefined][] = [];
  let answers: Move["answers"][number][] = [];
  let calls: Promise<unknown>[] = [];

  function call({ script, args }: Step): void {
    calls.push(link.script(script, names.place, args));
  }

  /** Waits for every call under way. */
  async function settled(): Promise<void> {
    const results = await Promise.allSettled(calls);
    calls = [];
    const isDone = results.every(
      (result) => result.status === "fulfilled" && String(result.value) === "ok",
    );
    if (!isDone) throw new Error("Redis did not take it, or another relay applies the partition");
  }

  /** The step from what is written to `place`, with what gathered since. */
  function move(): Move {
    const { life, applied, appliedId, timeMs } = place;
    const to = { from: written, to: applied, id: appliedId, timeMs };
    const next = { life, step, ...to, changes, answers };
    step += 1;
    written = applied;
    changes = [];
    answers = [];
    return next;
  }

  function advance(): void {
    if (written < place.applied) call(advanceStep(names, move()));
  }

  function answer(to: Proposed | Purge, outcome: Outcome): void {
    if (to.region === parts.region)
      answers.push({ relay: to.relay, answer: { id: to.id, outcome } });
  }

  function applyRecord(logged: LoggedRecord, record: PartitionRecord | null): void {
    const { offset, appendedAtMs } = logged;
    const timeMs = Math.max(place.timeMs, appendedAtMs);
    endOutlived(timeMs);
    if (record === null) {
      parts.strange();
      place = { ...place, applied: offset, appliedId: idOf(logged.bytes), timeMs };
      return;
    }
    place = { ...place, applied: offset, appliedId: record.id, timeMs };
    switch (record.kind) {
      case "heartbeat":
        heartbeats.set(record.region, offset);
        changes.push([heartbeatField(record.region), String(offset)]);
        changes.push([silentField(record.region), undefined]);
        parts.heard(record.region, record.id);
        return;
      case "reset":
        if (record.readUpTo < offset && place.resetAt <= record.readUpTo) reset(logged, record.id);
        return;
      case "purge":
        applyPurge(record);
        return;
      case "proposal":
        applyProposal(record, offset, timeMs);
    }
  }

  /**
   * Begins a life. What a region that adopts this reset cannot know, heartbeats and times before it, counts
   * for nobody from here on.
   */
  function reset({ offset, appendedAtMs }: LoggedRecord, life: LifeId): void {
    for (const region of heartbeats.keys()) {
      changes.push([heartbeatField(region), undefined], [silentField(region), undefined]);
    }
    heartbeats.clear();
    rooms.clear();
    place = { ...place, timeMs: appendedAtMs };
    call(resetStep(names, move(), life));
    place = { ...place, life, resetAt: offset };
  }

  /** A room's lifetime is over by the log's time, so it ends before the same record in every region. */
  function endOutlived(timeMs: number): void {
    for (const [routeId, room] of rooms) if (room.endsAtMs <= timeMs) end(routeId, room);
  }

  /** Ends a room as of the place; the same offset is written twice where more than one ends by it. */
  function end(routeId: RouteId, { names: of, life }: HeldRoom): void {
    rooms.delete(routeId);
    const ending = { routeId, names: of, incarnation: life.incarnation, head: life.head() };
    call(endStep(names, move(), ending));
  }

  function applyPurge(record: Purge): void {
    const room = rooms.get(record.routeId);
    answer(record, { kind: "purged" });
    if (room?.life.incarnation === record.incarnation) end(record.routeId, room);
  }

  /** Meant for another life or incarnation, or for a region that was not silent after all. */
  function isVoid({ of, silence }: Proposed, room: HeldRoom | undefined): boolean {
    const isMeant =
      "life" in of ? of.life === place.life : of.incarnation === room?.life.incarnation;
    const newest = silence === null ? -1 : (heartbeats.get(silence.region) ?? -1);
    return !isMeant || (silence !== null && newest > silence.heartbeat);
  }

  function applyProposal(record: Proposed, offset: number, timeMs: number): void {
    const { routeId } = record;
    const { proposal, groupInfo } = record.candidate;
    const room = rooms.get(routeId);
    if (isVoid(record, room)) return answer(record, { kind: "void" });
    const verdict = judge(room?.life.fields ?? null, proposal);
    if (verdict.kind === "refused") return answer(record, verdict);
    const number = (room?.life.head() ?? 0) + 1;
    const accepted: Record = { ...proposal, number, acceptedAtMs: timeMs };
    const of = room?.names ?? namesOf(routeId, parts.partitions);
    const life =
      room?.life ??
      beginLife(judge, incarnationAt(place.life, offset, timeMs), accepted, clock.now());
    if (life === null || life.apply(accepted, groupInfo, clock.now()) === "strange")
      return answer(record, { kind: "void" });
    answer(record, { kind: "accepted", number });
    const { effects, ends } = verdict;
    call(
      acceptStep(names, move(), {
        routeId,
        names: of,
        life: place.life,
        incarnation: life.incarnation,
        policy: life.policy(),
        record: accepted,
        groupInfo,
        effects,
        ends,
        region: record.region,
      }),
    );
    if (ends) rooms.delete(routeId);
    else if (room === undefined) rooms.set(routeId, heldRoom(of, life, clock.now()));
  }

  return {
    place: () => place,
    rooms: () => rooms,
    async tellSilent(regions) {
      for (const region of regions) {
        const heartbeat = heartbeats.get(region);
        if (heartbeat !== undefined) changes.push([silentField(region), String(heartbeat)]);
      }
      call(advanceStep(names, move()));
      await settled();
    },
    async apply(records) {
      for (const logged of records) {
        if (logged.offset !== place.applied + 1) throw new Error("records that do not follow");
        applyRecord(logged, decodePartitionRecord(logged.bytes));
      }
      advance();
      await settled();
    },
  };
}
