import { beforeAll, expect, test } from "vitest";
import { utf8 } from "../../shared/bytes.ts";
import { BUCKETS_BYTES } from "../../shared/limits.ts";
import { openEnvelope, sealEnvelope } from "./envelope.ts";
import { commits, joins, roomOf, type Person } from "./group-world.ts";
import {
  MAX_SEALED_SIGNAL_BYTES,
  MAX_SIGNAL_BODY_BYTES,
  openSignal,
  sealSignal,
} from "./signals.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

const people = async (...names: string[]) =>
  (await roomOf(names)).people as [Person, Person, Person];

test("[§4 signals] bob's typing opens for alice and carol, with epoch, counter and leaf", async () => {
  const [alice, bob, carol] = await people("alice", "bob", "carol");
  const sealed = sealSignal(bob.group, 7, utf8("typing"));
  for (const { group } of [alice, carol, bob]) {
    expect(openSignal(group, bob.identity.session, sealed)).toEqual({
      epoch: 2n,
      counter: 7,
      body: utf8("typing"),
      leaf: 1,
    });
    expect(openSignal(group, alice.identity.session, sealed)).toBeNull();
  }
  expect(sealSignal(bob.group, 7, utf8("typing"))).not.toEqual(sealed);
});

test("[§4 signals] a confirm of an earlier epoch opens while it is retained, and never after a removal", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const [alice, bob, carol] = room.people as [Person, Person, Person];
  const { session } = bob.identity;
  const sealed = sealSignal(bob.group, 1, utf8("confirm"));
  for (let count = 0; count < 4; count++) await commits(room, alice);
  expect(openSignal(alice.group, session, sealed)).toMatchObject({ epoch: 2n });
  const kept = sealSignal(bob.group, 2, utf8("confirm"));
  await commits(room, alice);
  expect(openSignal(alice.group, session, sealed)).toBeNull();
  expect(openSignal(alice.group, session, kept)).toMatchObject({ epoch: 6n });
  await commits(room, alice, [carol]);
  expect(openSignal(alice.group, session, kept)).toBeNull();
});

test("[§1.4] neither who comes later nor who was removed opens a signal of the others", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  const early = sealSignal(alice.group, 1, utf8("early"));
  const carol = await joins(room, "carol");
  expect(openSignal(carol.group, alice.identity.session, early)).toBeNull();
  await commits(room, alice, [bob]);
  const late = sealSignal(alice.group, 2, utf8("late"));
  expect(openSignal(bob.group, alice.identity.session, late)).toBeNull();
  expect(openSignal(carol.group, alice.identity.session, late)).toMatchObject({ counter: 2 });
});

test("[§1.2] a member cannot signal as another, with all keys of the epoch in his hands", async () => {
  const [alice, bob, carol] = await people("alice", "bob", "carol");
  const { mls } = carol.group.inner;
  const asBob = {
    ...carol.group,
    inner: {
      ...carol.group.inner,
      mls: { ...mls, privatePath: { ...mls.privatePath, leafIndex: 1 } },
    },
  };
  const forged = sealSignal(asBob, 1, utf8("confirm"));
  for (const { session } of [bob.identity, carol.identity]) {
    expect(openSignal(alice.group, session, forged)).toBeNull();
  }
});

test("[§4 signals] damaged and cut bytes open as nothing; the longest fits the smallest envelope", async () => {
  const [alice, bob] = await people("alice", "bob");
  const body = new Uint8Array(MAX_SIGNAL_BODY_BYTES).fill(1);
  const sealed = sealSignal(bob.group, 2 ** 53 - 1, body);
  expect(sealed.length).toBe(MAX_SEALED_SIGNAL_BYTES);
  for (let at = 0; at < sealed.length; at++) {
    const damaged = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
    expect(openSignal(alice.group, bob.identity.session, damaged)).toBeNull();
    expect(openSignal(alice.group, bob.identity.session, sealed.subarray(0, at))).toBeNull();
  }
  expect(() => sealSignal(bob.group, 1, new Uint8Array(body.length + 1))).toThrow(RangeError);
  const key = new Uint8Array(32);
  const envelope = sealEnvelope(key, utf8("signal"), sealed);
  expect(envelope?.length).toBe(BUCKETS_BYTES[0]);
  expect(openEnvelope(key, utf8("signal"), envelope as Uint8Array)).toEqual(sealed);
});
