/** For tests: members of one room with real keys and seals, who are handed records without a relay or a socket. */
import type { Bytes } from "../../shared/bytes.ts";
import { incarnationOf } from "../../shared/ids.ts";
import type { ClientFrame, Offer, Proposal, Record } from "../../shared/protocol.ts";
import { adoptJoin } from "../crypto/group.ts";
import { POLICY } from "../crypto/group-world.ts";
import { createIdentity } from "../crypto/identity.ts";
import { createSecret, deriveRoomKeys, type RoomKeys } from "../crypto/keys.ts";
import { randomBytes } from "../crypto/sodium.ts";
import { foundFrame, joinFrame, type Entrant } from "./entering.ts";
import { follow, type Happening } from "./following.ts";
import { isGroupInfoOf, openCommit } from "./seals.ts";
import { createSeat, type Seat } from "./seat.ts";

const ORIGIN = "http://mayfly.test";

export interface Member {
  readonly name: string;
  readonly seat: Seat;
}

export interface SeatWorld {
  readonly keys: RoomKeys;
  readonly members: readonly Member[];
  /** @throws where nobody has that name. */
  seatOf(name: string): Seat;
  joins(name: string): Promise<Seat>;
  /** The next record of the order: everybody, or `readers`, follow it. */
  order(proposal: Proposal, readers?: readonly Seat[]): Promise<Map<Seat, readonly Happening[]>>;
  /** Orders what `seat` offers. */
  accept(seat: Seat, offer: Offer): Promise<Map<Seat, readonly Happening[]>>;
}

/** A room of all these, who joined one after the other. */
export async function seatWorldOf(...names: readonly string[]): Promise<SeatWorld> {
  const keys = deriveRoomKeys(createSecret(), null);
  const incarnation = incarnationOf(randomBytes(8));
  const members: Member[] = [];
  let number = 0;
  let last: { readonly record: Record; readonly groupInfo: Bytes } | null = null;

  const entrant = (nickname: string): Entrant => ({
    keys,
    origin: ORIGIN,
    identity: createIdentity(),
    nickname,
  });
  const place = (proposal: Proposal): Record => ({
    ...proposal,
    number: ++number,
    acceptedAtMs: 0,
  });

  async function founds(name: string): Promise<void> {
    const who = entrant(name);
    const { frame, group } = await foundFrame(who, POLICY);
    const me = who.identity.session;
    const { rules, policy, sealed } = frame;
    const record = place({ kind: "open", session: me, rules, policy, refounding: null, sealed });
    last = { record, groupInfo: sealed };
    members.push({ name, seat: createSeat({ me, group, incarnation, record }) });
  }

  async function order(
    proposal: Proposal,
    readers: readonly Seat[] = members.map(({ seat }) => seat),
  ): Promise<Map<Seat, readonly Happening[]>> {
    const record = place(proposal);
    const told = new Map<Seat, readonly Happening[]>();
    for (const seat of readers) told.set(seat, await follow(seat, record, keys, 0));
    return told;
  }

  const world: SeatWorld = {
    keys,
    members,
    seatOf(name) {
      const member = members.find((other) => other.name === name);
      if (member === undefined) throw new Error(`${name} is not here`);
      return member.seat;
    },
    async joins(name) {
      if (last === null) throw new Error("there is no room");
      const who = entrant(name);
      const me = who.identity.session;
      const made = await joinFrame(who, { last: last.record, groupInfo: last.groupInfo }, 1);
      const offer = made === null ? null : commitIn(made.frame);
      if (made === null || offer === null) throw new Error("the room cannot be joined");
      const proposal = { ...offer, kind: "commit" as const, session: me };
      await order(proposal);
      const record = { ...proposal, number, acceptedAtMs: 0 };
      const cover = openCommit(keys, record);
      if (cover === null) throw new Error("a join that does not open");
      const isGroupInfo = (info: Uint8Array): boolean =>
        isGroupInfoOf(keys, record, Uint8Array.from(info));
      const about = { session: me, removes: [], ...cover, isGroupInfo };
      const adopted = await adoptJoin(made.pending, about);
      if (adopted.kind !== "applied") throw new Error(adopted.reason);
      last = { record, groupInfo: offer.groupInfo };
      const seat = createSeat({ me, group: adopted.group, incarnation, record });
      members.push({ name, seat });
      return seat;
    },
    order,
    accept: (seat, offer) => order({ ...offer, session: seat.me }),
  };

  const [founder = "alice", ...others] = names;
  await founds(founder);
  for (const name of others) await world.joins(name);
  return world;
}

/** The commit that a frame proposes, or null. */
export function commitIn(frame: ClientFrame): (Offer & { readonly kind: "commit" }) | null {
  const offer = frame.kind === "propose" ? frame.offers[0] : undefined;
  return offer?.kind === "commit" ? offer : null;
}
