import { beforeAll, expect, test } from "vitest";
import { contextFault, hasOnlyPlainParents } from "./group-checks.ts";
import { readCommit } from "./group-commit.ts";
import { POLICY, recordOf, roomOf, type Person } from "./group-world.ts";
import { commit } from "./group.ts";
import { contextExtensions } from "./mls-policy.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

/** Alice's view of bob's removal of carol, and the state that it truly leads to. */
async function removal() {
  const { people } = await roomOf(["alice", "bob", "carol", "dave"]);
  const [alice, bob, carol] = people as [Person, Person, Person];
  const removes = [carol.identity.session];
  const pending = await commit(bob.group, removes);
  const read = readCommit(alice.group, recordOf(bob.identity.session, removes, pending));
  if (typeof read === "string") throw new Error(read);
  return { group: alice.group, read, next: pending.group.inner.mls };
}

test("[§4 who] a state is refused in which more changed than the commit says", async () => {
  const { group, read, next } = await removal();
  expect(contextFault(group, next, read)).toBeNull();
  const before = group.inner.mls.ratchetTree;
  const swapped = (at: number, from: number) =>
    next.ratchetTree.map((node, index) => (index === at ? before[from] : node));
  const trees = [
    before,
    swapped(0, 6),
    swapped(6, 0),
    swapped(4, 4),
    swapped(2, 1),
    next.ratchetTree.slice(0, 3),
    [...next.ratchetTree, before[0], before[2]],
  ];
  for (const ratchetTree of trees) {
    const fault = contextFault(group, { ...next, ratchetTree }, read);
    expect(fault).toBe("other leaves changed than the commit says");
  }
});

test("[§4 policy] a state is refused that is of another epoch, group or policy", async () => {
  const { group, read, next } = await removal();
  const context = next.groupContext;
  const contexts = [
    { ...context, epoch: context.epoch + 1n },
    { ...context, epoch: group.epoch },
    { ...context, groupId: new Uint8Array(16) },
    { ...context, extensions: [] },
    { ...context, extensions: contextExtensions({ ...POLICY, memberCap: 99 }) },
  ];
  for (const groupContext of contexts) {
    expect(contextFault(group, { ...next, groupContext }, read)).not.toBeNull();
  }
});

test("[§4 commits] a parent with an unmerged leaf, which only an Add makes, is refused", async () => {
  const { next } = await removal();
  expect(hasOnlyPlainParents(next.ratchetTree)).toBe(true);
  const withUnmerged = next.ratchetTree.map((node) =>
    node?.nodeType === "parent"
      ? { ...node, parent: { ...node.parent, unmergedLeaves: [0] } }
      : node,
  );
  expect(hasOnlyPlainParents(withUnmerged)).toBe(false);
});
