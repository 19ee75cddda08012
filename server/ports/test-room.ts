/** Records and listeners of tests of the log: alice and bob, and a room that remembers what it heard. */
import { routeIdOf, sessionIdOf, type RouteId, type SessionId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import { RULES_VERSION, type Proposal, type Record } from "../../shared/protocol.ts";
import type { Candidate, Log, RoomLog } from "./log.ts";

export const POLICY: Policy = {
  messageTtlMs: 60_000,
  memberCap: 10,
  graceMs: 30_000,
  lifetimeMs: 600_000,
};

export const routeOf = (byte: number): RouteId => routeIdOf(new Uint8Array(16).fill(byte));
const sessionOf = (byte: number): SessionId => sessionIdOf(new Uint8Array(16).fill(byte));
export const sealedOf = (byte: number) => new Uint8Array(512).fill(byte);

export const ROUTE = routeOf(1);
export const ALICE = sessionOf(0xa1);
export const BOB = sessionOf(0xb0);

const plain = (proposal: Proposal): Candidate => ({ proposal, groupInfo: null });
export const open = (session = ALICE, policy = POLICY): Candidate =>
  plain({
    kind: "open",
    session,
    rules: RULES_VERSION,
    policy,
    refounding: null,
    sealed: sealedOf(1),
  });
export const commit = (session: SessionId, follows: number): Candidate => ({
  proposal: {
    kind: "commit",
    session,
    follows,
    removes: [],
    groupInfoHash: new Uint8Array(32),
    sealed: sealedOf(2),
  },
  groupInfo: sealedOf(follows + 100),
});
export const post = (session: SessionId, counter: number, names = 1): Candidate =>
  plain({ kind: "post", session, counter, names, files: [], sealed: sealedOf(counter) });
export const leave = (session: SessionId, arrival: number): Candidate =>
  plain({ kind: "leave", session, arrival });

/** Serves a room and remembers what it heard. */
export async function serve(log: Log, route = ROUTE) {
  const heard: Record[] = [];
  const notes: string[] = [];
  let endings = 0;
  let losses = 0;
  const room: RoomLog = await log.serve(route, {
    records: (records) => heard.push(...records),
    ended: () => endings++,
    lost: () => losses++,
    noted: (note) => notes.push(String.fromCharCode(...note)),
  });
  return {
    room,
    heard,
    notes,
    numbers: () => heard.map(({ number }) => number),
    endings: () => endings,
    losses: () => losses,
  };
}

/** A note of these characters. */
export const noteOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
