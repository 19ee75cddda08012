import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { incarnationOf } from "../../../shared/ids.ts";
import { ALICE, BOB, commit, leave, open, post, ROUTE } from "../../ports/test-room.ts";
import { decodeAnswer, encodeAnswer, type Answer } from "./answers.ts";
import { incarnationAt, openedAtMsOf } from "./incarnations.ts";
import {
  decodePartitionRecord,
  encodePartitionRecord,
  parseRegionName,
  recordIdOf,
  type PartitionRecord,
  type RegionName,
} from "./partition-records.ts";

const region = (name: string): RegionName => {
  const parsed = parseRegionName(name);
  if (parsed === null) throw new Error("no name");
  return parsed;
};
const freshId = () => recordIdOf(randomBytes(16));
const INCARNATION = incarnationOf(randomBytes(8));
const asking = () => ({
  id: freshId(),
  region: region("north-1"),
  relay: "00112233aabbccdd",
  routeId: ROUTE,
});
const of = { incarnation: INCARNATION };

const RECORDS: readonly PartitionRecord[] = [
  { kind: "heartbeat", id: freshId(), region: region("a"), has: true },
  { kind: "heartbeat", id: freshId(), region: region("a"), has: false },
  { kind: "reset", id: freshId(), region: region("b"), readUpTo: -1 },
  { kind: "reset", id: freshId(), region: region("b"), readUpTo: 2 ** 40 },
  { kind: "proposal", ...asking(), of: { life: freshId() }, candidate: open(), silence: null },
  { kind: "proposal", ...asking(), of, candidate: commit(BOB, 1), silence: null },
  { kind: "proposal", ...asking(), of, candidate: post(ALICE, 1), silence: null },
  {
    kind: "proposal",
    ...asking(),
    of,
    candidate: leave(ALICE, 1),
    silence: { region: region("south"), heartbeat: -1 },
  },
  { kind: "purge", ...asking(), incarnation: INCARNATION },
];

describe("what stands in a partition", () => {
  test("every kind of record is read as it was written", () => {
    for (const record of RECORDS) {
      expect(decodePartitionRecord(encodePartitionRecord(record))).toEqual(record);
    }
  });

  test("cut, lengthened or of another version it is nothing", () => {
    for (const record of RECORDS) {
      const bytes = encodePartitionRecord(record);
      for (let length = 0; length < bytes.length; length += 7) {
        expect(decodePartitionRecord(bytes.subarray(0, length))).toBeNull();
      }
      expect(decodePartitionRecord(Uint8Array.of(...bytes, 0))).toBeNull();
      expect(decodePartitionRecord(bytes.with(0, 9))).toBeNull();
      expect(decodePartitionRecord(bytes.with(1, 99))).toBeNull();
    }
  });

  test("what could not be meant is nothing: a silence of a post, an open without a life", () => {
    const silence = { region: region("south"), heartbeat: 3 };
    const strange: readonly PartitionRecord[] = [
      { kind: "proposal", ...asking(), of, candidate: post(ALICE, 1), silence },
      { kind: "proposal", ...asking(), of, candidate: open(), silence: null },
      {
        kind: "proposal",
        ...asking(),
        of: { life: freshId() },
        candidate: post(ALICE, 1),
        silence: null,
      },
    ];
    for (const record of strange) {
      expect(decodePartitionRecord(encodePartitionRecord(record))).toBeNull();
    }
  });

  test("a region's name is short and plain", () => {
    for (const text of ["", "A", "a b", "a".repeat(33), "ü", "a\n"]) {
      expect(parseRegionName(text)).toBeNull();
    }
    expect(parseRegionName("eu-west-1")).toBe("eu-west-1");
  });
});

describe("answers", () => {
  const id = freshId();
  const ANSWERS: readonly Answer[] = [
    { id, outcome: { kind: "accepted", number: 7 } },
    { id, outcome: { kind: "refused", reason: "expect", detail: 3 } },
    { id, outcome: { kind: "void" } },
    { id, outcome: { kind: "purged" } },
  ];

  test("each is read as it was written, and nothing else is", () => {
    for (const answer of ANSWERS) {
      const bytes = encodeAnswer(answer);
      expect(decodeAnswer(bytes)).toEqual(answer);
      expect(decodeAnswer(bytes.subarray(1))).toBeNull();
      expect(decodeAnswer(Uint8Array.of(...bytes, 0))).toBeNull();
    }
  });
});

test("an incarnation tells when its open was appended, and later ones sort later", () => {
  const life = freshId();
  const [first, second] = [
    incarnationAt(life, 5, 1_790_000_000_000),
    incarnationAt(life, 6, 1_790_000_000_001),
  ];
  expect(openedAtMsOf(first)).toBe(1_790_000_000_000);
  expect(first < second).toBe(true);
  expect(incarnationAt(freshId(), 5, 1_790_000_000_000)).not.toBe(first);
});
