/**
 * The schedules by which the rules of several regions were found, each told against the driver with a log
 * that misbehaves on cue. Whatever happens: one order, nothing shown sent that is not in it, nothing hidden.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { encodePartitionRecord, recordIdOf } from "../drivers/kafka/partition-records.ts";
import { startRedis, type TestRedis } from "../drivers/redis/test-redis.ts";
import {
  createRegionsWorld,
  roomKeys,
  type RegionsWorld,
  type Traveller,
} from "./regions-world.ts";

let servers: TestRedis[] = [];
let world: RegionsWorld;
let made = 0;

beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));
afterEach(() => world.close());

const [X, Y, Z] = [0, 1, 2];
const GRACE = { graceMs: 15_000 };

interface Talkers {
  readonly people: Traveller[];
  /** Everything that was said, by whom. */
  readonly said: Map<Traveller, string[]>;
  /** Each says something every 700 ms from now on, until `hush`. */
  hush(): void;
}

/** Two people in X who go on talking, in a world of so many regions. */
async function two(regions = 2): Promise<Talkers> {
  world = await createRegionsWorld(servers.slice(0, regions));
  const alice = await world.founder("alice", X, GRACE);
  const bob = await world.joiner("bob", alice.room().link, X);
  const people = [alice, bob];
  const said = new Map(people.map((who) => [who, [] as string[]]));
  let isTalking = true;
  const talk = (): void => {
    if (!isTalking) return;
    for (const [who, lines] of said) {
      if (who.client.phase.value.kind !== "room") continue;
      const text = `${who.name} ${++made}`;
      if (who.room().send(text)) lines.push(text);
    }
    world.clock.after(700, talk);
  };
  talk();
  await world.run(3_000);
  return { people, said, hush: () => void (isTalking = false) };
}

/** Lines that tell a person that something may be missing or in another order. */
const TOLD = ["gap", "missing", "order-lost", "rejoined"];

function isTold(who: Traveller): boolean {
  return who.notices().some((kind) => TOLD.includes(kind));
}

/** What must hold when all is well again, whatever was done. */
async function expectOneOrder(talkers: Talkers, present = talkers.people): Promise<void> {
  talkers.hush();
  await world.until(
    "everyone is in, and everything said has its answer",
    () =>
      present.every(
        (who) =>
          who.client.phase.value.kind === "room" &&
          who.room().connection.value === "live" &&
          who.room().pendingCount.value === 0,
      ),
    90_000,
  );
  await world.run(3_000);
  const marks = present.map((who) => `mark of ${who.name} ${++made}`);
  for (const [i, who] of present.entries()) who.room().send(marks[i] ?? "");
  await world.until(
    "all read all marks",
    () =>
      present.every((who) => marks.every((mark) => who.read().some((line) => line.endsWith(mark)))),
    60_000,
  );
  for (const who of present) {
    const read = who.read();
    // [S4] nothing twice.
    expect(new Set(read).size).toBe(read.length);
    expect(who.room().encryption.value.kind).toBe("sealed");
    for (const [sender, texts] of talkers.said) {
      const sent = texts.filter((text) => sender.mine(text)?.delivery === "sent");
      const missing = sent.filter((text) => !read.includes(`${sender.name}: ${text}`));
      // [S5] what is shown as sent is read by all, or they are told that something may be missing.
      // Who came later reads what follows.
      const isOfOld = talkers.said.has(who) && present.includes(sender);
      if (missing.length > 0 && isOfOld) {
        expect({ missing, isTold: isTold(who) }).toEqual({ missing, isTold: true });
      }
      // [S4] in the sender's order.
      const own = read.filter((line) => line.startsWith(`${sender.name}: ${sender.name} `));
      const numbers = own.map((line) => Number(line.split(" ").at(-1)));
      if (!isTold(who)) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  }
  // [K1] one order: of what two have both read, neither read anything before the other.
  for (const who of present) {
    if (present.some(isTold)) break;
    const [first] = present;
    const common = (reader: Traveller, other: Traveller) =>
      reader.read().filter((line) => other.read().includes(line));
    if (first !== undefined) expect(common(who, first)).toEqual(common(first, who));
  }
  await expectSameRooms();
  expect(world.faults).toEqual([]);
}

/** [K3] Every region holds the same state of the same rooms. */
async function expectSameRooms(): Promise<void> {
  const states = async (): Promise<string[]> =>
    Promise.all(
      world.servers.map(async ({ client }) => {
        const keys = (await client.keys("*:state")).toSorted();
        const hashes = await Promise.all(keys.map((key) => client.hgetall(key)));
        return JSON.stringify(hashes.map((hash) => Object.entries(hash).map(String).toSorted()));
      }),
    );
  await world.until("all regions hold the same", async () => new Set(await states()).size === 1);
}

/** [K6] When all have left, nothing of the room is anywhere. */
async function expectNothingLeft(people: readonly Traveller[]): Promise<void> {
  for (const who of people) if (who.client.phase.value.kind === "room") who.room().leave();
  await world.until(
    "nothing is left of any room",
    async () => (await roomKeys(world)).flat().length === 0,
    90_000,
  );
}

async function ends(talkers: Talkers, present = talkers.people): Promise<void> {
  await expectOneOrder(talkers, present);
  await expectNothingLeft(present);
}

test("fresh_open: after everything was lost a region begins anew within 8 s, by an ordered reset", async () => {
  world = await createRegionsWorld(servers.slice(0, 2));
  world.log.dropAll();
  await world.wipe(X);
  await world.wipe(Y);
  const lostMs = world.clock.now();
  await world.run(1_500);
  expect(world.relays(X)[0]?.log.isReady()).toBe(false);
  await world.until("it is ready", () => world.relays(X)[0]?.log.isReady() === true);
  expect(world.clock.now() - lostMs).toBeLessThan(8_000);
  const alice = await world.founder("alice", X, GRACE);
  await expectSameRooms();
  await expectNothingLeft([alice]);
});

test("idle_no_fault: a quiet room with members in one region stands in the other for longer than any TTL", async () => {
  const talkers = await two();
  talkers.hush();
  await world.run(90_000);
  const [, bob] = talkers.people;
  bob?.sendTo(Y);
  bob?.network.breakAll();
  await world.run(2_000);
  expect(bob?.notices()).not.toContain("order-lost");
  await ends(talkers);
});

test("passed_then_ended: a room that ended while a region was cut off past the retention is gone there too", async () => {
  const talkers = await two();
  world.log.cut(world.names[Y] ?? "", 20_000);
  await world.run(5_000);
  talkers.hush();
  for (const who of talkers.people) who.room().leave();
  await world.run(14_000);
  world.log.dropAll();
  await world.until("nothing is left", async () => (await roomKeys(world)).flat().length === 0);
  await expectSameRooms();
});

test("late_state_dup: a copy that comes late is not put over what stands by then", async () => {
  const talkers = await two();
  world.copies.latencyMs = 4_000;
  world.log.dropAll();
  await world.wipe(Y);
  await world.run(6_000);
  await world.wipe(Y);
  world.copies.latencyMs = 100;
  await world.run(2_000);
  await ends(talkers);
});

test("state_after_end: a copy taken before the last leave brings no room back", async () => {
  const talkers = await two();
  world.copies.latencyMs = 8_000;
  await world.wipe(Y);
  await world.run(4_500);
  talkers.hush();
  for (const who of talkers.people) who.room().leave();
  await world.run(20_000);
  await world.until("nothing is left", async () => (await roomKeys(world)).flat().length === 0);
});

test("between: records between the copy and the next are applied, none is lost", async () => {
  const talkers = await two();
  world.copies.latencyMs = 3_000;
  await world.wipe(Y);
  const carol = world.person("carol", Y);
  carol.client.openLink(talkers.people[0]?.room().link ?? "");
  carol.client.enter("carol", "");
  await world.until("carol is in", () => carol.client.phase.value.kind === "room");
  await ends(talkers, [...talkers.people, carol]);
});

test("reset_races: a reset that races with a copy is void, since a region has the partition", async () => {
  const talkers = await two();
  world.copies.latencyMs = 4_990;
  await world.wipe(Y);
  await world.run(12_000);
  for (const who of talkers.people) expect(who.notices()).not.toContain("order-lost");
  await ends(talkers);
});

test("answerer_dies: who gives the copy dies at it; another one gives it", async () => {
  const talkers = await two();
  world.copies.latencyMs = 1_000;
  await world.wipe(Y);
  await world.run(700);
  for (const relay of world.relays(X)) world.crash(relay, 3_000);
  await world.run(8_000);
  await ends(talkers);
});

test("owner_dies_between: who obtains the partition dies at it; the other relay goes on", async () => {
  const talkers = await two();
  world.copies.latencyMs = 3_000;
  await world.wipe(Y);
  await world.run(1_500);
  const [first] = world.relays(Y);
  if (first !== undefined) world.crash(first, 5_000);
  await world.run(10_000);
  await ends(talkers);
});

test("two_ask: two regions that lack it both get it from the third", async () => {
  const talkers = await two(3);
  await world.wipe(Y);
  await world.wipe(Z);
  await world.run(4_000);
  for (const who of talkers.people) expect(who.notices()).not.toContain("order-lost");
  await ends(talkers);
});

test("all_lost: where every region and the log lost everything, the members found the room again", async () => {
  const talkers = await two(3);
  world.log.dropAll();
  for (const region of [X, Y, Z]) await world.wipe(region);
  await world.run(20_000);
  for (const who of talkers.people) expect(who.notices()).toContain("order-lost");
  await ends(talkers);
});

test("no_such_room: a visitor of a room that never was is told so, even where the region just lost all", async () => {
  const talkers = await two();
  await world.wipe(Y);
  const visitor = world.person("visitor", Y);
  const link = talkers.people[0]?.room().link ?? "";
  visitor.client.openLink(`${link.slice(0, -6)}AAAAAA`);
  visitor.client.enter("visitor", "");
  await world.until("the visitor is told", () => {
    const phase = visitor.client.phase.value;
    return phase.kind === "over" || (phase.kind === "start" && phase.notice !== null);
  });
  await ends(talkers);
});

test("wipe_plain: a log that was wiped is noticed in every region; the members found the room again", async () => {
  const talkers = await two();
  world.log.wipe(500);
  await world.run(20_000);
  await ends(talkers);
});

test("wipe_refill: a log that was wiped and refilled past the applied offset is noticed too", async () => {
  const talkers = await two();
  world.log.cut(world.names[Y] ?? "", 9_000);
  await world.run(4_000);
  const { high } = world.log.marks(0);
  world.log.wipe(20);
  await world.run(60);
  const [region] = world.names;
  if (region === undefined) throw new Error("no region");
  for (let i = 0; i < high + 30; i++) {
    const id = recordIdOf(new Uint8Array(16).map(() => Math.floor(Math.random() * 256)));
    world.log.append(0, encodePartitionRecord({ kind: "heartbeat", id, region, has: true }));
  }
  await world.run(20_000);
  await ends(talkers);
});

test("old_inc_leave: a record of an incarnation before comes late, and counts for nothing", async () => {
  const talkers = await two();
  let held = 0;
  world.log.setFate((record) =>
    record.kind === "proposal" && record.candidate.proposal.kind === "post" && held++ === 0
      ? [9_000]
      : null,
  );
  await world.run(900);
  world.log.dropAll();
  await world.wipe(X);
  await world.wipe(Y);
  await world.run(20_000);
  await ends(talkers);
});

test("hb_race: a leave for a silent region is void where a newer heartbeat of it stands before it", async () => {
  const talkers = await two();
  talkers.hush();
  world.log.setFate((record) =>
    record.kind === "proposal" && record.silence !== null ? [4_000] : null,
  );
  world.log.cut(world.names[X] ?? "", 44_000);
  await world.run(60_000);
  await ends(talkers);
});

test("hb_slow_observer: who was away itself applies its backlog before it calls anyone silent", async () => {
  const talkers = await two();
  world.log.cut(world.names[Y] ?? "", 50_000);
  await world.run(60_000);
  for (const who of talkers.people) expect(who.notices()).not.toContain("rejoined");
  await ends(talkers);
});

test("hb_leave_late: a region comes back just as its people are being ended", async () => {
  const talkers = await two();
  talkers.hush();
  world.log.setFate((record) =>
    record.kind === "proposal" && record.silence !== null ? [4_000] : null,
  );
  world.log.cut(world.names[X] ?? "", 47_500);
  await world.run(70_000);
  await ends(talkers);
});

test("delayed_copy: a copy of a life that ended meanwhile is not gone on with", async () => {
  const talkers = await two(3);
  world.copies.latencyMs = 9_000;
  await world.wipe(Y);
  await world.run(3_000);
  world.log.wipe(300);
  await world.run(6_000);
  await world.wipe(Z);
  world.copies.latencyMs = 100;
  await world.run(25_000);
  await ends(talkers);
});

test("lagging_source: a copy of a region that lags is gone on with from where it is", async () => {
  const talkers = await two(3);
  world.log.cut(world.names[Z] ?? "", 25_000);
  await world.run(10_000);
  await world.wipe(X);
  await world.wipe(Y);
  await world.run(35_000);
  await ends(talkers);
});

test("reset_dup_late: a reset that the log holds again, later, is void", async () => {
  const talkers = await two();
  world.log.setFate((record) => (record.kind === "reset" ? [10, 30_000] : null));
  world.log.dropAll();
  await world.wipe(X);
  await world.wipe(Y);
  await world.run(45_000);
  const losses = talkers.people[0]?.notices().filter((kind) => kind === "order-lost").length;
  expect(losses).toBeLessThanOrEqual(1);
  await ends(talkers);
});

test("reset_vs_healthy_back: a region that was cut off comes back after the others began anew, and follows", async () => {
  const talkers = await two(3);
  world.copies.notBeforeMs = world.clock.now() + 30_000;
  world.log.cut(world.names[Z] ?? "", 12_000);
  await world.wipe(X);
  await world.wipe(Y);
  await world.run(40_000);
  await ends(talkers);
});

test("new_inc_then_lagging: who saw a later incarnation waits where a region has not reached it", async () => {
  const talkers = await two();
  world.copies.notBeforeMs = world.clock.now() + 12_000;
  world.log.cut(world.names[Y] ?? "", 25_000);
  await world.run(500);
  await world.wipe(X);
  await world.run(14_500);
  const [alice] = talkers.people;
  alice?.sendTo(Y);
  alice?.network.breakAll();
  await world.run(30_000);
  await ends(talkers);
});

test("a stalled former owner can neither repeat nor skip: its late steps are refused", async () => {
  const talkers = await two();
  // Owners change hands every two seconds while people talk.
  for (let i = 0; i < 6; i++) {
    const relay = world.relays(i % 2)[i % 3 === 0 ? 0 : 1];
    if (relay !== undefined) world.crash(relay, 1_500);
    await world.run(2_500);
  }
  for (const who of talkers.people) expect(who.notices()).not.toContain("order-lost");
  await ends(talkers);
});

test("records that the log holds twice, or not at all, are in the order once", async () => {
  const talkers = await two();
  let count = 0;
  world.log.setFate((record) => {
    if (record.kind !== "proposal") return null;
    count += 1;
    if (count % 7 === 0) return [];
    if (count % 5 === 0) return [0, 400, 3_000];
    return count % 3 === 0 ? [800] : null;
  });
  await world.run(20_000);
  world.log.setFate(() => null);
  for (const who of talkers.people) expect(isTold(who)).toBe(false);
  await ends(talkers);
});
