import { beforeAll, describe, expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import { incarnationOf } from "../../shared/ids.ts";
import type { ClientFrame, Record } from "../../shared/protocol.ts";
import { secretsOf } from "../crypto/mls-state.ts";
import { sealPost } from "../crypto/posts.ts";
import { ready } from "../crypto/sodium.ts";
import { encodeInside, type Inside } from "./content.ts";
import { follow } from "./following.ts";
import { createOffering } from "./offering.ts";
import { sealPostCover } from "./seals.ts";
import { continueSeat, type Seat } from "./seat.ts";
import { commitIn, seatWorldOf, type SeatWorld } from "./seat-world.ts";

beforeAll(ready);

/** An empty commit by `seat`, offered and kept. */
async function commits(world: SeatWorld, seat: Seat) {
  const frames: ClientFrame[] = [];
  const send = (frame: ClientFrame): void => void frames.push(frame);
  const offering = createOffering({ clock: createHandClock(), keys: world.keys, send });
  await offering.commit(seat, []);
  const offer = frames[0] === undefined ? null : commitIn(frames[0]);
  if (offer === null) throw new Error("no commit was offered");
  return offer;
}

/** A post by `seat`; what is given replaces what an honest member would say inside. */
async function posts(world: SeatWorld, seat: Seat, counter: number, given: Partial<Inside> = {}) {
  const { order } = seat;
  const plaintext = encodeInside({
    incarnation: order.incarnation,
    counter,
    messageId: new Uint8Array(16).fill(counter),
    applied: order.number(),
    orderHash: order.hash(),
    body: { kind: "text", sentAtMs: 0, text: `text ${counter}` },
    ...given,
  });
  const made = await sealPost(seat.group, plaintext);
  seat.group = made.group;
  const post = { session: seat.me, counter, names: order.last(), files: [] };
  const cover = { epochRecord: order.epochRecord(), epochTag: order.tag(), inner: made.sealed };
  const sealed = sealPostCover(world.keys, post, cover);
  if (sealed === null) throw new Error("too large");
  return { kind: "post" as const, ...post, sealed };
}

const kinds = (told: readonly { readonly kind: string }[] | undefined) =>
  (told ?? []).map(({ kind }) => kind);
const isWiped = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

describe("own commits", () => {
  it("[C7][V3] one that lost is wiped, and nothing of the group that lives on", async () => {
    const world = await seatWorldOf("alice", "bob");
    const [alice, bob] = [world.seatOf("alice"), world.seatOf("bob")];
    await commits(world, alice);
    const lost = alice.ownCommits[0]?.pending.group;
    if (lost === undefined) throw new Error("alice keeps no commit");
    const hers = secretsOf(lost).filter((secret) => !secretsOf(alice.group).includes(secret));
    expect(hers.some((secret) => !isWiped(secret))).toBe(true);
    const won = await commits(world, bob);
    await world.accept(bob, won);
    expect(alice.ownCommits).toEqual([]);
    expect(hers.filter((secret) => !isWiped(secret))).toEqual([]);
    expect(alice.group.authenticator).toEqual(bob.group.authenticator);
    // All goes on: she reads, speaks and commits.
    const said = await posts(world, bob, 1);
    expect(kinds((await world.order(said)).get(alice))).toEqual(["said"]);
    expect(kinds((await world.order(await posts(world, alice, 1))).get(bob))).toEqual(["said"]);
    await world.accept(alice, await commits(world, alice));
    expect(bob.group.authenticator).toEqual(alice.group.authenticator);
    expect(kinds((await world.order(await posts(world, bob, 2))).get(alice))).toEqual(["said"]);
  });

  it("[V1] one's own is applied when it comes back, and another of the same predecessor is wiped", async () => {
    const world = await seatWorldOf("alice", "bob");
    const [alice, bob] = [world.seatOf("alice"), world.seatOf("bob")];
    await commits(world, alice);
    const second = await commits(world, alice);
    const first = alice.ownCommits[0]?.pending.group;
    const before = alice.group.authenticator;
    await world.accept(alice, second);
    expect(alice.group.authenticator).not.toEqual(before);
    expect(alice.group.authenticator).toEqual(bob.group.authenticator);
    expect(first !== undefined && isWiped(first.inner.mls.keySchedule.initSecret)).toBe(true);
    expect(kinds((await world.order(await posts(world, alice, 1))).get(bob))).toEqual(["said"]);
  });

  it("[V5] a record under one's own session that was not proposed is void, for its victim as for all", async () => {
    const world = await seatWorldOf("alice", "bob");
    const [alice, bob] = [world.seatOf("alice"), world.seatOf("bob")];
    const offer = await commits(world, bob);
    const before = alice.group.authenticator;
    // The relay orders bob's commit as if it were alice's.
    const told = await world.order({ ...offer, session: alice.me });
    expect([...told.values()]).toEqual([[], []]);
    expect(alice.group.authenticator).toEqual(before);
    expect(bob.group.authenticator).toEqual(before);
    await world.accept(alice, await commits(world, alice));
    expect(bob.group.authenticator).toEqual(alice.group.authenticator);
  });

  it("[V3] those of an order that was lost are wiped with it", async () => {
    const world = await seatWorldOf("alice");
    const alice = world.seatOf("alice");
    await commits(world, alice);
    const pending = alice.ownCommits[0]?.pending.group;
    const { group } = alice;
    const open = { kind: "open", session: alice.me, number: 1 } as Record;
    continueSeat(alice, incarnationOf(new Uint8Array(8)), open);
    expect(pending !== undefined && isWiped(pending.inner.mls.keySchedule.initSecret)).toBe(true);
    expect(isWiped(group.inner.mls.keySchedule.initSecret)).toBe(false);
  });
});

describe("what is missing", () => {
  it("[V6] a commit record that expired unseen: the keys after it are lost, and the seat with them", async () => {
    const world = await seatWorldOf("alice", "bob", "carol");
    const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => world.seatOf(name)) as [
      Seat,
      Seat,
      Seat,
    ];
    await world.order(await posts(world, alice, 1), [alice, bob]);
    const unseen = await commits(world, alice);
    await world.order({ ...unseen, session: alice.me }, [alice, bob]);
    const offer = await commits(world, bob);
    const told = await world.accept(bob, offer);
    expect(kinds(told.get(alice))).toEqual(["epoch"]);
    expect(kinds(told.get(carol))).toEqual(["gap", "stranded"]);
  });

  it("[Y5] a gap is told with its size; a counter that skips across it says nothing more", async () => {
    const world = await seatWorldOf("alice", "bob", "carol");
    const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => world.seatOf(name)) as [
      Seat,
      Seat,
      Seat,
    ];
    await world.order(await posts(world, alice, 1));
    for (const counter of [2, 3])
      await world.order(await posts(world, alice, counter), [alice, bob]);
    const told = await world.order(await posts(world, alice, 4));
    expect(told.get(carol)).toMatchObject([{ kind: "gap", count: 2 }, { kind: "said" }]);
    await world.order(await posts(world, alice, 5), [alice]);
    const skipped = await world.order(await posts(world, alice, 7), [alice]);
    expect(skipped.get(alice)).toMatchObject([{ kind: "acknowledged" }]);
  });

  it("[Y5] a counter that skips without a gap is told", async () => {
    const world = await seatWorldOf("alice", "bob");
    const [alice, bob] = [world.seatOf("alice"), world.seatOf("bob")];
    await world.order(await posts(world, alice, 1));
    const told = await world.order(await posts(world, alice, 4));
    expect(told.get(bob)).toMatchObject([{ kind: "missing", count: 2 }, { kind: "said" }]);
  });
});

describe("what comes again", () => {
  it("[Q9] the same message id in one life of the order is told as repeated, with its sender", async () => {
    const world = await seatWorldOf("alice", "bob");
    const [alice, bob] = [world.seatOf("alice"), world.seatOf("bob")];
    const messageId = new Uint8Array(16).fill(9);
    await world.order(await posts(world, alice, 1, { messageId }));
    const told = await world.order(await posts(world, alice, 2, { messageId }));
    expect(told.get(bob)).toEqual([{ kind: "repeated", nickname: "alice" }]);
    const moved = await world.order(await posts(world, alice, 3, { counter: 8 }));
    expect(moved.get(bob)).toEqual([{ kind: "repeated", nickname: "alice" }]);
  });

  it("[G4] after a lost order it may come again, sealed anew: shown once, nobody is accused, but of the next time", async () => {
    const world = await seatWorldOf("alice", "bob");
    const [alice, bob] = [world.seatOf("alice"), world.seatOf("bob")];
    const messageId = new Uint8Array(16).fill(9);
    await world.order(await posts(world, alice, 1, { messageId }));
    const open = { kind: "open", session: alice.me, number: 1 } as Record;
    for (const seat of [alice, bob]) continueSeat(seat, incarnationOf(new Uint8Array(8)), open);
    const again = { ...(await posts(world, alice, 1, { messageId })), number: 2, acceptedAtMs: 0 };
    expect(await follow(bob, again, world.keys, 0)).toEqual([]);
    const twice = { ...(await posts(world, alice, 2, { messageId })), number: 3, acceptedAtMs: 0 };
    expect(kinds(await follow(bob, twice, world.keys, 0))).toEqual(["repeated"]);
    const third = { ...(await posts(world, alice, 3)), number: 4, acceptedAtMs: 0 };
    expect(kinds(await follow(bob, third, world.keys, 0))).toEqual(["said"]);
  });
});

it("[Y3][G4] a post offered again from a life that I slept through is no split; any other from there is", async () => {
  const world = await seatWorldOf("alice", "bob");
  const [alice, bob] = [world.seatOf("alice"), world.seatOf("bob")];
  const slept = incarnationOf(new Uint8Array(8).fill(2));
  const open = { kind: "open", session: alice.me, number: 1 } as Record;
  for (const seat of [alice, bob]) continueSeat(seat, incarnationOf(new Uint8Array(8)), open);
  const again = await posts(world, alice, 1, { incarnation: slept, counter: 9 });
  const told = await follow(bob, { ...again, number: 2, acceptedAtMs: 0 }, world.keys, 0);
  expect(kinds(told)).toEqual(["said"]);
  const fresh = await seatWorldOf("alice", "bob");
  const other = await posts(fresh, fresh.seatOf("alice"), 1, { incarnation: slept });
  const seen = await fresh.order(other);
  expect(kinds(seen.get(fresh.seatOf("bob")))).toEqual(["split", "said"]);
});
