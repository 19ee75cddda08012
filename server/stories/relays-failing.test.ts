/** One room, several relays, one Redis: what people notice when relays or Redis go, for good or for a while. */
import { expect, it } from "vitest";
import { deriveRoomKeys } from "../../client/crypto/keys.ts";
import { parseLink } from "../../client/crypto/link.ts";
import type { Record } from "../../shared/protocol.ts";
import { confirmed, expectOneRoom, expectOnceInOrder } from "./promises.ts";
import {
  createRelaysWorld,
  presentTo,
  talk,
  type Guest,
  type RelaysWorld,
} from "./relays-world.ts";

const GRACE_MS = 15_000;

/** A story of several relays; whatever is done, no client of ours has a fault. */
function story(title: string, relays: number, tell: (world: RelaysWorld) => Promise<void>): void {
  it.concurrent(title, { timeout: 90_000 }, async () => {
    const world = await createRelaysWorld(relays);
    try {
      await tell(world);
      expect(world.faults).toEqual([]);
    } finally {
      await world.close();
    }
  });
}

/** The records of the room as a relay sees them that nobody uses. */
async function watch(world: RelaysWorld, link: string): Promise<readonly Record[]> {
  const parsed = parseLink(link);
  if (parsed === null) throw new Error("no link");
  const { routeId } = deriveRoomKeys(parsed.secret, null);
  const log = world.observer();
  await world.until("the observer reaches Redis", () => log.isReady());
  const records: Record[] = [];
  await log.serve(routeId, {
    records: (more) => void records.push(...more),
    ended: () => undefined,
    lost: () => undefined,
    noted: () => undefined,
  });
  return records;
}

const leavesOf = (records: readonly Record[]): number =>
  records.filter(({ kind }) => kind === "leave").length;

async function three(world: RelaysWorld): Promise<[Guest, Guest, Guest]> {
  const alice = await world.founder("alice", 0, { graceMs: GRACE_MS });
  const bob = await world.joiner("bob", alice.room().link, 1);
  const carol = await world.joiner("carol", alice.room().link, 2 % world.count);
  await confirmed(world, [alice, bob, carol]);
  await expectOneRoom(world, [alice, bob, carol], ["alice", "bob", "carol"]);
  return [alice, bob, carol];
}

story(
  "[K3][L2] a relay is killed: bob goes on at another, dave who vanished with it is away, then left, recorded once",
  3,
  async (world) => {
    const [alice, bob, carol] = await three(world);
    const dave = await world.joiner("dave", alice.room().link, 1);
    await confirmed(world, [dave]);
    const all = [alice, bob, carol, dave];
    await talk(world, all, "before");
    const records = await watch(world, alice.room().link);
    dave.vanish();
    world.kill(1);
    alice.room().send("into the gap");
    await talk(world, [alice, bob, carol], "after");
    expect(bob.relay()).toBe(2);
    expectOnceInOrder(bob, ["alice: into the gap"]);
    await world.until("dave is away", () => !presentTo(alice).includes("dave"), 10_000);
    expect(presentTo(alice)).toEqual(["alice", "bob", "carol"]);
    await expectOneRoom(world, [alice, bob, carol], ["alice", "bob", "carol"]);
    // Whoever else waited for the same grace has proposed the same leave by now.
    await world.run(8_000);
    expect(leavesOf(records)).toBe(1);
    for (const who of [alice, bob, carol]) expect(who.notices()).not.toContain("rejoined");
    expect(presentTo(carol)).toEqual(["alice", "bob", "carol"]);
  },
);

story(
  "[D1][K2] a deploy rolls through all relays: everyone keeps the seat, and what is said meanwhile arrives",
  3,
  async (world) => {
    const all = await three(world);
    const records = await watch(world, all[0].room().link);
    const lines: string[] = [];
    for (const relay of [0, 1, 2]) {
      for (const who of all) {
        const text = `while relay ${relay} stops`;
        who.room().send(text);
        lines.push(`${who.name}: ${text}`);
      }
      await world.drain(relay);
      await world.start(relay);
      await world.until("all are connected", () =>
        all.every((who) => who.room().connection.value === "live"),
      );
    }
    await world.until("all read all", () =>
      all.every((who) => lines.every((line) => who.read().includes(line))),
    );
    for (const who of all) {
      expectOnceInOrder(who, lines);
      expect(who.notices()).not.toContain("rejoined");
    }
    await world.until("everyone is present", () => all.every((who) => presentTo(who).length === 3));
    expect(leavesOf(records)).toBe(0);
    await talk(world, all, "after the deploy");
  },
);

story(
  "[R2][R6][G2] Redis starts again empty: members at three relays found their room again and go on in it",
  3,
  async (world) => {
    const all = await three(world);
    await talk(world, all, "before");
    const codes = all.map((who) => who.room().safetyCode.value);
    await world.redis.restart();
    await world.until("all are told", () =>
      all.every((who) => who.notices().includes("order-lost")),
    );
    await world.until("all are connected", () =>
      all.every((who) => who.room().connection.value === "live"),
    );
    expect(all.map((who) => who.room().safetyCode.value)).toEqual(codes);
    await talk(world, all, "after");
    await expectOneRoom(world, all, ["alice", "bob", "carol"]);
    await world.until("everyone is present", () => all.every((who) => presentTo(who).length === 3));
  },
);

story(
  "[K2][E12] who comes to a relay that did not serve the room sees who is present at the others",
  3,
  async (world) => {
    const alice = await world.founder("alice", 0);
    const bob = await world.joiner("bob", alice.room().link, 0);
    await confirmed(world, [alice, bob]);
    expect(world.rooms(2).count().rooms).toBe(0);
    const dave = await world.joiner("dave", alice.room().link, 2);
    await confirmed(world, [dave]);
    await world.until("dave sees all", () => presentTo(dave).join() === "alice,bob,dave", 4_000);
    bob.network.breakAll();
    bob.network.cut();
    await world.until("bob is away for dave", () => presentTo(dave).join() === "alice,dave", 4_000);
    bob.sendTo(1);
    bob.network.mend();
    await world.until("bob is back for dave", () => presentTo(dave).join() === "alice,bob,dave");
    expect(bob.relay()).toBe(1);
    await talk(world, [alice, bob, dave], "all here");
  },
);
