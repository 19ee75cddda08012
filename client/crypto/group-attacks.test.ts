/**
 * Attacks of someone who holds the link, or a leaf, against the room. Each is one hostile record; it
 * must be void for every honest member for the same reason, and afterwards they talk on and take
 * newcomers.
 */
import { encodeMlsMessage } from "ts-mls/message.js";
import { createCommit } from "ts-mls/createCommit.js";
import type { UpdatePath } from "ts-mls/updatePath.js";
import { beforeAll, describe, expect, test } from "vitest";
import { concat, equal, utf8 } from "../../shared/bytes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { CommitRecord } from "./group-commit.ts";
import {
  commits,
  deliver,
  joins,
  newcomer,
  POLICY,
  reads,
  recordOf,
  roomOf,
  seals,
  type Newcomer,
  type Person,
  type Room,
} from "./group-world.ts";
import { apply, commit, join, type Pending } from "./group.ts";
import { bentCommit, bentJoin, proposing, removal, type Forged } from "./hostile.ts";
import { CAPABILITIES, identityOf } from "./mls-profile.ts";
import { provider } from "./provider.ts";
import { openSignal, sealSignal } from "./signals.ts";
import { randomBytes, ready } from "./sodium.ts";

beforeAll(ready);

interface Stage {
  readonly room: Room;
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  /** A member who turned hostile; eve is hostile and holds the link. */
  readonly mallory: Person;
  readonly eve: Newcomer;
}

async function stage(policy = POLICY): Promise<Stage> {
  const room = await roomOf(["alice", "bob", "carol", "mallory"], policy);
  const [alice, bob, carol, mallory] = room.people as [Person, Person, Person, Person];
  return { room, alice, bob, carol, mallory, eve: newcomer("eve") };
}

const joined = async ({ eve }: Stage, made: Promise<Forged>) =>
  recordOf(eve.identity.session, [], await made);
const changed = async ({ mallory }: Stage, made: Promise<Forged>, removes: SessionId[] = []) =>
  recordOf(mallory.identity.session, removes, await made);

/** The honest people give one verdict, and the room lives on. */
async function expectVoid({ room, mallory }: Stage, record: CommitRecord, reason: string) {
  room.people.splice(room.people.indexOf(mallory), 1);
  const epochs = room.people.map(({ group }) => group.authenticator);
  const verdicts = await deliver(room, record);
  for (const verdict of verdicts.values()) expect(verdict).toEqual({ kind: "void", reason });
  expect(room.people.map(({ group }) => group.authenticator)).toEqual(epochs);
  await expectLife(room);
}

async function expectLife(room: Room) {
  const [alice] = room.people as [Person];
  await commits(room, alice);
  await joins(room, "dave");
  for (const speaker of room.people) {
    const sealed = await seals(speaker, "still here");
    for (const other of room.people) {
      if (other !== speaker) expect(await reads(other, speaker, sealed)).toBe("still here");
    }
  }
}

const smallOrder = new Uint8Array(32).fill(1, 0, 1);
const SHAPE = "the commit is not of our shape";
const PROFILE = "the leaf has not our profile";
const LISTED = "the removals differ from those listed";
const PATH = "the path does not fit the tree";
const TREE = "the tree is invalid";
const LIBRARY = "the library refused it";
const GROUP_INFO = "the GroupInfo is unusable";

test("the hostile client, unbent, is an honest one", async () => {
  const one = await stage();
  const others = { ...one.room, people: [one.alice, one.bob, one.carol] };
  const record = await joined(one, bentJoin(one.eve, one.room, {}));
  for (const verdict of (await deliver(others, record)).values())
    expect(verdict.kind).toBe("applied");
  const two = await stage();
  const { session } = two.bob.identity;
  const removing = await changed(two, bentCommit(two.mallory, [1], {}), [session]);
  const verdicts = await deliver(
    { ...two.room, people: [two.alice, two.bob, two.carol] },
    removing,
  );
  expect([...verdicts.values()].map(({ kind }) => kind)).toEqual(["applied", "removed", "applied"]);
});

type Attack = readonly [title: string, reason: string, make: (on: Stage) => Promise<CommitRecord>];

const byJoining: readonly Attack[] = [
  [
    "one session joins twice",
    "a member joins again",
    async (on) => {
      const record = await joined(on, bentJoin(on.mallory, on.room, {}));
      return { ...record, session: on.mallory.identity.session };
    },
  ],
  [
    "a member's key joins under another session",
    PROFILE,
    async (on) => joined(on, bentJoin(on.mallory, on.room, {})),
  ],
  [
    "a leaf that names another's session",
    PROFILE,
    async (on) => {
      const identity = identityOf({ session: on.alice.identity.session, nickname: "alice" });
      const credential = { credentialType: "basic" as const, identity };
      const made = bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, credential }) });
      return joined(on, made);
    },
  ],
  [
    "a record of another session than the leaf's",
    PROFILE,
    async (on) => ({
      ...(await joined(on, bentJoin(on.eve, on.room, {}))),
      session: newcomer("x").identity.session,
    }),
  ],
  [
    "a copied HPKE key in the leaf",
    TREE,
    async (on) => {
      const node = on.alice.group.inner.mls.ratchetTree[0];
      if (node?.nodeType !== "leaf") throw new Error("no leaf");
      const { hpkePublicKey } = node.leaf;
      return joined(
        on,
        bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, hpkePublicKey }) }),
      );
    },
  ],
  [
    "a copied HPKE key in the path",
    LIBRARY,
    async (on) => {
      const root = on.alice.group.inner.mls.ratchetTree[3];
      if (root?.nodeType !== "parent") throw new Error("no root");
      const nodeKey = () => root.parent.hpkePublicKey;
      return joined(on, bentJoin(on.eve, on.room, { nodeKey }));
    },
  ],
  [
    "other capabilities",
    SHAPE,
    async (on) => {
      const capabilities = {
        ...CAPABILITIES,
        credentials: ["basic", "x509"] as ("basic" | "x509")[],
      };
      return joined(on, bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, capabilities }) }));
    },
  ],
  [
    "an extension in the leaf",
    SHAPE,
    async (on) => {
      const extensions = [{ extensionType: 0xf001, extensionData: new Uint8Array(4) }];
      return joined(on, bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, extensions }) }));
    },
  ],
  [
    "a nickname of 45 kB",
    "the commit is too long",
    async (on) => {
      const identity = concat(new Uint8Array(16), new Uint8Array(45_000).fill(97));
      const credential = { credentialType: "basic" as const, identity };
      return joined(on, bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, credential }) }));
    },
  ],
  [
    "a nickname of 49 bytes",
    SHAPE,
    async (on) => {
      const identity = concat(
        identityOf({ ...on.eve.identity, nickname: "x" }),
        utf8("x".repeat(48)),
      );
      const credential = { credentialType: "basic" as const, identity };
      return joined(on, bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, credential }) }));
    },
  ],
  ...(["", "\xff"] as const).map((name): Attack => [
    name === "" ? "no nickname" : "a nickname that is not UTF-8",
    PROFILE,
    async (on) => {
      const id = identityOf({ ...on.eve.identity, nickname: "x" }).subarray(0, 16);
      const identity = name === "" ? id : concat(id, Uint8Array.of(0xff));
      const credential = { credentialType: "basic" as const, identity };
      return joined(on, bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, credential }) }));
    },
  ]),
  [
    "a certificate for a credential",
    SHAPE,
    async (on) => {
      const credential = { credentialType: "x509" as const, certificates: [new Uint8Array(9)] };
      return joined(on, bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, credential }) }));
    },
  ],
  [
    "a leaf key of small order",
    PROFILE,
    async (on) =>
      joined(
        on,
        bentJoin(on.eve, on.room, { leaf: (leaf) => ({ ...leaf, hpkePublicKey: smallOrder }) }),
      ),
  ],
  [
    "a path key of small order",
    PATH,
    async (on) => joined(on, bentJoin(on.eve, on.room, { nodeKey: () => smallOrder })),
  ],
  [
    "an external init of small order",
    "the external init is malformed",
    async (on) => {
      const init = {
        proposalType: "external_init" as const,
        externalInit: { kemOutput: smallOrder },
      };
      return joined(on, bentJoin(on.eve, on.room, { proposals: [proposing(init)] }));
    },
  ],
  [
    "an external commit with a removal",
    "more than an external init",
    async (on) => joined(on, bentJoin(on.eve, on.room, { removed: [1] })),
  ],
  [
    "an external commit that lists a removal without one",
    LISTED,
    async (on) => ({
      ...(await joined(on, bentJoin(on.eve, on.room, {}))),
      removes: [on.bob.identity.session],
    }),
  ],
  [
    "an external commit without an external init",
    "not an external init",
    async (on) => joined(on, bentJoin(on.eve, on.room, { proposals: [removal(1)] })),
  ],
  [
    "an empty external commit",
    "more than an external init",
    async (on) => joined(on, bentJoin(on.eve, on.room, { proposals: [] })),
  ],
];

const byMember: readonly Attack[] = [
  [
    "a member changes its nickname",
    "the committer changed its key or name",
    async (on) => {
      const identity = identityOf({ ...on.mallory.identity, nickname: "root" });
      const credential = { credentialType: "basic" as const, identity };
      return changed(on, bentCommit(on.mallory, [], { leaf: (leaf) => ({ ...leaf, credential }) }));
    },
  ],
  [
    "a member changes its key and with it its session",
    "the committer changed its key or name",
    async (on) => {
      const { identity: other } = on.eve;
      const credential = {
        credentialType: "basic" as const,
        identity: identityOf({ ...other, nickname: "mallory" }),
      };
      const signaturePublicKey = other.publicKey;
      const leaf = { credential, signaturePublicKey };
      return changed(
        on,
        bentCommit(on.mallory, [], { leaf: (honest) => ({ ...honest, ...leaf }) }),
      );
    },
  ],
  [
    "one key at two nodes of the path",
    TREE,
    async (on) => {
      const { publicKey } = await provider.hpke.generateKeyPair();
      const key = await provider.hpke.exportPublicKey(publicKey);
      return changed(on, bentCommit(on.mallory, [], { nodeKey: () => key }));
    },
  ],
  [
    "a record of another session than the committer's",
    "the commit is another session's",
    async (on) => recordOf(on.alice.identity.session, [], await bentCommit(on.mallory, [], {})),
  ],
  ...([[], ["carol"], ["bob", "carol"], ["bob", "bob"]] as const).map((listed): Attack => [
    `a removal of bob that lists ${listed.length === 0 ? "nobody" : listed.join(" and ")}`,
    LISTED,
    async (on) => {
      const removes = listed.map((name) => on[name].identity.session);
      return changed(on, bentCommit(on.mallory, [1], {}), removes);
    },
  ]),
  [
    "an empty commit that lists a removal",
    LISTED,
    async (on) => changed(on, bentCommit(on.mallory, [], {}), [on.bob.identity.session]),
  ],
  [
    "a removal twice",
    "a removal twice",
    async (on) => {
      const { session } = on.bob.identity;
      const proposals = [removal(1), removal(1)];
      return changed(on, bentCommit(on.mallory, [1], { proposals }), [session, session]);
    },
  ],
  ...([3, 9, 0xffff_ffff] as const).map((leaf): Attack => [
    `a removal of ${leaf === 3 ? "oneself" : `place ${leaf}`}`,
    "a removal of nobody or of oneself",
    async (on) => changed(on, bentCommit(on.mallory, [], { proposals: [removal(leaf)] })),
  ]),
  [
    "a proposal by reference",
    SHAPE,
    async (on) => {
      const reference = { proposalOrRefType: "reference" as const, reference: randomBytes(32) };
      return changed(on, bentCommit(on.mallory, [], { proposals: [reference] }));
    },
  ],
  [
    "new extensions for the group",
    SHAPE,
    async (on) => {
      const change = {
        proposalType: "group_context_extensions" as const,
        groupContextExtensions: { extensions: [] },
      };
      return changed(on, bentCommit(on.mallory, [], { proposals: [proposing(change)] }));
    },
  ],
  [
    "a pre-shared key",
    SHAPE,
    async (on) => {
      const preSharedKeyId = {
        psktype: "external" as const,
        pskId: utf8("id"),
        pskNonce: randomBytes(32),
      };
      const psk = { proposalType: "psk" as const, psk: { preSharedKeyId } };
      return changed(on, bentCommit(on.mallory, [], { proposals: [proposing(psk)] }));
    },
  ],
  [
    "another group for everyone",
    SHAPE,
    async (on) => {
      const { groupId, version, cipherSuite } = on.mallory.group.inner.mls.groupContext;
      const reinit = { groupId, version, cipherSuite, extensions: [] };
      const proposals = [proposing({ proposalType: "reinit", reinit })];
      return changed(on, bentCommit(on.mallory, [], { proposals }));
    },
  ],
  [
    "a proposal of a type of its own",
    SHAPE,
    async (on) => {
      const own = { proposalType: 0xf00d, proposalData: randomBytes(8) };
      return changed(on, bentCommit(on.mallory, [], { proposals: [proposing(own)] }));
    },
  ],
  [
    "an external init by a member",
    "more than removals",
    async (on) => {
      const init = {
        proposalType: "external_init" as const,
        externalInit: { kemOutput: randomBytes(32) },
      };
      return changed(on, bentCommit(on.mallory, [], { proposals: [proposing(init)] }));
    },
  ],
  [
    "a path that forgets a member",
    PATH,
    async (on) => {
      const path = (whole: UpdatePath) => {
        const [first, ...rest] = whole.nodes;
        if (first === undefined) throw new Error("no path");
        return { ...whole, nodes: [{ ...first, encryptedPathSecret: [] }, ...rest] };
      };
      return changed(on, bentCommit(on.mallory, [], { path }));
    },
  ],
  [
    "a path that is too short",
    PATH,
    async (on) =>
      changed(
        on,
        bentCommit(on.mallory, [], {
          path: (whole) => ({ ...whole, nodes: whole.nodes.slice(1) }),
        }),
      ),
  ],
  [
    "a path secret sealed with a KEM output of small order",
    PATH,
    async (on) =>
      changed(
        on,
        bentCommit(on.mallory, [], {
          ciphertext: (sealed) => ({ ...sealed, kemOutput: smallOrder }),
        }),
      ),
  ],
  [
    "a parent hash that is not the path's",
    LIBRARY,
    async (on) =>
      changed(
        on,
        bentCommit(on.mallory, [], { leaf: (leaf) => ({ ...leaf, parentHash: randomBytes(32) }) }),
      ),
  ],
  [
    "data of its own",
    SHAPE,
    async (on) => changed(on, bentCommit(on.mallory, [], { authenticatedData: utf8("hello") })),
  ],
  [
    "a confirmation tag that is not the epoch's",
    LIBRARY,
    async (on) =>
      changed(on, bentCommit(on.mallory, [], { confirmationTag: () => randomBytes(32) })),
  ],
  [
    "a valid commit with a garbage GroupInfo",
    GROUP_INFO,
    async (on) => ({
      ...(await changed(on, bentCommit(on.mallory, [], {}))),
      isGroupInfo: (groupInfo) => equal(groupInfo, randomBytes(groupInfo.length)),
    }),
  ],
  [
    "a valid commit with a GroupInfo that somebody else signed",
    GROUP_INFO,
    async (on) => {
      const record = await changed(on, bentCommit(on.mallory, [], {}));
      return { ...record, groupInfoSignature: randomBytes(64), isGroupInfo: () => true };
    },
  ],
  [
    "a valid commit with half a signature",
    GROUP_INFO,
    async (on) => {
      const record = await changed(on, bentCommit(on.mallory, [], {}));
      const groupInfoSignature = record.groupInfoSignature.subarray(0, 32);
      return { ...record, groupInfoSignature, isGroupInfo: () => true };
    },
  ],
  [
    "garbage for a commit",
    SHAPE,
    async (on) => ({
      ...(await changed(on, bentCommit(on.mallory, [], {}))),
      commit: randomBytes(700),
    }),
  ],
  [
    "a commit with a byte behind it",
    SHAPE,
    async (on) => {
      const record = await changed(on, bentCommit(on.mallory, [], {}));
      return { ...record, commit: Uint8Array.of(...record.commit, 0) };
    },
  ],
  [
    "a valid commit in another encoding",
    "the commit is malformed",
    async (on) => {
      const record = await changed(on, bentCommit(on.mallory, [], {}));
      // The group id's length, 16, in two bytes where one would do.
      const longer = Uint8Array.of(0x40, 16, ...record.commit.subarray(1));
      return { ...record, commit: longer };
    },
  ],
  [
    "a commit in private",
    SHAPE,
    async (on) => {
      const state = on.mallory.group.inner.mls;
      const made = await createCommit({ state, cipherSuite: provider });
      return {
        ...(await changed(on, bentCommit(on.mallory, [], {}))),
        commit: encodeMlsMessage(made.commit),
      };
    },
  ],
];

describe("[§4 commits] void for all, and the room lives on:", () => {
  test.each([...byJoining, ...byMember])("%s", async (_, reason, make) => {
    const on = await stage();
    const record = await make(on);
    await expectVoid(on, record, reason);
  });

  test("a commit in another member's name", async () => {
    const on = await stage();
    const leaf = on.alice.group.inner.mls.ratchetTree[0];
    if (leaf?.nodeType !== "leaf") throw new Error("no leaf");
    const { signaturePublicKey, credential } = leaf.leaf;
    const { mls } = on.mallory.group.inner;
    const asAlice = { ...mls, privatePath: { ...mls.privatePath, leafIndex: 0 } };
    const inner = { ...on.mallory.group.inner, mls: asAlice };
    const forger = { ...on.mallory, group: { ...on.mallory.group, inner } };
    const made = await bentCommit(forger, [], {
      leaf: (honest) => ({ ...honest, signaturePublicKey, credential }),
    });
    on.room.people.splice(3, 1);
    const verdicts = await deliver(on.room, recordOf(on.alice.identity.session, [], made));
    expect([...verdicts.values()]).toEqual([
      { kind: "void", reason: "my own commit, but not the pending one" },
      { kind: "void", reason: LIBRARY },
      { kind: "void", reason: LIBRARY },
    ]);
    await expectLife(on.room);
  });

  test("a join beyond the cap, by a client that does not ask", async () => {
    const on = await stage({ ...POLICY, memberCap: 4 });
    const record = await joined(on, bentJoin(on.eve, on.room, {}));
    on.room.people.splice(3, 1);
    for (const verdict of (await deliver(on.room, record)).values()) {
      expect(verdict).toEqual({ kind: "void", reason: "the room is full" });
    }
  });

  test("a commit of the epoch before, and the same commit again", async () => {
    const on = await stage();
    const old = await changed(on, bentCommit(on.mallory, [], {}));
    const now = await changed(on, bentCommit(on.mallory, [], {}));
    on.room.people.splice(3, 1);
    await deliver(on.room, now);
    for (const record of [old, now]) {
      for (const verdict of (await deliver(on.room, record)).values()) {
        expect(verdict).toEqual({ kind: "void", reason: "the commit is of another epoch" });
      }
    }
  });

  test("whatever a removed member commits", async () => {
    const on = await stage();
    const { room, alice, mallory } = on;
    const held = { ...mallory };
    await commits(room, alice, [mallory]);
    const { epoch } = alice.group;
    const { mls } = held.group.inner;
    const next = { ...mls, groupContext: { ...mls.groupContext, epoch } };
    const claims = { ...held, group: { ...held.group, inner: { ...held.group.inner, mls: next } } };
    for (const who of [held, claims]) {
      const record = await changed(on, bentCommit(who, [1], {}), [on.bob.identity.session]);
      for (const verdict of (await deliver(room, record)).values())
        expect(verdict.kind).toBe("void");
    }
    await expectLife(room);
  });
});

test("[§4 who] a junk key at the root: void for everybody, since everybody is told its secret", async () => {
  const on = await stage();
  const junk = randomBytes(32).fill(0x42, 31);
  const nodeKey = (key: Uint8Array, level: number) => (level === 1 ? junk : key);
  const record = await changed(on, bentCommit(on.mallory, [], { nodeKey }));
  await expectVoid(on, record, "a private key does not fit the tree");
});

test("[§4 splits] a junk key or secret for carol alone: she says void, the others apply, and it shows", async () => {
  const junk = randomBytes(32).fill(0x42, 31);
  const bends = [
    { nodeKey: (key: Uint8Array, level: number) => (level === 0 ? junk : key) },
    {
      ciphertext: (sealed: { kemOutput: Uint8Array; ciphertext: Uint8Array }, recipient: number) =>
        recipient === 4 ? { ...sealed, ciphertext: randomBytes(48) } : sealed,
    },
  ];
  for (const bend of bends) {
    const on = await stage();
    const { room, alice, bob, carol, mallory } = on;
    room.people.splice(3, 1);
    const verdicts = await deliver(room, await changed(on, bentCommit(mallory, [], bend)));
    expect([...verdicts].map(([name, { kind }]) => [name, kind])).toEqual([
      ["alice", "applied"],
      ["bob", "applied"],
      ["carol", "void"],
    ]);
    expect(alice.group.authenticator).toEqual(bob.group.authenticator);
    expect(alice.group.authenticator).not.toEqual(carol.group.authenticator);
    expect(await reads(carol, alice, await seals(alice, "hello?"))).toBeNull();
    expect(await reads(bob, alice, await seals(alice, "hello?"))).toBe("hello?");
  }
});

describe("[§4 joining] a GroupInfo that a joiner cannot check leaves it unconfirmed:", () => {
  const joinBy = async ({ room, eve }: Stage, groupInfo: Uint8Array): Promise<Pending> => {
    const pending = await join({ ...eve, routeId: room.routeId, groupInfo });
    if (pending === null) throw new Error("refused");
    return pending;
  };
  const expectUnconfirmed = ({ room, eve }: Stage, { group }: Pending) => {
    for (const person of room.people) {
      const { session } = person.identity;
      const confirm = sealSignal(person.group, 1, utf8("confirm"));
      expect(openSignal(group, session, confirm)).toBeNull();
      const answer = sealSignal(group, 1, utf8("typing"));
      expect(openSignal(person.group, eve.identity.session, answer)).toBeNull();
    }
  };

  test("a made-up group with copied leaves, signed by a member of the real one", async () => {
    const on = await stage();
    const phantom = await bentCommit(on.mallory, [], {});
    on.room.people.splice(3, 1);
    const pending = await joinBy(on, phantom.groupInfo);
    const record = recordOf(on.eve.identity.session, [], pending);
    for (const verdict of (await deliver(on.room, record)).values()) {
      expect(verdict).toEqual({ kind: "void", reason: "the commit is of another epoch" });
    }
    expectUnconfirmed(on, pending);
    await expectLife(on.room);
  });

  test("the same at the real epoch's number: the members see another tree", async () => {
    const on = await stage();
    const phantom = await bentCommit(on.mallory, [], {});
    await commits(on.room, on.alice);
    on.room.people.splice(3, 1);
    const pending = await joinBy(on, phantom.groupInfo);
    const record = recordOf(on.eve.identity.session, [], pending);
    for (const verdict of (await deliver(on.room, record)).values())
      expect(verdict.kind).toBe("void");
    expectUnconfirmed(on, pending);
    await expectLife(on.room);
  });

  test("a genuine one from before a removal", async () => {
    const on = await stage();
    const { groupInfo } = on.room;
    await commits(on.room, on.alice, [on.mallory]);
    const pending = await joinBy(on, groupInfo);
    const record = recordOf(on.eve.identity.session, [], pending);
    for (const verdict of (await deliver(on.room, record)).values()) {
      expect(verdict).toEqual({ kind: "void", reason: "the commit is of another epoch" });
    }
    expectUnconfirmed(on, pending);
    await expectLife(on.room);
  });

  test("while one that no leaf of its tree has signed is refused", async () => {
    const on = await stage();
    const outsider = { ...on.mallory, identity: { ...on.eve.identity } };
    const made = await bentCommit(outsider, [], {}).catch(() => null);
    const { room, eve } = on;
    const { routeId } = room;
    expect(made).not.toBeNull();
    const groupInfo = made?.groupInfo ?? new Uint8Array(0);
    expect(await join({ ...eve, routeId, groupInfo })).toBeNull();
    expect(await join({ ...eve, routeId, groupInfo: randomBytes(900) })).toBeNull();
  });
});

test("[§4 commits] a void record leaves pending commits usable", async () => {
  const on = await stage();
  const pending = await commit(on.alice.group, []);
  const garbage = { ...recordOf(on.eve.identity.session, [], pending), commit: randomBytes(300) };
  await deliver(on.room, garbage);
  const own = recordOf(on.alice.identity.session, [], pending);
  const verdicts = await deliver(on.room, own, new Map([[on.alice, pending]]));
  for (const verdict of verdicts.values()) expect(verdict.kind).toBe("applied");
});

test("[§4 bounds] a commit with any byte changed is void for all, and never throws", async () => {
  const on = await stage();
  on.room.people.splice(3, 1);
  const [alice, bob] = on.room.people as [Person, Person];
  const records = [
    await joined(on, bentJoin(on.eve, on.room, {})),
    await changed(on, bentCommit(on.mallory, [2], {}), [on.carol.identity.session]),
  ];
  for (const record of records) {
    for (let at = 0; at < record.commit.length; at++) {
      const damaged = record.commit.map((byte, index) =>
        index === at ? byte ^ (1 << (at % 8)) : byte,
      );
      for (const { group } of [alice, bob]) {
        expect((await apply(group, { ...record, commit: damaged })).kind).toBe("void");
      }
    }
    expect((await apply(alice.group, record)).kind).toBe("applied");
  }
});
