/**
 * For tests only: a room at random, from a seed. People join in races, leave and are removed, lag,
 * talk, lose posts and seal them again; an insider throws in garbage. See group-fuzz-order.ts for what
 * is checked all the while.
 */
import { utf8 } from "../../shared/bytes.ts";
import { dice } from "./group-fuzz-dice.ts";
import {
  advance,
  count,
  expectAgreement,
  haunt,
  head,
  proposeCommit,
  proposePost,
  seal,
  seat,
  startOrder,
  type Actor,
  type CommitEntry,
  type Order,
  type PostEntry,
} from "./group-fuzz-order.ts";
import { newcomer, recordOf, type Newcomer } from "./group-world.ts";
import { commit, join, type Pending } from "./group.ts";
import { bentCommit, bentJoin, removal } from "./hostile.ts";
import type { Bend } from "./hostile-path.ts";
import { openSignal, sealSignal } from "./signals.ts";
import { randomBytes } from "./sodium.ts";

export interface FuzzOptions {
  readonly seed: number;
  readonly steps: number;
  readonly mostMembers: number;
}

/** One room's life; resolves to how often what happened. @throws Error naming the broken promise. */
export async function fuzzRoom(options: FuzzOptions): Promise<Readonly<Record<string, number>>> {
  const random = dice(options.seed);
  const order = await startOrder(newcomer("founder"));
  const fuzz: Fuzz = { order, random, flying: [], names: 0, mostMembers: options.mostMembers };
  let step = 0;
  try {
    for (let more = random() * (options.mostMembers / 3); more > 0; more--)
      await newcomersRace(fuzz);
    for (; step < options.steps; step++) await takeStep(fuzz);
    await settle(fuzz);
  } catch (error) {
    throw new Error(`seed ${options.seed}, step ${step}`, { cause: error });
  }
  return order.counts;
}

interface Fuzz {
  readonly order: Order;
  readonly random: () => number;
  /** Posts sealed and not yet in the order. */
  readonly flying: PostEntry[];
  names: number;
  readonly mostMembers: number;
}

const STEPS: readonly (readonly [share: number, step: (fuzz: Fuzz) => Promise<void>])[] = [
  [22, speak],
  [18, land],
  [18, catchUp],
  [14, newcomersRace],
  [6, leave],
  [8, removeOrRefresh],
  [8, throwGarbage],
  [6, signal],
];

async function takeStep(fuzz: Fuzz): Promise<void> {
  let left = fuzz.random() * STEPS.reduce((sum, [share]) => sum + share, 0);
  for (const [share, step] of STEPS) {
    left -= share;
    if (left < 0) return step(fuzz);
  }
}

function pick<T>(fuzz: Fuzz, from: readonly T[]): T {
  const found = from[Math.floor(fuzz.random() * from.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}
const here = ({ order }: Fuzz) => order.actors.filter(({ gone }) => !gone);

async function speak(fuzz: Fuzz): Promise<void> {
  const sender = pick(fuzz, here(fuzz));
  for (let posts = 1 + Math.floor(fuzz.random() * 3); posts > 0; posts--) {
    const post = await seal(sender, `${sender.nickname}: ${fuzz.names++}`);
    if (fuzz.random() < 0.1) count(fuzz.order, "posts lost");
    else fuzz.flying.push(post);
  }
}

async function land(fuzz: Fuzz): Promise<void> {
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

async function catchUp(fuzz: Fuzz): Promise<void> {
  const actor = pick(fuzz, here(fuzz));
  const behind = head(fuzz.order) - actor.at;
  await advance(fuzz.order, actor, actor.at + Math.ceil(fuzz.random() * behind));
}

// One to three make their commits from the same GroupInfo; the first one in wins, the others are lost.
async function newcomersRace(fuzz: Fuzz): Promise<void> {
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

async function leave(fuzz: Fuzz): Promise<void> {
  const present = here(fuzz);
  if (present.length < 2) return;
  pick(fuzz, present).gone = true;
}

// Two at once now and then: the second is refused, and its maker goes on with the first.
async function removeOrRefresh(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  const gone = order.actors.filter((actor) => actor.gone && fuzz.random() < 0.8);
  const isRace = fuzz.random() < 0.3;
  const makers = new Set([pick(fuzz, here(fuzz)), ...(isRace ? [pick(fuzz, here(fuzz))] : [])]);
  const entries: [Actor, Pending, CommitEntry][] = [];
  for (const maker of makers) {
    await advance(order, maker, head(order));
    const known = gone.filter(({ seated }) => seated <= maker.at);
    const removes = known.map(({ identity }) => identity.session);
    const pending = await commit(maker.group, removes);
    const record = recordOf(maker.identity.session, removes, pending);
    const follows = maker.lastCommit;
    maker.pendings.set(follows, pending);
    entries.push([maker, pending, { kind: "commit", follows, record, valid: true, joins: false }]);
  }
  for (const [, pending, entry] of entries) {
    if (!proposeCommit(order, entry)) {
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

// Whatever an insider proposes that all can see through is void for all, and the next commit follows it.
async function throwGarbage(fuzz: Fuzz): Promise<void> {
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

async function signal(fuzz: Fuzz): Promise<void> {
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

// At the end everyone catches up, agrees, talks, and takes one more.
async function settle(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  while (fuzz.flying.length > 0) await land(fuzz);
  const who = newcomer("the last");
  const { routeId, groupInfo, lastCommit: follows } = order;
  const pending = await join({ ...who, routeId, groupInfo });
  if (pending === null) throw new Error("broken: a newcomer can join");
  const record = recordOf(who.identity.session, [], pending);
  proposeCommit(order, { kind: "commit", follows, record, valid: true, joins: true });
  await seat(order, who, pending);
  for (const actor of here(fuzz)) await advance(order, actor, head(order));
  expectAgreement(order);
  for (const actor of here(fuzz)) {
    const post = await seal(actor, `${actor.nickname}: bye`);
    await haunt(order, post);
    if (!proposePost(order, post)) throw new Error("broken: who caught up can talk");
  }
  for (const actor of here(fuzz)) await advance(order, actor, head(order));
}
