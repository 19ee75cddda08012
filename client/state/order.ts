/**
 * What a seated session has seen of the order in this incarnation, and what follows from it: its
 * cursor, the running hash, and whether another member has seen another order or holds another epoch.
 */
import { equal, type Bytes } from "../../shared/bytes.ts";
import { orderedBytes } from "../../shared/codec/records.ts";
import type { Cursor, Incarnation } from "../../shared/ids.ts";
import type { Record } from "../../shared/protocol.ts";
import { epochTag, orderHashNext, orderHashStart } from "../crypto/hash.ts";

/** Hashes remembered, by number: a post names one at most this old, or it is not compared. */
const HASHES_KEPT = 1024;
/** Commit records remembered. */
const COMMITS_KEPT = 256;

interface CommitSeen {
  /** Tag of the epoch that it began; null: void. */
  readonly began: Bytes | null;
  /** Tag of the epoch held after it, be it void or not. */
  readonly held: Bytes;
  readonly committer: string | null;
}

export interface Order {
  readonly incarnation: Incarnation;
  /** Last record processed. */
  number(): number;
  cursor(): Cursor;
  /** Number of the last commit record (or `open`), void ones included. */
  last(): number;
  /** Number of the record that began the present epoch. */
  epochRecord(): number;
  /** Of the present epoch, 8 bytes. */
  tag(): Bytes;
  /** Of the epoch that this order began with, 8 bytes. */
  firstTag(): Bytes;
  /** The running hash, 32 bytes; null since a gap, until the next valid commit. */
  hash(): Bytes | null;
  /** A record that changes no keys, or whose commit is void (`committer` then names its maker). */
  passed(record: Record, committer?: string | null): void;
  /** A valid commit or the record that this order begins with. */
  began(record: Record, authenticator: Bytes, committer: string | null): void;
  /** Records between the cursor and `record` cannot be had any more; returns how many. */
  skipTo(record: Record): number;
  /** Does the sender of a post hold what I held? `undefined`: it does, or I cannot know. Else who is to blame, if known. */
  splitBy(
    names: number,
    cover: { epochRecord: number; epochTag: Bytes },
  ): string | null | undefined;
  /** True where a sender, having applied `number`, had another hash than I. */
  isOtherOrder(number: number, hash: Bytes | null): boolean;
}

/** Begins with the record that seated the session, or with the `open` of a re-founding. */
export function createOrder(incarnation: Incarnation, first: Record, authenticator: Bytes): Order {
  const hashes = new Map<number, Bytes>();
  const commits = new Map<number, CommitSeen>();
  let number = first.number - 1;
  let last = 0;
  let epochRecord = 0;
  const firstTag = epochTag(authenticator);
  let tag = firstTag;
  let hash: Bytes | null = null;

  function remember(at: number): void {
    number = at;
    if (hash !== null) keep(hashes, at, hash, HASHES_KEPT);
  }

  const order: Order = {
    incarnation,
    number: () => number,
    cursor: () => ({ incarnation, number }),
    last: () => last,
    epochRecord: () => epochRecord,
    tag: () => tag,
    firstTag: () => firstTag,
    hash: () => hash,
    passed(record, committer = null) {
      if (record.kind === "commit") {
        last = record.number;
        keep(commits, record.number, { began: null, held: tag, committer }, COMMITS_KEPT);
      }
      if (hash !== null) hash = orderHashNext(hash, orderedBytes(record));
      remember(record.number);
    },
    began(record, newAuthenticator, committer) {
      last = record.number;
      epochRecord = record.number;
      tag = epochTag(newAuthenticator);
      hash = orderHashStart(newAuthenticator);
      keep(commits, record.number, { began: tag, held: tag, committer }, COMMITS_KEPT);
      remember(record.number);
    },
    skipTo(record) {
      const missing = record.number - number - 1;
      number = record.number - 1;
      hash = null;
      return missing;
    },
    splitBy(names, cover) {
      const began = commits.get(cover.epochRecord);
      if (began !== undefined && (began.began === null || !equal(began.began, cover.epochTag))) {
        return began.committer;
      }
      const named = commits.get(names);
      if (named !== undefined && !equal(named.held, cover.epochTag)) return named.committer;
      return undefined;
    },
    isOtherOrder(at, theirs) {
      const mine = hashes.get(at);
      return mine !== undefined && theirs !== null && !equal(mine, theirs);
    },
  };
  order.began(first, authenticator, null);
  return order;
}

/** Maps keep the order of insertion, so the first key is the oldest. */
function keep<T>(map: Map<number, T>, at: number, value: T, most: number): void {
  map.set(at, value);
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
