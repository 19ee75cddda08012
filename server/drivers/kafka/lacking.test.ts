/** When a region that lacks a partition may begin at a reset, and when it begins one itself. */
import { randomBytes } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { createHandClock, type HandClock } from "../../stories/hand-clock.ts";
import { obtainPartition } from "./lacking.ts";
import {
  decodePartitionRecord,
  encodePartitionRecord,
  parseRegionName,
  recordIdOf,
  type PartitionRecord,
  type RegionName,
} from "./partition-records.ts";
import { createPausing } from "./pausing.ts";
import { createTestLog, type TestLog } from "./test-topic.ts";

const freshId = () => recordIdOf(randomBytes(16));
const regionOf = (text: string): RegionName => {
  const region = parseRegionName(text);
  if (region === null) throw new Error("no name");
  return region;
};
const [NORTH, SOUTH] = [regionOf("north"), regionOf("south")];

let clock: HandClock;
let log: TestLog;
let adopted: number[];
let isObtained: boolean;

beforeEach(() => {
  clock = createHandClock(Date.now());
  log = createTestLog(clock, 1);
  adopted = [];
  isObtained = false;
});

const append = (record: PartitionRecord) => log.append(0, encodePartitionRecord(record));
const heartbeat = (has: boolean, region = SOUTH) =>
  append({ kind: "heartbeat", id: freshId(), region, has });
const reset = (readUpTo: number) =>
  append({ kind: "reset", id: freshId(), region: SOUTH, readUpTo });

function begin(copy: () => Promise<boolean> = () => Promise.resolve(false)): void {
  void obtainPartition({
    topic: log.connect(NORTH),
    clock,
    region: NORTH,
    partition: 0,
    freshId,
    copy,
    adopt: (place) => {
      adopted.push(place.applied);
      return Promise.resolve(true);
    },
    pausing: createPausing(clock),
    isOver: () => false,
  }).then(
    () => (isObtained = true),
    // Away; its caller tries again.
    () => undefined,
  );
}

/** A log whose beginning is gone, so that not everything that ever stood in it can be read. */
function olderLog(): void {
  for (let i = 0; i < 5; i++) heartbeat(true);
  log.dropAll();
}

const resets = () =>
  log.records(0).flatMap(({ offset, bytes }) => {
    const record = decodePartitionRecord(bytes);
    return record?.kind === "reset" && record.region === NORTH ? [offset] : [];
  });

test("a new log is begun at once", async () => {
  begin();
  await clock.advance(100);
  expect(isObtained).toBe(true);
  expect(adopted).toEqual([0]);
});

test("an old log is begun anew only after 5 s without anyone who has it", async () => {
  olderLog();
  begin();
  await clock.advance(4_900);
  expect(resets()).toEqual([]);
  await clock.advance(1_500);
  expect(resets()).toHaveLength(1);
  expect(adopted).toEqual(resets());
});

test("while another region says that it has it, nothing is begun", async () => {
  olderLog();
  begin();
  for (let second = 0; second < 20; second++) {
    heartbeat(true);
    await clock.advance(1_000);
  }
  expect(resets()).toEqual([]);
  for (let second = 0; second < 7; second++) {
    heartbeat(false);
    await clock.advance(1_000);
  }
  expect(resets()).toHaveLength(1);
});

test("own heartbeats, and those of who lacks it too, count for nothing", async () => {
  olderLog();
  begin();
  for (let second = 0; second < 7; second++) {
    heartbeat(true, NORTH);
    heartbeat(false, SOUTH);
    await clock.advance(1_000);
  }
  expect(resets()).toHaveLength(1);
});

test("a reset is begun at only by who has read everything since what its maker had read", async () => {
  olderLog();
  begin();
  await clock.advance(10);
  heartbeat(true);
  // Its maker had not read what came before we began to read: a valid reset may stand there.
  reset(3);
  await clock.advance(100);
  expect(adopted).toEqual([]);
  reset(6);
  await clock.advance(100);
  expect(adopted).toEqual([7]);
});

test("a reset after one that its maker had not read is void, and not begun at", async () => {
  olderLog();
  begin();
  await clock.advance(10);
  // Void by itself, but who lacks the partition cannot tell; nothing is built on it.
  reset(2);
  reset(4);
  await clock.advance(100);
  expect(adopted).toEqual([]);
});

test("a log that is read whole is begun at its first valid reset", async () => {
  heartbeat(false);
  reset(0);
  heartbeat(true);
  begin();
  await clock.advance(100);
  expect(adopted).toEqual([1]);
});

test("who gets a copy begins nothing", async () => {
  olderLog();
  begin(() => Promise.resolve(clock.now() > 1_000));
  await clock.advance(2_000);
  expect(isObtained).toBe(true);
  expect(adopted).toEqual([]);
  expect(resets()).toEqual([]);
});

test("a log that may be another one by now is not pieced together", async () => {
  olderLog();
  begin();
  await clock.advance(10);
  heartbeat(true);
  // The connection was lost and came back: what stood between may have been another log's.
  log.cut(NORTH, 500);
  await clock.advance(600);
  reset(5);
  await clock.advance(100);
  expect(adopted).toEqual([]);
});
