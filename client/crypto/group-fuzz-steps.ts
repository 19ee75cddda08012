/** For tests only: what may happen in a room at random, one function each. */
import { utf8 } from "../../shared/bytes.ts";
import {
  advance,
  count,
  haunt,
  head,
  proposeCommit,
  proposePost,
  seal,
  seat,
  type Actor,
  type CommitEntry,
  type Order,
  type PostEntry,
} from "./group-fuzz-order.ts";
import { newcomer, recordOf, type Newcomer } from "./group-world.ts";
import { commit, join, type Pending } from "./group.ts";
import type { Bend } from "./hostile-path.ts";
import { bentCommit, bentJoin, removal } from "./hostile.ts";
import { openSignal, sealSignal } from "./signals.ts";
import { randomBytes } from "./sodium.ts";

export interface Fuzz {
  readonly order: Order;
  readonly random: () => number;
  /** Posts sealed and not yet in the order. */
  readonly flying: PostEntry[];
  /** Commits made and not yet in the order. */
  readonly flyingCommits: { maker: Actor; pending: Pending; entry: CommitEntry }[];
  names: number;
  readonly mostMembers: number;
}

/** One of them, by chance. */
export function pick<T>(fuzz: Fuzz, from: readonly T[]): T {
  const found = from[Math.floor(fuzz.random() * from.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}
/** All who did not leave. */
export const here = ({ order }: Fuzz) => order.actors.filter(({ gone }) => !gone);

/** Somebody seals one to three posts; a few are lost on their way. */
export async function speak(fuzz: Fuzz): Promise<void> {
  const sender = pick(fuzz, here(fuzz));
  for (let posts = 1 + Math.floor(fuzz.random() * 3); posts > 0; posts--) {
    const post = await seal(sender, `${sender.nickname}: ${fuzz.names++}`);
    if (fuzz.random() < 0.1) count(fuzz.order, "posts lost");
    else fuzz.flying.push(post);
  }
}

/** Posts come in, in any order; what is stale is sealed anew. */
export async function land(fuzz: Fuzz): Promise<void> {
  const { order, flying } = fuzz;
  for (let posts = 1 + Math.floor(fuzz.random() * 3); posts > 0 && flying.length > 0; posts--) {
    const [post] = flying.splice(Math.floor(fuzz.random() * flying.length), 1);
    if (post === undefined || post.sender.gone) continue;
    await haunt(order, post);
    if (proposePost(order, post)) continue;
    count(order, "posts sealed anew");
    await advance(order, post.sender, head(order));
    flying.push(await seal(post.sender, post.text));
  }
}

/** Somebody processes some of what he is behind. */
export async function catchUp(fuzz: Fuzz): Promise<void> {
  const actor = pick(fuzz, here(fuzz));
  const behind = head(fuzz.order) - actor.at;
  await advance(fuzz.order, actor, actor.at + Math.ceil(fuzz.random() * behind));
}

/** One to three make their commits from the same GroupInfo; the first one in wins, the others are lost. */
export async function newcomersRace(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  if (order.actors.length >= fuzz.mostMembers) return;
  const made: { who: Newcomer; pending: Pending; follows: number }[] = [];
  for (let racers = 1 + Math.floor(fuzz.random() * 3); racers > 0; racers--) {
    const who = newcomer(`member ${fuzz.names++}`);
    const { routeId, groupInfo, lastCommit: follows } = order;
    const pending = await join({ ...who, routeId, groupInfo });
    if (pending === null) throw new Error("broken: a newcomer can join");
    made.push({ who, pending, follows });
  }
  for (const { who, pending, follows } of made) {
    const record = recordOf(who.identity.session, [], pending);
    const entry = { kind: "commit", follows, record, valid: true, joins: true } as const;
    if (proposeCommit(order, entry)) await seat(order, who, pending);
    else count(order, "joins lost");
  }
}

/** Somebody stops; his leaf stays until it is removed. */
export async function leave(fuzz: Fuzz): Promise<void> {
  const present = here(fuzz);
  if (present.length < 2) return;
  pick(fuzz, present).gone = true;
}

/**
 * One or two members commit from where the order ends; half of the commits are under way for a while,
 * and their makers read on. Of two that follow the same, the second is lost.
 */
export async function removeOrRefresh(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  const gone = order.actors.filter((actor) => actor.gone && fuzz.random() < 0.8);
  const isRace = fuzz.random() < 0.3;
  const makers = new Set([pick(fuzz, here(fuzz)), ...(isRace ? [pick(fuzz, here(fuzz))] : [])]);
  const isSlow = fuzz.random() < 0.5;
  for (const maker of makers) {
    await advance(order, maker, head(order));
    // An honest member has one commit under way at a time.
    if (maker.pendings.has(maker.lastCommit)) continue;
    const known = gone.filter(({ seated }) => seated <= maker.at);
    const removes = known.map(({ identity }) => identity.session);
    const pending = await commit(maker.group, removes);
    const record = recordOf(maker.identity.session, removes, pending);
    const follows = maker.lastCommit;
    maker.pendings.set(follows, pending);
    const entry = { kind: "commit", follows, record, valid: true, joins: false } as const;
    fuzz.flyingCommits.push({ maker, pending, entry });
  }
  if (!isSlow) await landCommits(fuzz);
}

/** Commits under way come in. */
export async function landCommits(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  for (const { maker, pending, entry } of fuzz.flyingCommits.splice(0)) {
    if (maker.gone || !proposeCommit(order, entry)) {
      count(order, "commits lost");
      continue;
    }
    order.groupInfo = pending.groupInfo;
    const removed = new Set(entry.record.removes);
    for (const actor of order.actors.filter(({ identity }) => removed.has(identity.session))) {
      order.actors.splice(order.actors.indexOf(actor), 1);
      order.ghosts.push({ actor, removed: head(order) });
      count(order, "removed");
    }
  }
}

const BENDS: readonly Bend[] = [
  { confirmationTag: () => randomBytes(32) },
  { nodeKey: () => randomBytes(32).fill(7, 31) },
  { leaf: (leaf) => ({ ...leaf, parentHash: randomBytes(32) }) },
  { proposals: [removal(0), removal(0)] },
  { leaf: (leaf) => ({ ...leaf, hpkePublicKey: new Uint8Array(32) }) },
  { path: (path) => ({ ...path, nodes: [] }) },
];

/** What an insider proposes and all can see through is void for all; the next commit follows it. */
export async function throwGarbage(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  const insider = pick(fuzz, here(fuzz));
  await advance(order, insider, head(order));
  // A path of no nodes is what a lone member's commit has.
  if (insider.group.members.length < 3) return;
  const { session } = insider.identity;
  const follows = order.lastCommit;
  const kind = Math.floor(fuzz.random() * 4);
  const eve = newcomer("eve");
  const bend = pick(fuzz, BENDS);
  const made =
    kind === 0
      ? { ...(await bentCommit(insider, [], {})), commit: randomBytes(400) }
      : kind === 1
        ? await bentJoin(eve, order, { removed: [insider.group.members[0]?.leaf ?? 0] })
        : await bentCommit(insider, [], kind === 2 ? {} : bend);
  const by = kind === 1 ? eve.identity.session : session;
  const honest = recordOf(by, [], made);
  const record = kind === 2 ? { ...honest, isGroupInfo: () => false } : honest;
  proposeCommit(order, { kind: "commit", follows, record, valid: false, joins: false });
  count(order, "garbage");
}

/** Somebody types; who holds that epoch sees it, as his. */
export async function signal(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  const sender = pick(fuzz, here(fuzz));
  const { session } = sender.identity;
  const sealed = sealSignal(sender.group, fuzz.names, utf8("typing"));
  for (const actor of here(fuzz)) {
    const opened = openSignal(actor.group, session, sealed);
    const holds = actor.epochCommit === sender.epochCommit;
    if (holds && opened?.counter !== fuzz.names) throw new Error("broken: a signal opens");
    const other = openSignal(actor.group, pick(fuzz, order.actors).identity.session, sealed);
    if (other !== null && opened === null) throw new Error("broken: no signal is another's");
  }
  for (const { actor, removed } of order.ghosts) {
    const opened = openSignal(actor.group, session, sealed);
    if (opened !== null && sender.epochCommit >= removed) throw new Error("broken: a ghost hears");
  }
  count(order, "signals");
}
