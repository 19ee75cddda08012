/** A session before it has a seat: its key, what it founded or tried to join with, and whether that stands. */
import { equal, type Bytes } from "../../shared/bytes.ts";
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
  /** The frame that founds a room. */
  found(policy: Policy): Promise<ClientFrame>;
  /** The frame that joins in this turn; null: the GroupInfo is unusable, or a join is under way after that record. */
  join(turn: Turn, ref: number): Promise<ClientFrame | null>;
  /** The turn is over; the next may be after the same commit record. */
  turnOver(): void;
  /** The group that one's own record led to; null where it is not what was proposed. */
  adopt(record: Record): Promise<Group | null>;
  /** The seat is taken: the key stays, what led to it goes. */
  seated(): void;
  /** Wipes it all; with a new key it is somebody nobody has met. */
  renew(): void;
}

export function createCandidacy(who: Omit<entering.Entrant, "identity">): Candidacy {
  const { keys } = who;
  let identity = createIdentity();
  let founding: { readonly group: Group; readonly sealed: Bytes } | null = null;
  let joining: Pending[] = [];
  /** The commit record that a join was proposed after, in this turn. */
  let turnSeen: number | null = null;

  const entrant = (): entering.Entrant => ({ ...who, identity });

  return {
    identity: () => identity,
    entrant,
    async found(policy) {
      const { frame, group } = await entering.foundFrame(entrant(), policy);
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
    seated() {
      founding = null;
      joining = [];
      turnSeen = null;
    },
    renew() {
      for (const { group } of joining) wipeGroup(group);
      if (founding !== null) wipeGroup(founding.group);
      wipe(identity.privateKey);
      identity = createIdentity();
      founding = null;
      joining = [];
      turnSeen = null;
    },
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
