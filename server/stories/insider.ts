/**
 * The insider of the model: someone who has the link and real keys, speaks frames himself and may propose
 * anything at any time, in as many sessions as he likes. He is honest only where a story tells him to be.
 */
import { createSecret, deriveRoomKeys, type RoomKeys } from "../../client/crypto/keys.ts";
import { encodeLink, parseLink } from "../../client/crypto/link.ts";
import { ready } from "../../client/crypto/sodium.ts";
import { apply, commit } from "../../client/crypto/group.ts";
import type { Group } from "../../client/crypto/mls-state.ts";
import { refoundFrame } from "../../client/state/entering.ts";
import { isGroupInfoOf, openCommit, sealOpen } from "../../client/state/seals.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { Stop } from "../../shared/clock.ts";
import type { Policy } from "../../shared/policy.ts";
import { RULES_VERSION, type ClientFrame, type Refounding } from "../../shared/protocol.ts";
import type { HostileCommit } from "./hostile-offers.ts";
import { createPuppet, type Aim, type Puppet } from "./puppet.ts";
import { ORIGIN } from "./attach.ts";
import { POLICY, type World } from "./world.ts";

export interface Insider {
  readonly link: string;
  readonly keys: RoomKeys;
  /** A further session, connected from an address of its own. */
  puppet(nickname: string, aim: Aim): Puppet;
  /** A session that has joined. */
  join(nickname: string): Promise<Puppet>;
}

/** Someone with the link. */
export async function createInsider(world: World, link: string): Promise<Insider> {
  await ready();
  const parsed = parseLink(link);
  if (parsed === null) throw new Error("a damaged link");
  const keys = deriveRoomKeys(parsed.secret, null);

  function puppet(nickname: string, aim: Aim): Puppet {
    const made = createPuppet({
      clock: world.clock,
      keys,
      origin: ORIGIN,
      nickname,
      network: world.wire(nickname),
      aim,
      failed: (error) => world.faults.push(error),
    });
    made.connect();
    return made;
  }

  return {
    link,
    keys,
    puppet,
    async join(nickname) {
      const joined = puppet(nickname, { kind: "join" });
      await world.until(`${nickname} has joined`, () => joined.seat() !== null);
      return joined;
    },
  };
}

/** An insider who makes the room himself, so that he sits on its lowest leaf. */
export async function foundingInsider(
  world: World,
  nickname: string,
  policy: Partial<Policy> = {},
): Promise<{ readonly insider: Insider; readonly founder: Puppet }> {
  await ready();
  const insider = await createInsider(world, encodeLink(ORIGIN, createSecret(), false));
  const founder = insider.puppet(nickname, { kind: "found", policy: { ...POLICY, ...policy } });
  await world.until(`${nickname} has founded`, () => founder.seat() !== null);
  return { insider, founder };
}

/** Commits as often as the relay takes it from one session, until stopped. */
export function jam(
  world: World,
  puppet: Puppet,
  next: () => HostileCommit,
  everyMs = 1_000,
): Stop {
  let isStopped = false;
  const tick = (): void => {
    if (isStopped) return;
    if (puppet.isWelcome()) {
      puppet.commit(next()).catch((error: unknown) => world.faults.push(error));
    }
    world.clock.after(everyMs, tick);
  };
  tick();
  return () => {
    isStopped = true;
  };
}

/** Confirms, as an honest member would, everyone who joins while it is on. */
export function confirmJoiners(puppet: Puppet): Stop {
  puppet.onRecord = (record) => {
    if (record.kind === "commit" && record.session !== puppet.who.identity.session) {
      puppet.confirm();
    }
  };
  return () => {
    puppet.onRecord = null;
  };
}

/** A group that stands in no order. */
export interface Phantom {
  readonly group: Group;
  readonly groupInfo: Bytes;
}

/** The insider's own commit, kept to himself: a room with all members in it, of which they know nothing. */
export async function phantomOf(puppet: Puppet): Promise<Phantom> {
  const { group, groupInfo } = await commit(puppet.group(), []);
  return { group, groupInfo };
}

/** Confirms to everyone who joins by the phantom's GroupInfo that this is the room. */
export function confirmInPhantom(puppet: Puppet, phantom: Phantom): void {
  const { keys } = puppet.who;
  let { group } = phantom;
  puppet.onRecord = async (record) => {
    const cover = record.kind === "commit" ? openCommit(keys, record) : null;
    if (record.kind !== "commit" || cover === null) return;
    const { session, removes } = record;
    const isGroupInfo = (info: Uint8Array): boolean =>
      isGroupInfoOf(keys, record, Uint8Array.from(info));
    const applied = await apply(group, { session, removes, ...cover, isGroupInfo });
    if (applied.kind !== "applied") return;
    group = applied.group;
    if (applied.joined !== null) puppet.confirm(group);
  };
}

/** What a puppet proposes when the order was lost: honest, but for what is given. */
export async function hostileRefound(
  puppet: Puppet,
  claims: Partial<Refounding> & { readonly policy?: Policy; readonly sealed?: Bytes },
  groupInfo?: Bytes,
): Promise<ClientFrame> {
  const seat = puppet.seat();
  const honest = seat === null ? null : await refoundFrame(puppet.who.keys, seat);
  if (honest?.kind !== "refound") throw new Error("nothing to found again");
  const { policy = honest.policy, sealed, ...refounding } = claims;
  const session = puppet.who.identity.session;
  const open = { session, rules: RULES_VERSION, policy };
  const own = groupInfo === undefined ? null : sealOpen(puppet.who.keys, open, groupInfo);
  return {
    ...honest,
    policy,
    refounding: { ...honest.refounding, ...refounding },
    sealed: sealed ?? own ?? honest.sealed,
  };
}
