import { beforeAll, describe, expect, it } from "vitest";
import { MAX_GROUP_INFO_BYTES } from "../../shared/limits.ts";
import type { Commit, Post } from "../../shared/protocol.ts";
import { POLICY } from "../crypto/group-world.ts";
import { createIdentity } from "../crypto/identity.ts";
import { createSecret, deriveRoomKeys } from "../crypto/keys.ts";
import { randomBytes, ready } from "../crypto/sodium.ts";
import * as seals from "./seals.ts";

beforeAll(ready);

const keysOf = () => deriveRoomKeys(createSecret(), null);
const someone = () => createIdentity().session;

describe("a post's cover", () => {
  const cover = { epochRecord: 3, epochTag: new Uint8Array(8), inner: new Uint8Array(100) };
  function sealed() {
    const keys = keysOf();
    const post = { session: someone(), counter: 4, names: 3, files: [] };
    const bytes = seals.sealPostCover(keys, post, cover);
    if (bytes === null) throw new Error("too large");
    return { keys, post: { kind: "post", ...post, sealed: bytes } satisfies Post };
  }

  it("opens under the header that its record has", () => {
    const { keys, post } = sealed();
    expect(seals.openPostCover(keys, post)).toEqual(cover);
  });

  it("[J5] opens under no other session, counter, name or room, nor with a bit changed", () => {
    const { keys, post } = sealed();
    const flipped = Uint8Array.from(post.sealed);
    flipped[200] = (flipped[200] ?? 0) ^ 1;
    for (const other of [
      { ...post, session: someone() },
      { ...post, counter: 5 },
      { ...post, names: 4 },
      { ...post, sealed: flipped },
      { ...post, sealed: randomBytes(512) },
    ]) {
      expect(seals.openPostCover(keys, other)).toBeNull();
    }
    expect(seals.openPostCover(keysOf(), post)).toBeNull();
  });
});

describe("a GroupInfo", () => {
  const commitWith = (hash: Uint8Array<ArrayBuffer>): Commit => ({
    kind: "commit",
    session: someone(),
    follows: 1,
    removes: [],
    groupInfoHash: hash,
    sealed: new Uint8Array(512),
  });

  it("[I1] is sealed alike by every member, and opens only beside the record that names it", () => {
    const keys = keysOf();
    const groupInfo = randomBytes(700);
    const mine = seals.sealGroupInfo(keys, groupInfo);
    const theirs = seals.sealGroupInfo(keys, Uint8Array.from(groupInfo));
    expect(mine).toEqual(theirs);
    if (mine === null) throw new Error("too large");
    const last = { ...commitWith(mine.hash), number: 2, acceptedAtMs: 0 };
    expect(seals.isGroupInfoOf(keys, last, groupInfo)).toBe(true);
    expect(seals.isGroupInfoOf(keys, last, randomBytes(700))).toBe(false);
    expect(seals.openGroupInfo(keys, last, mine.sealed)).toEqual(groupInfo);
    const other = { ...commitWith(randomBytes(32)), number: 2, acceptedAtMs: 0 };
    expect(seals.openGroupInfo(keys, other, mine.sealed)).toBeNull();
    expect(seals.openGroupInfo(keysOf(), last, mine.sealed)).toBeNull();
  });

  it("[I1] an `open` carries its own: another beside it is refused", () => {
    const keys = keysOf();
    const about = { session: someone(), rules: 1, policy: POLICY };
    const groupInfo = randomBytes(300);
    const sealed = seals.sealOpen(keys, about, groupInfo);
    if (sealed === null) throw new Error("too large");
    const open = {
      kind: "open",
      ...about,
      refounding: null,
      sealed,
      number: 1,
      acceptedAtMs: 0,
    } as const;
    expect(seals.openGroupInfo(keys, open, sealed)).toEqual(groupInfo);
    expect(seals.openGroupInfo(keys, open, randomBytes(512))).toBeNull();
    const longer = { ...open, policy: { ...POLICY, messageTtlMs: POLICY.messageTtlMs + 1 } };
    expect(seals.openOpen(keys, longer)).toBeNull();
  });

  it("[W3] above its limit is not sealed at all", () => {
    const keys = keysOf();
    const sealed = seals.sealGroupInfo(keys, new Uint8Array(70_000));
    expect(sealed).toBeNull();
    expect(MAX_GROUP_INFO_BYTES).toBeLessThan(70_000);
  });
});

it("[S1] a signal opens for its sender's session only", () => {
  const keys = keysOf();
  const [alice, bob] = [someone(), someone()];
  const sealed = seals.sealSignalCover(keys, alice, Uint8Array.of(1, 2, 3));
  if (sealed === null) throw new Error("too large");
  expect(seals.openSignalCover(keys, alice, sealed)).toEqual(Uint8Array.of(1, 2, 3));
  expect(seals.openSignalCover(keys, bob, sealed)).toBeNull();
});

it("a fingerprint tells sealed bytes apart", () => {
  const bytes = randomBytes(512);
  expect(seals.fingerprint(bytes)).toBe(seals.fingerprint(Uint8Array.from(bytes)));
  expect(seals.fingerprint(bytes)).not.toBe(seals.fingerprint(randomBytes(512)));
  expect(seals.fingerprint(bytes)).toMatch(/^[0-9a-f]{32}$/);
});
