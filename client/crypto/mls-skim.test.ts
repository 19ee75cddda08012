import { decodeGroupInfo, type GroupInfo } from "ts-mls/groupInfo.js";
import { beforeAll, expect, test } from "vitest";
import { concat } from "../../shared/bytes.ts";
import { readGroupInfo } from "./group-info.ts";
import { commits, roomOf, type Person } from "./group-world.ts";
import { commit, join } from "./group.ts";
import { newcomer } from "./group-world.ts";
import { looksLikeCommit, looksLikeTree } from "./mls-skim.ts";
import { CAPABILITIES_BYTES } from "./mls-profile.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

/** A vector's length in 4 bytes, then its bytes. */
const vector = (bytes: Uint8Array) =>
  concat(
    Uint8Array.of(0x80, bytes.length >> 16, (bytes.length >> 8) & 255, bytes.length & 255),
    bytes,
  );

test("[§4 bounds] what honest members make looks like it: joins, removals, blanks, one member", async () => {
  const room = await roomOf(["alice", "bob", "carol", "dave"]);
  const [alice, bob, carol, dave] = room.people as [Person, Person, Person, Person];
  const pending = await commit(alice.group, [bob.identity.session, carol.identity.session]);
  expect(looksLikeCommit(pending.commit)).toBe(true);
  const { routeId } = room;
  const joining = await join({ ...newcomer("erin"), routeId, groupInfo: room.groupInfo });
  expect(joining !== null && looksLikeCommit(joining.commit)).toBe(true);
  await commits(room, dave, [bob]);
  await commits(room, dave, [alice, carol]);
  const read = readGroupInfo(room.groupInfo, routeId);
  expect(read?.members.map(({ leaf }) => leaf)).toEqual([3]);
});

test("[§4 bounds] lengths and lists that only claim to be large are refused before they are decoded", async () => {
  const room = await roomOf(["alice", "bob"]);
  const info = decodeGroupInfo(room.groupInfo, 0)?.[0] as GroupInfo;
  const tree = info.extensions[1]?.extensionData ?? new Uint8Array(0);
  expect(looksLikeTree(tree)).toBe(true);
  const at = tree.findIndex((_, index) =>
    CAPABILITIES_BYTES.every((byte, offset) => tree[index + offset] === byte),
  );
  const manySuites = concat(Uint8Array.of(2, 0, 1), vector(new Uint8Array(30_000).fill(3)));
  const hostile = [
    vector(new Uint8Array(200)),
    vector(new Uint8Array(32_000)),
    Uint8Array.of(0xbf, 0xff, 0xff, 0xff, 0),
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    vector(concat(tree.subarray(2, at), manySuites)),
    tree.subarray(0, -1),
    concat(tree, Uint8Array.of(0)),
    new Uint8Array(0),
  ];
  for (const bytes of hostile) expect(looksLikeTree(bytes)).toBe(false);
  expect(looksLikeTree(vector(new Uint8Array(199)))).toBe(true);
});

test("[§4 bounds] no cut of a commit looks like one", async () => {
  const room = await roomOf(["alice", "bob"]);
  const [alice, bob] = room.people as [Person, Person];
  const { commit: bytes } = await commit(alice.group, [bob.identity.session]);
  for (let at = 0; at < bytes.length; at++)
    expect(looksLikeCommit(bytes.subarray(0, at))).toBe(false);
});
