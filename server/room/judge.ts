/**
 * The rules of a room's order (DESIGN §2), all of them, in one place. Pure: they read the room's
 * fields and the proposal, never a clock, a lease, presence or a quota.
 */
import type { SessionId } from "../../shared/ids.ts";
import { MAX_NEWER_COMMITS, MAX_POSTS_UNDER_WAY } from "../../shared/limits.ts";
import {
  RULES_VERSION,
  type Arrive,
  type Commit,
  type Leave,
  type Open,
  type Post,
  type Proposal,
  type Refusal,
} from "../../shared/protocol.ts";
import type { Effect, Guard, State, Verdict } from "../ports/log.ts";
import * as fields from "./state.ts";

type Fields = Pick<State, "get">;
/** Reads a field and remembers it as a guard: so a verdict guards exactly what it was founded on. */
type Read = (field: string) => number | undefined;

/** What a rule finds; the guards are added by `judge`. */
type Finding =
  | { readonly reason: Refusal; readonly detail: number }
  | { readonly effects: readonly Effect[]; readonly ends: boolean };

const refuse = (reason: Refusal, detail = 0): Finding => ({ reason, detail });
const accept = (effects: readonly Effect[], ends = false): Finding => ({ effects, ends });

/**
 * What the rules say of a proposal in a room of this state; null: no room stands. An accepted verdict
 * carries the fields it read with their values, and what to write; "number" is the record's own.
 */
export function judge(state: Fields | null, proposal: Proposal): Verdict {
  const guards = new Map<string, number | undefined>();
  const finding = state === null ? judgeNone(proposal) : judgeIn(reader(state, guards), proposal);
  if ("reason" in finding) return { kind: "refused", ...finding };
  return {
    kind: "accepted",
    guards: Array.from(guards, ([field, value]): Guard => ({ field, value })),
    ...finding,
  };
}

function reader(state: Fields, guards: Map<string, number | undefined>): Read {
  return (field) => {
    const value = state.get(field);
    guards.set(field, value);
    return value;
  };
}

function judgeNone(proposal: Proposal): Finding {
  return proposal.kind === "open" ? open(proposal) : refuse("no-room");
}

function judgeIn(read: Read, proposal: Proposal): Finding {
  if (proposal.kind === "open") return refuse("exists");
  if (read(fields.RULES) !== RULES_VERSION) return refuse("rules");
  switch (proposal.kind) {
    case "commit":
      return commit(read, proposal);
    case "arrive":
      return arrive(read, proposal);
    case "post":
      return post(read, proposal);
    case "leave":
      return leave(read, proposal);
  }
}

/** Founds the room. A re-founding seats exactly the sessions that it lists, its proposer among them. */
function open({ session, rules, policy, refounding }: Open): Finding {
  if (rules !== RULES_VERSION) return refuse("rules");
  const sessions = new Set(refounding === null ? [session] : refounding.sessions);
  if (!sessions.has(session)) return refuse("no-seat");
  return accept([
    { field: fields.RULES, value: rules },
    { field: fields.CAP, value: policy.memberCap },
    { field: fields.SEATS, value: sessions.size },
    { field: fields.COMMITS, value: 1 },
    { field: fields.commitField(1), value: "number" },
    { field: fields.LAST, value: "number" },
    ...Array.from(sessions, seating).flat(),
  ]);
}

function seating(session: SessionId): Effect[] {
  return [
    { field: fields.seatField(session, "since"), value: "number" },
    { field: fields.seatField(session, "arrival"), value: "number" },
    { field: fields.seatField(session, "connections"), value: 0 },
    { field: fields.seatField(session, "counter"), value: 0 },
  ];
}

function isStanding(read: Read, session: SessionId): boolean {
  return read(fields.seatField(session, "since")) !== undefined;
}

/** `left` or `no-seat` of a session without a standing seat. */
function refuseUnseated(read: Read, session: SessionId): Finding {
  return refuse(read(fields.seatField(session, "left")) === undefined ? "no-seat" : "left");
}

function commit(read: Read, { session, follows, removes }: Commit): Finding {
  const joins = !isStanding(read, session);
  if (joins && read(fields.seatField(session, "left")) !== undefined) return refuse("left");
  const last = read(fields.LAST) ?? 0;
  if (follows !== last) return refuse("behind", last);
  if (joins && removes.length > 0) return refuse("no-seat");
  if (removes.some((removed) => isStanding(read, removed))) return refuse("removes-seated");
  const effects = commitEffects((read(fields.COMMITS) ?? 0) + 1, removes.length > 0);
  if (!joins) return accept(effects);
  const seats = read(fields.SEATS) ?? 0;
  if (seats >= (read(fields.CAP) ?? 0)) return refuse("full");
  return accept([...effects, { field: fields.SEATS, value: seats + 1 }, ...seating(session)]);
}

function commitEffects(count: number, removesSomeone: boolean): Effect[] {
  const effects: Effect[] = [
    { field: fields.COMMITS, value: count },
    { field: fields.commitField(count), value: "number" },
    { field: fields.LAST, value: "number" },
  ];
  if (removesSomeone) effects.push({ field: fields.REMOVAL, value: "number" });
  return effects;
}

function arrive(read: Read, { session, connections }: Arrive): Finding {
  if (!isStanding(read, session)) return refuseUnseated(read, session);
  const field = fields.seatField(session, "connections");
  if (connections <= (read(field) ?? 0)) return refuse("replaced");
  return accept([
    { field, value: connections },
    { field: fields.seatField(session, "arrival"), value: "number" },
  ]);
}

function leave(read: Read, { session, arrival }: Leave): Finding {
  if (!isStanding(read, session)) return refuseUnseated(read, session);
  if (arrival !== read(fields.seatField(session, "arrival"))) return refuse("newer-arrival");
  const seats = (read(fields.SEATS) ?? 0) - 1;
  const effects: Effect[] = [
    { field: fields.SEATS, value: seats },
    { field: fields.seatField(session, "left"), value: "number" },
  ];
  // Only that it left is remembered. Deleting a slot that was never written needs no guard.
  for (const field of ["since", "arrival", "connections", "counter"] as const) {
    effects.push({ field: fields.seatField(session, field), value: undefined });
  }
  for (let slot = 0; slot < MAX_POSTS_UNDER_WAY; slot++) {
    effects.push({ field: fields.postField(session, slot), value: undefined });
  }
  return accept(effects, seats === 0);
}

function post(read: Read, { session, counter, names }: Post): Finding {
  if (!isStanding(read, session)) return refuseUnseated(read, session);
  const field = fields.seatField(session, "counter");
  const accepted = read(field) ?? 0;
  if (counter <= accepted) {
    const remembered = counter > accepted - MAX_POSTS_UNDER_WAY;
    return refuse("duplicate", remembered ? (read(fields.postField(session, counter)) ?? 0) : 0);
  }
  if (counter > accepted + 1) return refuse("expect", accepted + 1);
  const last = read(fields.LAST) ?? 0;
  if (names > last || isStale(read, names)) return refuse("stale", last);
  return accept([
    { field, value: counter },
    { field: fields.postField(session, counter), value: "number" },
  ]);
}

/** Too many commit records are newer than the one named, or one of them removes someone. */
function isStale(read: Read, names: number): boolean {
  if ((read(fields.REMOVAL) ?? 0) > names) return true;
  const oldest = (read(fields.COMMITS) ?? 0) - MAX_NEWER_COMMITS;
  return oldest >= 1 && (read(fields.commitField(oldest)) ?? 0) > names;
}
