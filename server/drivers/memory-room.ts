/** One room's order in this process: its fields, its newest commit record and the records kept. */
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Incarnation } from "../../shared/ids.ts";
import type { Open, Record } from "../../shared/protocol.ts";
import type { Candidate, Effect, Standing } from "../ports/log.ts";
import { createKeptRecords, type KeptRecords } from "./kept-records.ts";

export interface MemoryRoom {
  readonly state: ReadonlyMap<string, number>;
  readonly kept: KeptRecords;
  standing(): Standing;
  /** Gives an accepted candidate its number and keeps it. */
  write(candidate: Candidate, effects: readonly Effect[]): Record;
}

/** A room that `open` founds; the `open` itself is still to be written. */
export function createMemoryRoom(
  { policy }: Open,
  incarnation: Incarnation,
  clock: Clock,
): MemoryRoom {
  const state = new Map<string, number>();
  const kept = createKeptRecords();
  const openedAtMs = clock.wall();
  let head = 0;
  let last: Standing["last"] | null = null;

  function apply(effects: readonly Effect[], number: number): void {
    for (const { field, value } of effects) {
      if (value === undefined) state.delete(field);
      else state.set(field, value === "number" ? number : value);
    }
  }

  return {
    state,
    kept,
    standing() {
      if (last === null) throw new Error("a room without its open");
      const open = kept.get(1);
      return { incarnation, policy, openedAtMs, state, open, head, keptBytes: kept.bytes(), last };
    },
    write(candidate, effects) {
      const number = ++head;
      const record = { ...candidate.proposal, number, acceptedAtMs: clock.wall() };
      const isCommit = record.kind === "open" || record.kind === "commit";
      apply(effects, number);
      if (isCommit) last = { record, groupInfo: groupInfoOf(candidate) };
      kept.add(record, clock.now() + policy.messageTtlMs + (isCommit ? policy.graceMs : 0));
      return record;
    },
  };
}

function groupInfoOf({ proposal, groupInfo }: Candidate): Bytes {
  if (proposal.kind === "open") return proposal.sealed;
  if (groupInfo === null) throw new Error("a commit travels with its GroupInfo");
  return groupInfo;
}
