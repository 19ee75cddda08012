/** The frames by which a session gets its seat: founding, joining, re-founding (DESIGN §2, §3, §5). */
import type { Cursor } from "../../shared/ids.ts";
import {
  PROTOCOL_VERSION,
  RULES_VERSION,
  type ClientFrame,
  type Record,
} from "../../shared/protocol.ts";
import { equal, type Bytes } from "../../shared/bytes.ts";
import type { Policy } from "../../shared/policy.ts";
import { found, join, type Pending } from "../crypto/group.ts";
import { groupInfoOf, matchesGroup } from "../crypto/group-info.ts";
import type { Group } from "../crypto/mls-state.ts";
import { epochName } from "../crypto/hash.ts";
import { signEntry, type Identity } from "../crypto/identity.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { openGroupInfo, openOpen, sealCommit, sealGroupInfo, sealOpen } from "./seals.ts";
import type { Seat } from "./seat.ts";

/** Who enters where. */
export interface Entrant {
  readonly keys: RoomKeys;
  readonly origin: string;
  readonly identity: Identity;
  readonly nickname: string;
}

/** Answers a relay's challenge. */
export function enterFrame(
  { keys, origin, identity }: Entrant,
  at: { challenge: Bytes; connections: number; cursor: Cursor | null },
): ClientFrame {
  return {
    kind: "enter",
    version: PROTOCOL_VERSION,
    routeId: keys.routeId,
    doorKey: keys.door.publicKey,
    sessionKey: identity.publicKey,
    ...signEntry(keys, identity, { origin, challenge: at.challenge }),
    connections: at.connections,
    cursor: at.cursor,
  };
}

/** A new room; `group` is its founder's, to be used when the `open` is back. */
export async function foundFrame(
  { keys, identity, nickname }: Entrant,
  policy: Policy,
): Promise<{ readonly frame: ClientFrame & { readonly kind: "found" }; readonly group: Group }> {
  const made = await found({ identity, nickname, policy, routeId: keys.routeId });
  const open = { session: identity.session, rules: RULES_VERSION, policy };
  const sealed = sealOpen(keys, open, made.groupInfo);
  if (sealed === null) throw new Error("the GroupInfo of one member is too large");
  return { frame: { kind: "found", rules: RULES_VERSION, policy, sealed }, group: made.group };
}

/**
 * Joins by the last commit record and its sealed GroupInfo. Null where that is unusable: then a member
 * repairs, and the relay offers the next one.
 */
export async function joinFrame(
  { keys, identity, nickname }: Entrant,
  turn: { readonly last: Record; readonly groupInfo: Bytes },
  ref: number,
): Promise<{ readonly frame: ClientFrame; readonly pending: Pending } | null> {
  const groupInfo = openGroupInfo(keys, turn.last, turn.groupInfo);
  if (groupInfo === null) return null;
  const pending = await join({ identity, nickname, routeId: keys.routeId, groupInfo });
  if (pending === null) return null;
  const about = { session: identity.session, follows: turn.last.number, removes: [] };
  const offer = commitOffer(keys, about, pending, ref);
  return offer === null ? null : { frame: { kind: "propose", offers: [offer] }, pending };
}

/** A commit with the next GroupInfo beside it, in one frame; null where one of them is too large. */
export function commitOffer(
  keys: RoomKeys,
  about: {
    readonly session: Identity["session"];
    readonly follows: number;
    readonly removes: readonly Identity["session"][];
  },
  pending: Pending,
  ref: number,
) {
  const info = sealGroupInfo(keys, pending.groupInfo);
  if (info === null) return null;
  const commit = { ...about, groupInfoHash: info.hash };
  const sealed = sealCommit(keys, commit, pending);
  if (sealed === null) return null;
  const { follows, removes } = about;
  return {
    kind: "commit" as const,
    ref,
    follows,
    removes,
    groupInfoHash: info.hash,
    sealed,
    groupInfo: info.sealed,
  };
}

/** Proposes that the room goes on in this seat's epoch, after its order was lost. */
export async function refoundFrame(keys: RoomKeys, seat: Seat): Promise<ClientFrame | null> {
  const { group, attendance, order } = seat;
  const open = { session: seat.me, rules: RULES_VERSION, policy: group.policy };
  const sealed = sealOpen(keys, open, await groupInfoOf(group));
  if (sealed === null) return null;
  const sessions = group.members
    .map(({ session }) => session)
    .filter((session) => !attendance.hasLeft(session));
  return {
    kind: "refound",
    rules: RULES_VERSION,
    policy: group.policy,
    refounding: {
      epochName: epochName(group.authenticator),
      epoch: group.epoch,
      reached: order.number(),
      sessions,
    },
    sealed,
  };
}

/**
 * True where a room was re-founded in exactly this seat's epoch, with this session in it. The name is a
 * hash of the authenticator, so nothing else of the `open` needs to be believed.
 */
export function isRefoundingOf(seat: Seat, open: Record): boolean {
  if (open.kind !== "open" || open.refounding === null) return false;
  const { sessions, epochName: name } = open.refounding;
  return sessions.includes(seat.me) && equal(name, epochName(seat.group.authenticator));
}

/** True where others can join by what such an `open` brought; else a member must repair. */
export async function isJoinable(keys: RoomKeys, seat: Seat, open: Record): Promise<boolean> {
  const groupInfo = open.kind === "open" ? openOpen(keys, open) : null;
  return groupInfo !== null && matchesGroup(seat.group, groupInfo);
}
