/**
 * One record after another: what each does to a seat, and what of it a person should be told.
 * The same records in the same order lead every member to the same group (DESIGN §2, §4).
 */
import { equal } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Post, Record } from "../../shared/protocol.ts";
import { apply } from "../crypto/group.ts";
import { wipe, type RoomKeys } from "../crypto/keys.ts";
import { openPost } from "../crypto/posts.ts";
import { decodeInside, type Inside, type PostCover } from "./content.ts";
import { messageKey, said, type Said } from "./said.ts";
import { fingerprint, isGroupInfoOf, openCommit, openPostCover } from "./seals.ts";
import { dropOwnCommits, nicknameOf, type Seat } from "./seat.ts";

export type Happening =
  | { readonly kind: "joined"; readonly session: SessionId; readonly nickname: string }
  | { readonly kind: "left"; readonly session: SessionId; readonly nickname: string }
  | { readonly kind: "gap"; readonly count: number }
  | { readonly kind: "missing"; readonly nickname: string; readonly count: number }
  | { readonly kind: "unopened"; readonly nickname: string }
  | { readonly kind: "repeated"; readonly nickname: string }
  | { readonly kind: "split"; readonly nickname: string | null }
  | Said
  /** A post of one's own; `envelope` is the fingerprint of its sealed bytes. */
  | { readonly kind: "acknowledged"; readonly envelope: string; readonly counter: number }
  /** The group moved on: new keys, perhaps new members. */
  | { readonly kind: "epoch" }
  /** A commit record is missing, so this session can follow no more; its seat stands. */
  | { readonly kind: "stranded" }
  /** This session's seat ended: it left, or was removed. */
  | { readonly kind: "unseated" };

type Has<K> = Record & { readonly kind: K };
type Keys = Pick<RoomKeys, "outerKey" | "routeId">;

/** Sets of what was seen are cut to this many; older entries have long expired. */
const REMEMBERED = 20_000;

/** Processes the record after the seat's cursor; an older one is skipped, and what is missing before it is told. */
export async function follow(
  seat: Seat,
  record: Record,
  keys: Keys,
  nowMs: number,
): Promise<readonly Happening[]> {
  if (record.number <= seat.order.number()) return [];
  const missing = record.number > seat.order.number() + 1 ? seat.order.skipTo(record) : 0;
  const gap: Happening[] = missing > 0 ? [{ kind: "gap", count: missing }] : [];
  seat.unaccounted += missing;
  switch (record.kind) {
    case "commit":
      return [...gap, ...(await followCommit(seat, record, keys, nowMs))];
    case "post":
      return [...gap, ...(await followPost(seat, record, keys))];
    case "leave":
      seat.order.passed(record);
      return [...gap, ...followLeave(seat, record, nowMs)];
    case "arrive":
    case "open":
      seat.order.passed(record);
      return gap;
  }
}

async function followCommit(
  seat: Seat,
  record: Has<"commit">,
  keys: Keys,
  nowMs: number,
): Promise<readonly Happening[]> {
  const doesFollow = record.follows === seat.order.last();
  // Among the records that are missing was a commit: the keys after it cannot be had any more.
  if (!doesFollow && seat.order.hash() === null) return [{ kind: "stranded" }];
  const committer = nicknameOf(seat, record.session);
  const applied = await verdictOn(seat, record, keys);
  if (applied.kind === "removed") return [{ kind: "unseated" }];
  if (applied.kind === "void") {
    dropOwnCommits(seat);
    seat.voidSinceMs ??= nowMs;
    seat.order.passed(record, committer);
    return [];
  }
  const repaired = seat.voidSinceMs !== null;
  seat.group = applied.group;
  wipe(...applied.spent);
  dropOwnCommits(seat);
  seat.voidSinceMs = null;
  seat.postsInEpoch = 0;
  seat.order.began(
    record,
    applied.group.authenticator,
    committer ?? applied.joined?.nickname ?? null,
  );
  if (record.removes.length > 0 || repaired) seat.attendance.didDuty(record.session);
  const happenings: Happening[] = [{ kind: "epoch" }];
  for (const { session, nickname } of applied.removed) {
    seat.attendance.removed(session);
    seat.counters.delete(session);
    if (!seat.toldLeft.delete(session)) happenings.push({ kind: "left", session, nickname });
  }
  if (applied.joined !== null) {
    const { session, nickname } = applied.joined;
    seat.attendance.joined(session, applied.group.epoch);
    happenings.push({ kind: "joined", session, nickname });
  }
  return happenings;
}

async function verdictOn(seat: Seat, record: Has<"commit">, keys: Keys) {
  const wrong = { kind: "void" as const, reason: "it does not follow the last commit record" };
  if (record.follows !== seat.order.last()) return wrong;
  const cover = openCommit(keys, record);
  if (cover === null) return { ...wrong, reason: "its seal does not open" };
  const { session, removes } = record;
  const own = seat.ownCommits.find(({ pending }) => equal(pending.commit, cover.commit));
  const isGroupInfo = (groupInfo: Uint8Array): boolean =>
    isGroupInfoOf(keys, record, Uint8Array.from(groupInfo));
  return apply(seat.group, { session, removes, ...cover, isGroupInfo }, own?.pending);
}

function followLeave(seat: Seat, record: Has<"leave">, nowMs: number): readonly Happening[] {
  const { session } = record;
  if (session === seat.me) return [{ kind: "unseated" }];
  const nickname = nicknameOf(seat, session);
  seat.attendance.left(session, nowMs);
  if (nickname === null) return [];
  seat.toldLeft.add(session);
  return [{ kind: "left", session, nickname }];
}

async function followPost(
  seat: Seat,
  record: Has<"post">,
  keys: Keys,
): Promise<readonly Happening[]> {
  const { session, counter } = record;
  if (session === seat.me) {
    seat.postsInEpoch += 1;
    seat.order.passed(record);
    return [{ kind: "acknowledged", envelope: fingerprint(record.sealed), counter }];
  }
  const nickname = nicknameOf(seat, session) ?? "";
  const happenings: Happening[] = [];
  const before = seat.counters.get(session) ?? counter - 1;
  const skipped = Math.max(0, counter - before - 1);
  // A gap that was told may have held these; no more of them than it had records.
  const explained = Math.min(skipped, seat.unaccounted);
  seat.unaccounted -= explained;
  const count = skipped - explained;
  if (count > 0) happenings.push({ kind: "missing", nickname, count });
  seat.counters.set(session, Math.max(counter, before));
  const cover = openPostCover(keys, record);
  happenings.push(...(await opened(seat, record, cover, nickname)));
  seat.order.passed(record);
  return happenings;
}

async function opened(
  seat: Seat,
  record: Post & Record,
  cover: PostCover | null,
  nickname: string,
): Promise<readonly Happening[]> {
  if (cover === null) return [{ kind: "unopened", nickname }];
  const { order } = seat;
  const culprit = order.splitBy(record.names, cover);
  const split: Happening[] = culprit === undefined ? [] : [{ kind: "split", nickname: culprit }];
  const mark = fingerprint(cover.inner);
  if (seat.opened.has(mark)) return split;
  const result = await openPost(seat.group, record.session, cover.inner);
  if (result === null) {
    // Sealed before I joined: not for me. Otherwise it should have opened, and that is said.
    const isEarlier = cover.epochRecord < seat.firstRecord;
    return isEarlier || split.length > 0 ? split : [{ kind: "unopened", nickname }];
  }
  seat.group = result.group;
  wipe(...result.spent);
  seat.opened.add(mark);
  forgetOldest(seat.opened);
  const inside = decodeInside(result.plaintext);
  wipe(result.plaintext);
  if (inside === null) return [...split, { kind: "unopened", nickname }];
  return [...split, ...shown(seat, record, inside, nickname)];
}

function shown(
  seat: Seat,
  record: Post & Record,
  inside: Inside,
  nickname: string,
): readonly Happening[] {
  const { session } = record;
  const isOfThisLife = inside.incarnation === seat.order.incarnation;
  const happenings: Happening[] = [];
  if (isSplitInside(seat, record, inside)) happenings.push({ kind: "split", nickname: null });
  const id = messageKey(session, inside.messageId);
  // In one life of the order a message comes once, under the counter that it was sealed with. Whoever
  // makes it come again can only be its sender, so that is told (DESIGN §4, "Who is who").
  // Across a lost order it may: what its sender did not see acknowledged is sealed anew ([G4]).
  const { incarnation } = seat.order;
  const isRepeated =
    isOfThisLife && (inside.counter !== record.counter || seat.shown.get(id) === incarnation);
  if (isRepeated) return [...happenings, { kind: "repeated", nickname }];
  if (inside.body.kind === "empty") return happenings;
  const isKnown = seat.shown.has(id);
  seat.shown.set(id, incarnation);
  forgetOldest(seat.shown);
  return isKnown ? happenings : [...happenings, said(inside.body, { id, session, nickname })];
}

/** Did its sender live through another order than I did? */
function isSplitInside(seat: Seat, record: Post & Record, inside: Inside): boolean {
  const { order, lives, firstRecord } = seat;
  // Sealed in an earlier life it may be, but in one of mine: else a relay that tells each of us another
  // incarnation would have nothing compared at all. After a re-founding also in one that I slept through:
  // then it is offered again as it was, and names the `open` ([G4]).
  const isOfferedAgain = lives.size > 1 && record.names === firstRecord;
  if (inside.incarnation !== order.incarnation) {
    return !lives.has(inside.incarnation) && !isOfferedAgain;
  }
  // Nobody can have applied what comes after: then the relay counts differently for one of us.
  return inside.applied >= record.number || order.isOtherOrder(inside.applied, inside.orderHash);
}

/** Sets and maps keep the order of insertion. */
function forgetOldest(seen: Set<string> | Map<string, unknown>): void {
  if (seen.size <= REMEMBERED) return;
  for (const oldest of seen.keys()) {
    seen.delete(oldest);
    return;
  }
}
