import { createCommit } from "ts-mls/createCommit.js";
import type { ClientState } from "ts-mls/clientState.js";
import { initializeEpoch } from "ts-mls/keySchedule.js";
import { beforeAll, expect, test } from "vitest";
import { commits, joins, reads, roomOf, seals, type Person } from "./group-world.ts";
import { provider } from "./provider.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

/** What a removed member derives who holds the old epoch and sees the new context. */
async function guessed(held: ClientState, next: ClientState): Promise<Uint8Array> {
  const zeros = new Uint8Array(32);
  const { initSecret } = held.keySchedule;
  const epoch = await initializeEpoch(initSecret, zeros, next.groupContext, zeros, provider.kdf);
  return epoch.keySchedule.epochAuthenticator;
}

test("[§1.4] who was removed by the last member does not hold the epoch that follows", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  const held = structuredClone({
    ...bob.group.inner.mls,
    clientConfig: undefined,
  }) as unknown as ClientState;
  const extraProposals = [{ proposalType: "remove" as const, remove: { removed: 1 } }];
  const plain = await createCommit(
    { state: alice.group.inner.mls, cipherSuite: provider },
    { wireAsPublicMessage: true, extraProposals },
  );
  // The library's own commit falls to the guess: this is why mls-lone.ts exists.
  expect(await guessed(held, plain.newState)).toEqual(
    plain.newState.keySchedule.epochAuthenticator,
  );

  await commits(room, alice, [bob]);
  const { mls } = alice.group.inner;
  expect(await guessed(held, mls)).not.toEqual(mls.keySchedule.epochAuthenticator);
});

test("[§1.4] a member who is alone gets fresh keys by an empty commit too", async () => {
  const room = await roomOf(["alice"]);
  const [alice] = room.people as [Person];
  const held = structuredClone({
    ...alice.group.inner.mls,
    clientConfig: undefined,
  }) as unknown as ClientState;
  await commits(room, alice);
  const { mls } = alice.group.inner;
  expect(mls.groupContext.epoch).toBe(1n);
  expect(await guessed(held, mls)).not.toEqual(mls.keySchedule.epochAuthenticator);
});

test("[§5.3] a room that fell to one takes newcomers as before", async () => {
  const room = await roomOf(["alice", "bob", "carol"]);
  const [alice, bob, carol] = room.people as [Person, Person, Person];
  await commits(room, carol, [alice, bob]);
  await commits(room, carol);
  const dave = await joins(room, "dave");
  expect(carol.group.authenticator).toEqual(dave.group.authenticator);
  expect(await reads(dave, carol, await seals(carol, "welcome"))).toBe("welcome");
  expect(await reads(carol, dave, await seals(dave, "thanks"))).toBe("thanks");
});
