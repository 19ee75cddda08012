/** For tests, fuzzing and benchmarks: people in one room, without relays, seals or a socket. */
import { equal, parseUtf8, utf8 } from "../../shared/bytes.ts";
import { routeIdOf, type RouteId, type SessionId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import type { CommitRecord } from "./group-commit.ts";
import { adoptJoin, apply, commit, found, join, type Applied, type Pending } from "./group.ts";
import { createIdentity, type Identity } from "./identity.ts";
import { wipe } from "./keys.ts";
import type { Group } from "./mls-state.ts";
import { openPost, sealPost } from "./posts.ts";
import { randomBytes } from "./sodium.ts";

export interface Newcomer {
  readonly identity: Identity;
  readonly nickname: string;
}
/** Someone with the group as he holds it now. */
export interface Person extends Newcomer {
  group: Group;
}
export interface Room {
  readonly routeId: RouteId;
  readonly people: Person[];
  /** Of the last valid commit. */
  groupInfo: Uint8Array;
}

export const POLICY: Policy = {
  messageTtlMs: 3_600_000,
  memberCap: 100,
  graceMs: 120_000,
  lifetimeMs: 86_400_000,
};

export const newcomer = (nickname: string): Newcomer => ({ identity: createIdentity(), nickname });

/** A room that `nickname` has just founded. */
export async function foundedBy(nickname: string, policy = POLICY): Promise<Room> {
  const routeId = routeIdOf(randomBytes(16));
  const founder = newcomer(nickname);
  const { group, groupInfo } = await found({ ...founder, routeId, policy });
  return { routeId, people: [{ ...founder, group }], groupInfo };
}

/** A room of all these, who joined one after the other. */
export async function roomOf(nicknames: readonly string[], policy = POLICY): Promise<Room> {
  const [founder = "alice", ...others] = nicknames;
  const room = await foundedBy(founder, policy);
  for (const nickname of others) await joins(room, nickname);
  return room;
}

/** The record of a pending commit, as an honest relay and an honest maker bring it. */
export function recordOf(
  session: SessionId,
  removes: readonly SessionId[],
  pending: {
    readonly commit: Uint8Array;
    readonly groupInfo: Uint8Array;
    readonly groupInfoSignature: Uint8Array;
  },
): CommitRecord {
  return {
    session,
    removes,
    commit: pending.commit,
    groupInfoSignature: pending.groupInfoSignature,
    isGroupInfo: (groupInfo) => equal(groupInfo, pending.groupInfo),
  };
}

/** Gives a record to everyone, each with his own pending commit; verdicts by nickname. */
export async function deliver(
  room: Room,
  record: CommitRecord,
  pendings: ReadonlyMap<Person, Pending> = new Map(),
): Promise<Map<string, Applied>> {
  const verdicts = new Map<string, Applied>();
  for (const person of room.people) {
    const verdict = await apply(person.group, record, pendings.get(person));
    verdicts.set(person.nickname, verdict);
    if (verdict.kind !== "applied") continue;
    person.group = verdict.group;
    wipe(...verdict.spent);
  }
  const gone = room.people.filter(({ nickname }) => verdicts.get(nickname)?.kind === "removed");
  for (const person of gone) room.people.splice(room.people.indexOf(person), 1);
  return verdicts;
}

/** `nickname` joins by the room's GroupInfo, and everyone applies it. */
export async function joins(room: Room, nickname: string): Promise<Person> {
  const who = newcomer(nickname);
  const pending = await join({ ...who, routeId: room.routeId, groupInfo: room.groupInfo });
  if (pending === null) throw new Error(`${nickname} cannot join`);
  const record = recordOf(who.identity.session, [], pending);
  for (const [name, verdict] of await deliver(room, record)) {
    if (verdict.kind !== "applied") throw new Error(`${name}: ${JSON.stringify(verdict)}`);
  }
  const adopted = await adoptJoin(pending, record);
  if (adopted.kind !== "applied") throw new Error(adopted.reason);
  const person = { ...who, group: adopted.group };
  room.people.push(person);
  room.groupInfo = pending.groupInfo;
  return person;
}

/** `by` commits the removal of `removed`, or fresh keys only, and everyone applies it. */
export async function commits(room: Room, by: Person, removed: readonly Person[] = []) {
  const removes = removed.map(({ identity }) => identity.session);
  const pending = await commit(by.group, removes);
  const record = recordOf(by.identity.session, removes, pending);
  const verdicts = await deliver(room, record, new Map([[by, pending]]));
  room.groupInfo = pending.groupInfo;
  return verdicts;
}

/** Seals a text and keeps the sender's new state. */
export async function seals(from: Person, text: string): Promise<Uint8Array> {
  const made = await sealPost(from.group, utf8(text));
  from.group = made.group;
  wipe(...made.spent);
  return made.sealed;
}

/** The text that `to` reads in a post of `from`, or null. */
export async function reads(
  to: Person,
  from: Newcomer,
  sealed: Uint8Array,
): Promise<string | null> {
  const opened = await openPost(to.group, from.identity.session, sealed);
  if (opened === null) return null;
  to.group = opened.group;
  wipe(...opened.spent);
  return parseUtf8(opened.plaintext);
}
