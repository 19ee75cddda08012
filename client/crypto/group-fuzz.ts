/**
 * For tests only: a room at random, from a seed. People join in races, leave and are removed, lag,
 * talk, lose posts and seal them again; an insider throws in garbage. See group-fuzz-order.ts for what
 * is checked all the while.
 */
import { dice } from "./group-fuzz-dice.ts";
import {
  advance,
  expectAgreement,
  haunt,
  head,
  proposeCommit,
  proposePost,
  seal,
  seat,
  startOrder,
} from "./group-fuzz-order.ts";
import {
  catchUp,
  here,
  land,
  landCommits,
  leave,
  newcomersRace,
  removeOrRefresh,
  signal,
  speak,
  throwGarbage,
  type Fuzz,
} from "./group-fuzz-steps.ts";
import { newcomer, recordOf } from "./group-world.ts";
import { join } from "./group.ts";

export interface FuzzOptions {
  readonly seed: number;
  readonly steps: number;
  readonly mostMembers: number;
}

/** One room's life; resolves to how often what happened. @throws Error naming the broken promise. */
export async function fuzzRoom(options: FuzzOptions): Promise<Readonly<Record<string, number>>> {
  const random = dice(options.seed);
  const order = await startOrder(newcomer("founder"));
  const fuzz: Fuzz = {
    order,
    random,
    flying: [],
    flyingCommits: [],
    names: 0,
    mostMembers: options.mostMembers,
  };
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

const STEPS: readonly (readonly [share: number, step: (fuzz: Fuzz) => Promise<void>])[] = [
  [22, speak],
  [18, land],
  [18, catchUp],
  [14, newcomersRace],
  [8, leave],
  [10, removeOrRefresh],
  [8, throwGarbage],
  [6, signal],
  [6, landCommits],
];

async function takeStep(fuzz: Fuzz): Promise<void> {
  let left = fuzz.random() * STEPS.reduce((sum, [share]) => sum + share, 0);
  for (const [share, step] of STEPS) {
    left -= share;
    if (left < 0) return step(fuzz);
  }
}

// At the end everyone catches up, agrees, talks, and takes one more.
async function settle(fuzz: Fuzz): Promise<void> {
  const { order } = fuzz;
  await landCommits(fuzz);
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
