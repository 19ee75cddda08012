/** How a partition's records are applied, one after the other, to a real Redis. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Incarnation } from "../../../shared/ids.ts";
import type { Candidate } from "../../ports/log.ts";
import { ALICE, BOB, commit, leave, open, POLICY, post, ROUTE } from "../../ports/test-room.ts";
import { judge } from "../../room/judge.ts";
import { createHandClock } from "../../stories/hand-clock.ts";
import { namesOf } from "../redis/keys.ts";
import { createRedisLink, type RedisLink } from "../redis/link.ts";
import { startRedis, type TestRedis } from "../redis/test-redis.ts";
import { decodeAnswer, type Answer } from "./answers.ts";
import { createApplying, type Applying } from "./applying.ts";
import { loadRooms } from "./held-rooms.ts";
import { partitionNames } from "./keys.ts";
import type { LoggedRecord } from "./order-topic.ts";
import {
  encodePartitionRecord,
  parseRegionName,
  recordIdOf,
  type LifeId,
  type PartitionRecord,
  type RegionName,
  type Silence,
} from "./partition-records.ts";
import { PLACE_TTL_MS, parsePlace, placeFields, type Place } from "./place.ts";
import { ADOPT } from "./scripts.ts";

const NAMES = partitionNames(0);
const ROOM = namesOf(ROUTE, 1);
const RELAY = "00112233aabbccdd";
const STARTED_MS = Date.now();
const clock = createHandClock(STARTED_MS);
const freshId = () => recordIdOf(randomBytes(16));
const LIFE: LifeId = freshId();
let redis: TestRedis;
let link: RedisLink;
let answers: Answer[] = [];
let logged: LoggedRecord[] = [];

const regionOf = (text: string): RegionName => {
  const region = parseRegionName(text);
  if (region === null) throw new Error("no name");
  return region;
};
const [NORTH, SOUTH] = [regionOf("north"), regionOf("south")];

beforeAll(async () => {
  redis = await startRedis();
  link = createRedisLink(redis.place, {
    item(channel, bytes) {
      const answer = channel === NAMES.answersOf(RELAY) ? decodeAnswer(bytes) : null;
      if (answer !== null) answers.push(answer);
    },
    back: () => undefined,
  });
  await link.connected();
  await link.subscribe(NAMES.answersOf(RELAY));
});
afterAll(async () => {
  link.close();
  await redis.stop();
});

beforeEach(async () => {
  await redis.client.flushall();
  answers = [];
  logged = [];
  const place: Place = {
    life: LIFE,
    applied: 0,
    appliedId: LIFE,
    resetAt: 0,
    timeMs: STARTED_MS,
    heartbeats: new Map(),
    step: 0,
    silent: new Map(),
  };
  const args = [NAMES.rooms, NAMES.prefix, PLACE_TTL_MS, ...placeFields(place)];
  expect(String(await link.script(ADOPT, NAMES.place, args))).toBe("ok");
});

async function readPlace(): Promise<Place> {
  const place = parsePlace(await link.command("HGETALL", NAMES.place));
  if (place === null || place === undefined) throw new Error("no place");
  return place;
}

/** As an owner that begins from what Redis holds. */
async function begin(): Promise<Applying> {
  const parts = { link, clock, judge, partition: 0, partitions: 1 };
  const place = await readPlace();
  const told = { region: NORTH, heard: () => undefined, strange: () => undefined };
  return createApplying({ ...parts, ...told }, place, await loadRooms(parts, place.life));
}

/** The next record of the log. */
function log(record: PartitionRecord, afterMs = 0): LoggedRecord {
  const appendedAtMs = STARTED_MS + afterMs;
  const bytes = encodePartitionRecord(record);
  const next = { offset: logged.length + 1, appendedAtMs, bytes };
  logged.push(next);
  return next;
}

interface Meant {
  readonly incarnation?: Incarnation;
  readonly life?: LifeId;
  readonly silence?: Silence;
  readonly afterMs?: number;
}

function propose(candidate: Candidate, { incarnation, life, silence, afterMs = 0 }: Meant = {}) {
  const of = incarnation === undefined ? { life: life ?? LIFE } : { incarnation };
  const asking = { id: freshId(), region: NORTH, relay: RELAY, routeId: ROUTE };
  const record = { kind: "proposal", ...asking, of, candidate, silence: silence ?? null } as const;
  return log(record, afterMs);
}

const heartbeat = (region: RegionName, afterMs = 0) =>
  log({ kind: "heartbeat", id: freshId(), region, has: true }, afterMs);

async function outcomes(): Promise<string[]> {
  await link.ping();
  return answers.map(({ outcome }) =>
    outcome.kind === "accepted"
      ? `accepted ${outcome.number}`
      : outcome.kind === "refused"
        ? `refused ${outcome.reason}`
        : outcome.kind,
  );
}

const stateOf = () => redis.client.hgetall(ROOM.state);

/** A room with alice in it, and the incarnation that it has. */
async function founded(applying: Applying, afterMs = 0): Promise<Incarnation> {
  await applying.apply([propose(open(), { afterMs })]);
  const incarnation = applying.rooms().get(ROUTE)?.life.incarnation;
  if (incarnation === undefined) throw new Error("no room");
  return incarnation;
}

test("[O1] what is accepted is written with its number, and answered after it", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  await applying.apply([
    propose(post(ALICE, 1), { incarnation }),
    propose(post(ALICE, 3), { incarnation }),
    propose(commit(BOB, 1), { incarnation }),
  ]);
  expect(await outcomes()).toEqual(["accepted 1", "accepted 2", "refused expect", "accepted 3"]);
  expect((await stateOf())["@head"]).toBe("3");
  expect((await readPlace()).applied).toBe(4);
});

test("[P3] a record that the log holds twice is in the order once", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  await applying.apply([
    propose(post(ALICE, 1), { incarnation }),
    propose(post(ALICE, 1), { incarnation }),
  ]);
  expect(await outcomes()).toEqual(["accepted 1", "accepted 2", "refused duplicate"]);
});

test("[K3] a former owner that was held up can neither repeat nor skip", async () => {
  const former = await begin();
  const incarnation = await founded(former);
  const first = propose(post(ALICE, 1), { incarnation });
  const second = propose(post(ALICE, 2), { incarnation });
  const next = await begin();
  await next.apply([first, second]);
  // It applies the same records late, then one that comes after them.
  await expect(former.apply([first])).rejects.toThrow(/another relay|do not follow/);
  const late = await begin();
  const third = propose(post(ALICE, 3), { incarnation });
  await next.apply([third]);
  await expect(late.apply([third])).rejects.toThrow(/another relay|do not follow/);
  await expect(next.apply([first])).rejects.toThrow(/another relay|do not follow/);
  expect((await stateOf())["@head"]).toBe("4");
  expect(await outcomes()).toEqual(["accepted 1", "accepted 2", "accepted 3", "accepted 4"]);
});

test("[K3] steps of a life that has ended are refused, whatever their offset", async () => {
  const former = await begin();
  const incarnation = await founded(former);
  const next = await begin();
  const reset = log({ kind: "reset", id: freshId(), region: SOUTH, readUpTo: 1 });
  await next.apply([reset]);
  const stale = { ...propose(post(ALICE, 1), { incarnation }), offset: 2 };
  await expect(former.apply([stale])).rejects.toThrow(/another relay|do not follow/);
  expect(await stateOf()).toEqual({});
});

test("[K2] what is meant for another incarnation is void, even where the rules would take it", async () => {
  const applying = await begin();
  const before = await founded(applying);
  await applying.apply([log({ kind: "reset", id: freshId(), region: SOUTH, readUpTo: 1 })]);
  const { life } = applying.place();
  await applying.apply([propose(open(), { life })]);
  // In the new incarnation alice's arrival has the same number.
  await applying.apply([propose(leave(ALICE, 1), { incarnation: before })]);
  expect(await outcomes()).toEqual(["accepted 1", "accepted 1", "void"]);
  expect((await stateOf())["seats"]).toBe("1");
});

test("[K2] an open of a life that has ended founds nothing", async () => {
  const applying = await begin();
  await applying.apply([log({ kind: "reset", id: freshId(), region: SOUTH, readUpTo: 0 })]);
  await applying.apply([propose(open(), { life: LIFE })]);
  expect(await outcomes()).toEqual(["void"]);
  expect(await stateOf()).toEqual({});
});

test("[K7] a leave for a silent region is void where a newer heartbeat of it stands before it", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  const heard = heartbeat(SOUTH);
  await applying.apply([heard, propose(commit(BOB, 1), { incarnation })]);
  const silence = { region: SOUTH, heartbeat: heard.offset };
  const newer = heartbeat(SOUTH);
  await applying.apply([newer, propose(leave(BOB, 2), { incarnation, silence })]);
  const named = { region: SOUTH, heartbeat: newer.offset };
  await applying.apply([propose(leave(BOB, 2), { incarnation, silence: named })]);
  expect((await outcomes()).slice(2)).toEqual(["void", "accepted 3"]);
});

test("[K4] a reset is void after a valid one that its maker had not read, and one from the future", async () => {
  const applying = await begin();
  await founded(applying);
  const { life } = applying.place();
  await applying.apply([log({ kind: "reset", id: freshId(), region: SOUTH, readUpTo: -1 })]);
  await applying.apply([log({ kind: "reset", id: freshId(), region: SOUTH, readUpTo: 99 })]);
  expect(applying.place().life).toBe(life);
  expect(await stateOf()).not.toEqual({});
  const valid = log({ kind: "reset", id: freshId(), region: SOUTH, readUpTo: 1 });
  await applying.apply([valid, log({ kind: "reset", id: freshId(), region: NORTH, readUpTo: 2 })]);
  expect((await readPlace()).resetAt).toBe(valid.offset);
  expect(await redis.client.keys("*")).toEqual([NAMES.place]);
});

test("[O6] the lifetime ends a room by the log's time, before the record that shows it", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  const justBefore = { incarnation, afterMs: POLICY.lifetimeMs - 1 };
  await applying.apply([propose(post(ALICE, 1), justBefore)]);
  await applying.apply([propose(post(ALICE, 2), { incarnation, afterMs: POLICY.lifetimeMs })]);
  expect(await outcomes()).toEqual(["accepted 1", "accepted 2", "void"]);
  expect(await redis.client.keys("*")).toEqual([NAMES.place]);
});

test("[O6] a purge ends that incarnation and no other", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  const asking = { id: freshId(), region: NORTH, relay: RELAY, routeId: ROUTE };
  const other = incarnation.replace(/..$/, incarnation.endsWith("00") ? "01" : "00") as Incarnation;
  await applying.apply([log({ kind: "purge", ...asking, incarnation: other })]);
  expect(await stateOf()).not.toEqual({});
  await applying.apply([log({ kind: "purge", ...asking, incarnation })]);
  expect(await redis.client.keys("*")).toEqual([NAMES.place]);
});

test("bytes that no relay of ours produced are passed over, in every region alike", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  const garbage = [new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(randomBytes(500))];
  for (const bytes of garbage) {
    const strange = { ...heartbeat(SOUTH), bytes };
    await applying.apply([strange]);
  }
  await applying.apply([propose(post(ALICE, 1), { incarnation })]);
  expect(await outcomes()).toEqual(["accepted 1", "accepted 2"]);
});

test("[K3] a step that Redis did not know yet holds up those after it, and none is left out", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  await redis.client.script("FLUSH");
  const past = { incarnation, afterMs: POLICY.lifetimeMs };
  const records = [propose(post(ALICE, 1), past), heartbeat(SOUTH, POLICY.lifetimeMs)];
  // However it ends, whoever begins from what Redis holds goes on rightly.
  await applying.apply(records).catch(() => undefined);
  const next = await begin();
  await next.apply(records.filter(({ offset }) => offset > next.place().applied));
  expect((await readPlace()).applied).toBe(3);
  expect(await redis.client.keys("*")).toEqual([NAMES.place]);
});

test("[D2] every key of a room outlives the place, and has an end", async () => {
  const applying = await begin();
  const incarnation = await founded(applying);
  await applying.apply([propose(commit(BOB, 1), { incarnation })]);
  const placeMs = await redis.client.pttl(NAMES.place);
  expect(placeMs).toBeGreaterThan(0);
  for (const key of await redis.client.keys("*")) {
    if (key !== NAMES.place) expect(await redis.client.pttl(key)).toBeGreaterThan(placeMs);
  }
});
