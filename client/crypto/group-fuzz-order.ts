/**
 * For tests only: an order of commit and post records, and actors who each process it at their own
 * pace. Every promise about who reads what is checked where a record is processed; a broken one throws.
 */
import { equal, parseUtf8, utf8 } from "../../shared/bytes.ts";
import { MAX_NEWER_COMMITS } from "../../shared/limits.ts";
import type { CommitRecord } from "./group-commit.ts";
import { POLICY, recordOf, type Newcomer } from "./group-world.ts";
import { adoptJoin, apply, found, type Pending } from "./group.ts";
import { wipe } from "./keys.ts";
import type { Group } from "./mls-state.ts";
import { openPost, sealPost } from "./posts.ts";
import { routeIdOf } from "../../shared/ids.ts";
import { randomBytes } from "./sodium.ts";

export interface Actor extends Newcomer {
  group: Group;
  /** Records processed; the number of the last one. */
  at: number;
  /** Number of the record that seated it. */
  readonly seated: number;
  /** Number of the last commit record processed, and of the last valid one. */
  lastCommit: number;
  epochCommit: number;
  /** Left, and so no longer processing. */
  gone: boolean;
  /** Its own commits under way, by the number that they follow. */
  readonly pendings: Map<number, Pending>;
}

export interface CommitEntry {
  readonly kind: "commit";
  readonly follows: number;
  readonly record: CommitRecord;
  readonly valid: boolean;
  readonly joins: boolean;
}
export interface PostEntry {
  readonly kind: "post";
  readonly sender: Actor;
  readonly text: string;
  readonly sealed: Uint8Array;
  /** The sender's last commit record, and the last valid one: its epoch. */
  readonly names: number;
  readonly epochCommit: number;
}
export type Entry = CommitEntry | PostEntry;

export interface Order {
  readonly routeId: ReturnType<typeof routeIdOf>;
  readonly entries: Entry[];
  readonly actors: Actor[];
  /** Removed, with the last state that each held. */
  readonly ghosts: { readonly actor: Actor; readonly removed: number }[];
  groupInfo: Uint8Array;
  lastCommit: number;
  readonly counts: Record<string, number>;
}

export function count(order: Order, what: string): void {
  order.counts[what] = (order.counts[what] ?? 0) + 1;
}

function check(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Error(`broken: ${promise}`);
}

/** An order with its founder, whose `open` is record 1. */
export async function startOrder(founder: Newcomer): Promise<Order> {
  const routeId = routeIdOf(randomBytes(16));
  const { group, groupInfo } = await found({ ...founder, routeId, policy: POLICY });
  const actor = actorOf(founder, group, 1);
  return {
    routeId,
    entries: [],
    actors: [actor],
    ghosts: [],
    groupInfo,
    lastCommit: 1,
    counts: {},
  };
}

const actorOf = (who: Newcomer, group: Group, seated: number): Actor => ({
  ...who,
  group,
  at: seated,
  seated,
  lastCommit: seated,
  epochCommit: seated,
  gone: false,
  pendings: new Map(),
});

/** `open` is record 1, so the entry at index 0 is record 2. */
const numberOf = (index: number) => index + 2;
export const head = (order: Order) => order.entries.length + 1;

/** The rule of the order: the first that follows the last commit record. */
export function proposeCommit(order: Order, entry: CommitEntry): boolean {
  if (entry.follows !== order.lastCommit) return false;
  order.entries.push(entry);
  order.lastCommit = head(order);
  return true;
}

/** The rule of the order: at most four newer commit records, and none that removes anyone. */
export function proposePost(order: Order, entry: PostEntry): boolean {
  const newer = order.entries.filter(
    (other, index): other is CommitEntry =>
      other.kind === "commit" && numberOf(index) > entry.names,
  );
  const isStale =
    newer.length > MAX_NEWER_COMMITS || newer.some(({ record }) => record.removes.length > 0);
  if (isStale || entry.sender.gone) return false;
  order.entries.push(entry);
  return true;
}

/** Seals a text where the actor stands. */
export async function seal(sender: Actor, text: string): Promise<PostEntry> {
  const made = await sealPost(sender.group, utf8(text));
  sender.group = made.group;
  wipe(...made.spent);
  const { lastCommit: names, epochCommit } = sender;
  return { kind: "post", sender, text, sealed: made.sealed, names, epochCommit };
}

/** The joiner's own record came back; nothing sealed before opens for it. */
export async function seat(order: Order, who: Newcomer, pending: Pending): Promise<void> {
  const record = recordOf(who.identity.session, [], pending);
  const adopted = await adoptJoin(pending, record);
  check(adopted.kind === "applied", "a join that came first is adopted");
  const actor = actorOf(who, adopted.group, head(order));
  for (const post of postsBefore(order, actor.at))
    await expectShut(actor, post, "a joiner reads nothing earlier");
  order.actors.push(actor);
  order.groupInfo = pending.groupInfo;
  count(order, "joins");
}

/** Processes records up to number `upTo`. */
export async function advance(order: Order, actor: Actor, upTo: number): Promise<void> {
  while (actor.at < upTo && !actor.gone) {
    const entry = order.entries[actor.at - 1];
    if (entry === undefined) return;
    actor.at++;
    if (entry.kind === "post") await processPost(order, actor, entry);
    else await processCommit(order, actor, entry);
  }
}

async function processCommit(order: Order, actor: Actor, entry: CommitEntry): Promise<void> {
  const pending = actor.pendings.get(entry.follows);
  actor.pendings.delete(entry.follows);
  const before = actor.group;
  const verdict = await apply(before, entry.record, pending);
  actor.lastCommit = actor.at;
  check(
    (verdict.kind === "applied") === entry.valid,
    `all agree: ${JSON.stringify(verdict, hide)}`,
  );
  if (verdict.kind !== "applied") return count(order, "void verdicts");
  check((verdict.joined !== null) === entry.joins, "a join is a join to everyone");
  const removed = verdict.removed.map(({ session }) => session).toSorted();
  check(String(removed) === String(entry.record.removes.toSorted()), "removed as listed");
  actor.group = verdict.group;
  actor.epochCommit = actor.at;
  wipe(...verdict.spent);
  for (const post of postsBefore(order, actor.at)) {
    if (post.sender !== actor) await expectShut(actor, post, "a post opens once, commits or not");
  }
  count(order, "applied verdicts");
}

// The last few are enough to see whether keys are still there that should be gone.
const postsBefore = (order: Order, number: number) =>
  order.entries
    .slice(0, number - 1)
    .filter((entry) => entry.kind === "post")
    .slice(-3);

async function processPost(order: Order, actor: Actor, post: PostEntry): Promise<void> {
  if (post.sender === actor) return;
  if (actor.seated > post.epochCommit)
    return expectShut(actor, post, "a joiner reads nothing earlier");
  const other = order.actors.find((one) => one !== post.sender && one !== actor);
  if (other !== undefined) {
    const opened = await openPost(actor.group, other.identity.session, post.sealed);
    check(opened === null, "no post is another's");
  }
  const opened = await openPost(actor.group, post.sender.identity.session, post.sealed);
  check(opened !== null, `an accepted post opens: ${post.text}`);
  check(parseUtf8(opened.plaintext) === post.text, "a post opens as what was sealed");
  actor.group = opened.group;
  wipe(...opened.spent);
  await expectShut(actor, post, "a post opens once");
  count(order, "posts opened");
}

/** Whoever was removed opens nothing that was sealed since. */
export async function haunt(order: Order, post: PostEntry): Promise<void> {
  for (const { actor, removed } of order.ghosts) {
    if (post.epochCommit < removed) continue;
    await expectShut(actor, post, "a removed member reads nothing after");
    count(order, "ghosts kept out");
  }
}

async function expectShut(actor: Actor, post: PostEntry, promise: string): Promise<void> {
  const opened = await openPost(actor.group, post.sender.identity.session, post.sealed);
  check(opened === null, promise);
}

/** All who are here hold one epoch and one roster, which is exactly they and who left unremoved. */
export function expectAgreement(order: Order): void {
  const here = order.actors.filter(({ gone }) => !gone);
  const [first] = here;
  check(first !== undefined, "somebody is here");
  const roster = first.group.members.map(({ session }) => session).toSorted();
  const expected = order.actors.map(({ identity }) => identity.session).toSorted();
  check(String(roster) === String(expected), "the roster is who joined and was not removed");
  for (const { group } of here) {
    check(equal(group.authenticator, first.group.authenticator), "one order, one epoch");
    const sessions = group.members.map(({ session }) => session).toSorted();
    check(String(sessions) === String(roster), "one order, one roster");
  }
}

const hide = (key: string, value: unknown) =>
  key === "group" || key === "spent" ? undefined : value;
