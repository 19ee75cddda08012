import fc from "fast-check";
import { expect, test } from "vitest";
import { orderedBytes } from "../../shared/codec/records.ts";
import { toHex } from "../../shared/bytes.ts";
import type { Record } from "../../shared/protocol.ts";
import { commitOf, createRoomWorld, postOf, type Wire } from "../stories/room-world.ts";

/** What a random person does next. */
const NAMES = ["alice", "bob", "carol", "dave"] as const;
const act = fc.record({
  who: fc.constantFrom(...NAMES),
  what: fc.constantFrom(
    "post",
    "post",
    "post",
    "burst",
    "again",
    "ahead",
    "commit",
    "drop",
    "leave",
    "wait",
  ),
  /** Whether the others act in the same turn of the event loop. */
  settles: fc.boolean(),
});

interface Person {
  wire: Wire;
  connections: number;
  counter: number;
  /** Of the lines before this one. */
  read: Record[];
  isGone: boolean;
}

/** Everything that a person has read over all its lines. */
const readBy = (person: Person): Record[] => [...person.read, ...person.wire.records()];

async function comeBack(world: ReturnType<typeof createRoomWorld>, name: string, person: Person) {
  const { incarnation } = person.wire.last("welcome");
  person.read = readBy(person);
  person.connections++;
  const number = person.read.at(-1)?.number ?? 1;
  const { connections } = person;
  person.wire = await world.enter(name, { cursor: { incarnation, number }, connections });
  person.counter = person.wire.last("welcome").counter;
}

test("[O1] [O2] [O3] [P2] whatever people do, all read one order: dense, each post once, in its sender's order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 60 }), async (acts) => {
      const world = createRoomWorld({
        posts: { perSecond: 1_000, burst: 1_000 },
        commits: { count: 1_000, windowMs: 1_000 },
      });
      const wires = await world.roomOf(...NAMES);
      const people = new Map<string, Person>();
      for (const [i, name] of NAMES.entries()) {
        const wire = wires[i] ?? expect.unreachable();
        people.set(name, { wire, connections: 1, counter: 0, read: [], isGone: false });
      }
      let newest: number = NAMES.length;
      for (const { who, what, settles } of acts) {
        const person = people.get(who) ?? expect.unreachable();
        if (person.isGone) continue;
        const { wire } = person;
        const names = newest;
        const propose = (...offers: ReturnType<typeof postOf>[]) =>
          wire.sendNow({ kind: "propose", offers });
        if (what === "post") propose(postOf(++person.counter, names));
        if (what === "burst")
          propose(postOf(++person.counter, names), postOf(++person.counter, names));
        // The same counter twice, and with other bytes: at most one of them may be in the order.
        if (what === "again" && person.counter > 0)
          propose(postOf(person.counter, names, "other"), postOf(person.counter, names));
        if (what === "ahead") propose(postOf(person.counter + 2, names));
        if (what === "commit") propose(commitOf(newest, who));
        if (what === "wait") await world.clock.advance(500);
        if (what === "leave") {
          await world.clock.settle();
          const arrival = wire.last("welcome").arrival;
          propose({ kind: "leave", ref: 1, arrival });
          person.isGone = true;
        }
        if (what === "drop") {
          await world.clock.settle();
          await wire.drop();
          await comeBack(world, who, person);
        }
        if (settles) await world.clock.settle();
        for (const other of people.values()) {
          const last = readBy(other).findLast(({ kind }) => kind === "commit");
          newest = Math.max(newest, last?.number ?? 1);
          const own = readBy(other).filter(
            (record) => record.kind === "post" && record.session === other.wire.session,
          );
          if (settles) other.counter = own.length;
        }
      }
      await world.clock.settle();

      const order = new Map<number, string>();
      for (const person of people.values()) {
        const read = readBy(person);
        const first = read[0]?.number ?? 1;
        expect(read.map(({ number }) => number)).toEqual(read.map((_, i) => first + i));
        for (const record of read) {
          const bytes = toHex(orderedBytes(record));
          expect(order.get(record.number) ?? bytes).toBe(bytes);
          order.set(record.number, bytes);
        }
        for (const { wire } of people.values()) {
          const counters = read.flatMap((record) =>
            record.kind === "post" && record.session === wire.session ? [record.counter] : [],
          );
          const from = counters[0] ?? 1;
          expect(counters).toEqual(counters.map((_, i) => from + i));
        }
      }
      const staying = [...people.values()].filter(({ isGone }) => !isGone);
      const heads = new Set(staying.map((person) => readBy(person).at(-1)?.number));
      expect(heads.size).toBeLessThanOrEqual(1);
      if (staying.length === 0) expect(world.log.isEmpty()).toBe(true);
    }),
    { numRuns: 150 },
  );
});
