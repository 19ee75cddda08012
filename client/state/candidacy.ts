/** A session before it has a seat: its key, what it founded or tried to join with, and whether that stands. */
import { equal, type Bytes } from "../../shared/bytes.ts";
import type { Cursor } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import type { ClientFrame, Record, ServerFrame } from "../../shared/protocol.ts";
import { adoptJoin, wipeGroup, type Pending } from "../crypto/group.ts";
import { createIdentity, type Identity } from "../crypto/identity.ts";
import { wipe, type RoomKeys } from "../crypto/keys.ts";
import type { Group } from "../crypto/mls-state.ts";
import * as entering from "./entering.ts";
import { isGroupInfoOf, openCommit } from "./seals.ts";

type Turn = ServerFrame & { readonly kind: "turn" };

export interface Candidacy {
  identity(): Identity;
  entrant(): entering.Entrant;
  /** Answers the challenge of one more connection. */
  enter(challenge: Bytes, cursor: Cursor | null): ClientFrame;
  /** The frame that founds a room. */
  found(policy: Policy): Promise<ClientFrame>;
  /** The frame that joins in this turn; null: the GroupInfo is unusable, or a join is under way after that record. */
  join(turn: Turn, ref: number): Promise<ClientFrame | null>;
  /** The turn is over; the next may be after the same commit record. */
  turnOver(): void;
  /** The group that one's own record led to; null where it is not what was proposed. */
  adopt(record: Record): Promise<Group | null>;
  /** The seat is taken, in `group`: the key stays, whatever else might have led to one is wiped. */
  seated(group: Group): void;
  /** Wipes it all; with a new key it is somebody nobody has met. */
  renew(): void;
  /** Wipes it all, for good. */
  wipe(): void;
}

export function createCandidacy(who: Omit<entering.Entrant, "identity">): Candidacy {
  const { keys } = who;
  let identity = createIdentity();
  let connections = 0;
  let founding: { readonly group: Group; readonly sealed: Bytes } | null = null;
  let joining: Pending[] = [];
  /** The commit record that a join was proposed after, in this turn. */
  let turnSeen: number | null = null;

  const entrant = (): entering.Entrant => ({ ...who, identity });

  /** Of all that was proposed only what led to `kept` lives on. */
  function forget(kept: Group | null): void {
    if (founding !== null && founding.group !== kept) wipeGroup(founding.group);
    for (const { group } of joining) if (group !== kept) wipeGroup(group);
    founding = null;
    joining = [];
    turnSeen = null;
  }

  function wipeAll(): void {
    forget(null);
    wipe(identity.privateKey);
  }

  return {
    identity: () => identity,
    entrant,
    enter(challenge, cursor) {
      connections += 1;
      return entering.enterFrame(entrant(), { challenge, connections, cursor });
    },
    async found(policy) {
      const { frame, group } = await entering.foundFrame(entrant(), policy);
      if (founding !== null) wipeGroup(founding.group);
      founding = { group, sealed: frame.sealed };
      return frame;
    },
    async join(turn, ref) {
      if (turnSeen === turn.last.number) return null;
      turnSeen = turn.last.number;
      const made = await entering.joinFrame(entrant(), turn, ref);
      if (made === null) return null;
      joining.push(made.pending);
      return made.frame;
    },
    turnOver() {
      turnSeen = null;
    },
    async adopt(record) {
      if (record.session !== identity.session) return null;
      if (record.kind === "open") {
        return founding !== null && equal(founding.sealed, record.sealed) ? founding.group : null;
      }
      return record.kind === "commit" ? adoptedJoin(keys, joining, record) : null;
    },
    seated: forget,
    renew() {
      wipeAll();
      identity = createIdentity();
      connections = 0;
    },
    wipe: wipeAll,
  };
}

async function adoptedJoin(
  keys: RoomKeys,
  joining: readonly Pending[],
  record: Record & { readonly kind: "commit" },
): Promise<Group | null> {
  const cover = openCommit(keys, record);
  if (cover === null) return null;
  const pending = joining.find(({ commit }) => equal(commit, cover.commit));
  if (pending === undefined) return null;
  const { session, removes } = record;
  const isGroupInfo = (info: Uint8Array): boolean =>
    isGroupInfoOf(keys, record, Uint8Array.from(info));
  const result = await adoptJoin(pending, { session, removes, ...cover, isGroupInfo });
  return result.kind === "applied" ? result.group : null;
}
