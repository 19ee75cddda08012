import { beforeAll, describe, expect, it } from "vitest";
import { incarnationOf, sessionIdOf } from "../../shared/ids.ts";
import type { Record } from "../../shared/protocol.ts";
import { ready } from "../crypto/sodium.ts";
import { createOrder } from "./order.ts";

beforeAll(ready);

const INCARNATION = incarnationOf(new Uint8Array(8).fill(7));
const alice = sessionIdOf(new Uint8Array(16).fill(1));
const key = (n: number) => new Uint8Array(32).fill(n);

const post = (number: number, text = 0): Record => ({
  kind: "post",
  session: alice,
  counter: number,
  names: 1,
  files: [],
  sealed: new Uint8Array(512).fill(text),
  number,
  acceptedAtMs: 0,
});
const commit = (number: number, follows: number): Record => ({
  kind: "commit",
  session: alice,
  follows,
  removes: [],
  groupInfoHash: key(9),
  sealed: new Uint8Array(512),
  number,
  acceptedAtMs: 0,
});

/** Begins at record 5, in the epoch of key 1. */
const begun = () => createOrder(INCARNATION, commit(5, 4), key(1));

it("[O5] the cursor is the last record processed, in this incarnation", () => {
  const order = begun();
  expect(order.cursor()).toEqual({ incarnation: INCARNATION, number: 5 });
  order.passed(post(6));
  expect(order.cursor()).toEqual({ incarnation: INCARNATION, number: 6 });
  expect([order.last(), order.epochRecord()]).toEqual([5, 5]);
});

it("[V2] a void commit is the last commit record all the same, but begins no epoch", () => {
  const order = begun();
  const before = order.tag();
  order.passed(commit(6, 5), "mallory");
  expect([order.last(), order.epochRecord()]).toEqual([6, 5]);
  expect(order.tag()).toEqual(before);
  order.began(commit(7, 6), key(2), "bob");
  expect([order.last(), order.epochRecord()]).toEqual([7, 7]);
  expect(order.tag()).not.toEqual(before);
  expect(order.firstTag()).toEqual(before);
});

describe("[Y3] the order's hash", () => {
  it("is the same for the same records, another for others, whenever they were accepted", () => {
    const [mine, same, other] = [begun(), begun(), begun()];
    mine.passed(post(6, 1));
    same.passed({ ...post(6, 1), acceptedAtMs: 99 });
    other.passed(post(6, 2));
    expect(mine.hash()).toEqual(same.hash());
    expect(mine.isOtherOrder(6, same.hash())).toBe(false);
    expect(mine.isOtherOrder(6, other.hash())).toBe(true);
    expect(mine.isOtherOrder(5, other.hash())).toBe(true);
  });

  it("starts again at each valid commit, so that newcomers can compare", () => {
    const old = begun();
    old.passed(post(6));
    old.began(commit(7, 5), key(2), null);
    const fresh = createOrder(INCARNATION, commit(7, 5), key(2));
    expect(old.hash()).toEqual(fresh.hash());
  });

  it("is unknown from a gap until the next valid commit, and then accuses nobody", () => {
    const order = begun();
    const theirs = begun();
    for (const number of [6, 7, 8]) theirs.passed(post(number));
    expect(order.skipTo(post(8))).toBe(2);
    order.passed(post(8));
    expect(order.hash()).toBeNull();
    expect(order.number()).toBe(8);
    expect(order.isOtherOrder(8, theirs.hash())).toBe(false);
    expect(theirs.isOtherOrder(8, order.hash())).toBe(false);
    for (const each of [order, theirs]) each.began(commit(9, 5), key(2), null);
    expect(order.hash()).toEqual(theirs.hash());
  });
});

describe("seeing a split", () => {
  it("[Y1] another tag than that of the epoch held at that record, or at the one named", () => {
    const order = begun();
    const first = order.tag();
    order.began(commit(6, 5), key(2), "bob");
    const second = order.tag();
    expect(order.splitBy(6, { epochRecord: 6, epochTag: second })).toBeUndefined();
    expect(order.splitBy(5, { epochRecord: 5, epochTag: first })).toBeUndefined();
    expect(order.splitBy(6, { epochRecord: 6, epochTag: first })).toBe("bob");
    expect(order.splitBy(6, { epochRecord: 5, epochTag: first })).toBe("bob");
    expect(order.splitBy(6, { epochRecord: 5, epochTag: second })).toBeNull();
  });

  it("[Y2] an epoch that began with a commit which is void here, with its committer", () => {
    const order = begun();
    order.passed(commit(6, 5), "mallory");
    expect(order.splitBy(6, { epochRecord: 5, epochTag: order.tag() })).toBeUndefined();
    expect(order.splitBy(6, { epochRecord: 6, epochTag: order.tag() })).toBe("mallory");
  });

  it("says nothing of records from before this session", () => {
    const order = begun();
    expect(order.splitBy(3, { epochRecord: 3, epochTag: key(5).subarray(0, 8) })).toBeUndefined();
  });

  it("remembers the last 256 commit records and 1024 hashes, not more", () => {
    const order = begun();
    const first = order.tag();
    const hash = order.hash();
    for (let number = 6; number < 6 + 256; number++) {
      order.began(commit(number, number - 1), key(number & 255), null);
    }
    expect(order.splitBy(5, { epochRecord: 5, epochTag: new Uint8Array(8) })).toBeUndefined();
    expect(first).toHaveLength(8);
    for (let number = 262; number < 262 + 1024; number++) order.passed(post(number));
    expect(order.isOtherOrder(5, key(0))).toBe(false);
    expect(hash).toHaveLength(32);
    expect(order.isOtherOrder(1_285, key(0))).toBe(true);
  });
});
