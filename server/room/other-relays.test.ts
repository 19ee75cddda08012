/** One relay of several: what it says, and what it makes of what others say. Other relays are played by hand. */
import { expect, test } from "vitest";
import type { Bytes } from "../../shared/bytes.ts";
import { CLOSE } from "../../shared/close-codes.ts";
import { incarnationOf, type Incarnation, type SessionId } from "../../shared/ids.ts";
import type { Candidate, Log, LogListener, RoomLog } from "../ports/log.ts";
import {
  commitOf,
  createRoomWorld,
  POLICY,
  ROUTE,
  sealedOf,
  sessionOf,
  type RoomWorld,
  type Wire,
} from "../stories/room-world.ts";
import { decodeNote, encodeNote, type Note, type SeatHere } from "./notes.ts";
import { candidateOf } from "./offers.ts";

interface Elsewhere {
  readonly world: RoomWorld;
  /** What this relay told the others so far. */
  readonly told: Note[];
  seatsTold(kind: "here" | "gone"): (readonly SeatHere[])[];
  says(note: Note): Promise<void>;
  saysBytes(bytes: Bytes): Promise<void>;
  /** Records that other relays' lines proposed, delivered together; the number of the last. */
  orders(...candidates: readonly Candidate[]): Promise<number>;
  incarnation(): Incarnation;
  /** The log cannot follow the order any more. */
  loses(): Promise<void>;
  /** The next look-up of the room ends so. */
  losesNext(): void;
}

/** A relay on the real memory log, with the other relays' end of the log in the test's hand. */
function amongRelays(): Elsewhere {
  const told: Note[] = [];
  let inner: RoomLog | null = null;
  let hears: LogListener | null = null;
  let isToLose = false;
  const wrap = (log: Log): Log => ({
    ...log,
    async serve(routeId, listener) {
      const served = await log.serve(routeId, listener);
      if (routeId !== ROUTE) return served;
      inner = served;
      hears = listener;
      if (isToLose) listener.lost();
      isToLose = false;
      const note = (bytes: Bytes): void => {
        const said = decodeNote(bytes);
        if (said === null) throw new Error("a relay said what no relay can read");
        told.push(said);
      };
      return { ...served, note };
    },
  });
  const world = createRoomWorld({}, wrap);
  const saysBytes = (bytes: Bytes): Promise<void> => {
    hears?.noted(bytes);
    return world.clock.settle();
  };
  return {
    world,
    told,
    loses() {
      hears?.lost();
      return world.clock.settle();
    },
    losesNext() {
      isToLose = true;
    },
    seatsTold: (kind) => told.flatMap((note) => (note.kind === kind ? [note.seats] : [])),
    saysBytes,
    says: (note) => saysBytes(encodeNote(note)),
    async orders(...candidates) {
      const answer = (await inner?.append(candidates))?.at(-1);
      await world.clock.settle();
      if (answer?.kind !== "accepted") throw new Error(`not accepted: ${JSON.stringify(answer)}`);
      return answer.number;
    },
    incarnation() {
      const standing = inner?.standing();
      if (standing === null || standing === undefined) throw new Error("no room stands");
      return standing.incarnation;
    },
  };
}

const joinOf = (name: string, follows: number): Candidate =>
  candidateOf(commitOf(follows, name), sessionOf(name));
const arriveOf = (session: SessionId, connections: number): Candidate => ({
  proposal: { kind: "arrive", session, connections },
  groupInfo: null,
});
/** What a line was told of a session's presence, in order. */
const toldOf = (wire: Wire, session: SessionId): string[] =>
  wire
    .all("presence")
    .flatMap(({ changes }) => changes.filter((change) => change.session === session))
    .map(({ presence }) => presence);
const ALICE = sessionOf("alice");
const BOB = sessionOf("bob");

test("[K2] every two seconds a relay names the seats that its lines have, and says nothing while it has none", async () => {
  const { world, seatsTold } = amongRelays();
  const alice = await world.enter("alice");
  await world.clock.advance(10_000);
  expect(seatsTold("here")).toEqual([]);
  await alice.found();
  await world.clock.advance(2_000);
  expect(seatsTold("here")).toEqual([[{ session: ALICE, arrival: 1 }]]);
  await world.clock.advance(4_000);
  expect(seatsTold("here")).toHaveLength(3);
  await alice.drop();
  expect(seatsTold("gone")).toEqual([[{ session: ALICE, arrival: 1 }]]);
  await world.clock.advance(10_000);
  expect(seatsTold("here")).toHaveLength(3);
});

test("[K3] who joins at another relay is present by his record, and away 6 s later unless that relay says he is there", async () => {
  const { world, orders, says, incarnation } = amongRelays();
  const [alice] = await world.roomOf("alice");
  const arrival = await orders(joinOf("bob", 1));
  expect(toldOf(alice, BOB)).toEqual(["present"]);
  for (let i = 0; i < 5; i++) {
    await world.clock.advance(5_000);
    await says({ kind: "here", incarnation: incarnation(), seats: [{ session: BOB, arrival }] });
  }
  expect(toldOf(alice, BOB)).toEqual(["present"]);
  await world.clock.advance(5_999);
  expect(toldOf(alice, BOB)).toEqual(["present"]);
  await world.clock.advance(1);
  expect(toldOf(alice, BOB)).toEqual(["present", "away"]);
});

test("[K3][L2] nothing is heard of a relay any more: after the grace its sessions leave, recorded once", async () => {
  const { world, orders } = amongRelays();
  const [alice] = await world.roomOf("alice");
  await orders(joinOf("bob", 1));
  await world.clock.advance(6_000 + POLICY.graceMs - 1);
  expect(alice.records().some(({ kind }) => kind === "leave")).toBe(false);
  await world.clock.advance(1);
  await world.clock.advance(60_000);
  const leaves = alice.records().filter(({ kind }) => kind === "leave");
  expect(leaves.map(({ session }) => session)).toEqual([BOB]);
});

test("[K3] a relay says that a line has ended: its session is away at once, present again where it arrives next", async () => {
  const { world, orders, says, incarnation } = amongRelays();
  const [alice] = await world.roomOf("alice");
  const arrival = await orders(joinOf("bob", 1));
  await says({ kind: "gone", incarnation: incarnation(), seats: [{ session: BOB, arrival }] });
  expect(alice.last("presence").changes).toEqual([{ session: BOB, presence: "away" }]);
  await orders(arriveOf(BOB, 2));
  expect(alice.last("presence").changes).toEqual([{ session: BOB, presence: "present" }]);
});

test("[K3] what is said of an older arrival, or in another incarnation, counts for nothing", async () => {
  const { world, orders, says, incarnation } = amongRelays();
  const [alice] = await world.roomOf("alice");
  const older = await orders(joinOf("bob", 1));
  const newer = await orders(arriveOf(BOB, 2));
  const otherLife = incarnationOf(new Uint8Array(8).fill(0xee));
  await says({
    kind: "gone",
    incarnation: incarnation(),
    seats: [{ session: BOB, arrival: older }],
  });
  await says({ kind: "gone", incarnation: otherLife, seats: [{ session: BOB, arrival: newer }] });
  expect(toldOf(alice, BOB)).toEqual(["present"]);
  await world.clock.advance(5_000);
  await says({
    kind: "here",
    incarnation: incarnation(),
    seats: [{ session: BOB, arrival: older }],
  });
  await says({ kind: "here", incarnation: otherLife, seats: [{ session: BOB, arrival: newer }] });
  await world.clock.advance(1_000);
  expect(toldOf(alice, BOB)).toEqual(["present", "away"]);
});

test("[E10][K3] a session that arrives at another relay has its seat there: the line here is replaced, nobody is away", async () => {
  const { world, orders, says, incarnation, seatsTold } = amongRelays();
  const [alice, bob] = await world.roomOf("alice", "bob");
  const before = alice.all("presence").length;
  const arrival = await orders(arriveOf(BOB, 2));
  expect(bob.closedBy()).toBe(CLOSE.replaced);
  expect(seatsTold("gone")).toEqual([]);
  // This relay was stopped and said so late: the seat is not its own any more.
  await says({ kind: "here", incarnation: incarnation(), seats: [{ session: BOB, arrival }] });
  await world.clock.advance(2_000);
  expect(seatsTold("here").at(-1)).toEqual([{ session: ALICE, arrival: 1 }]);
  expect(alice.all("presence")).toHaveLength(before);
});

test("[N2] who comes back and leaves elsewhere within one delivery is told by the records alone", async () => {
  const { world, orders, says, incarnation } = amongRelays();
  const [alice] = await world.roomOf("alice");
  const arrival = await orders(joinOf("bob", 1));
  await says({ kind: "gone", incarnation: incarnation(), seats: [{ session: BOB, arrival }] });
  const leave: Candidate = {
    proposal: { kind: "leave", session: BOB, arrival: arrival + 1 },
    groupInfo: null,
  };
  await orders(arriveOf(BOB, 2), leave);
  expect(alice.numbers()).toEqual([1, 2, 3, 4]);
  expect(toldOf(alice, BOB)).toEqual(["present", "away"]);
});

test("[E6][E10] who joined at another relay does not sit down at the line that still waits here", async () => {
  const { world, orders } = amongRelays();
  const [alice] = await world.roomOf("alice");
  const bob = await world.enter("bob");
  expect(bob.all("turn")).toHaveLength(1);
  await orders(joinOf("bob", 1));
  expect(bob.all("welcome")).toEqual([]);
  expect(bob.closedBy()).toBe(CLOSE.gone);
  expect(toldOf(alice, BOB)).toEqual(["present"]);
});

test("[K3] what others say of a seat that is here counts for nothing", async () => {
  const { world, says, incarnation } = amongRelays();
  const [alice] = await world.roomOf("alice", "bob");
  const before = alice.all("presence").length;
  for (const kind of ["here", "gone"] as const) {
    const seats = [{ session: BOB, arrival: 2 }];
    await says({ kind, incarnation: incarnation(), seats });
  }
  await world.clock.advance(20_000);
  expect(alice.all("presence")).toHaveLength(before);
});

test("[K2] a relay that begins to serve a room asks who is there, and each that has seats answers", async () => {
  const { world, says, seatsTold, told } = amongRelays();
  const [alice] = await world.roomOf("alice");
  expect(told.some(({ kind }) => kind === "who")).toBe(false);
  await says({ kind: "who" });
  expect(seatsTold("here")).toEqual([[{ session: ALICE, arrival: 1 }]]);
  await alice.leave(1);
  await says({ kind: "who" });
  expect(seatsTold("here")).toHaveLength(1);
});

test("[K2] a line that closes while its arrival is under way: who has the seat by then is told, nobody", async () => {
  const { world, incarnation, seatsTold } = amongRelays();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await bob.drop();
  const cursor = { incarnation: incarnation(), number: 2 };
  // The arrival is proposed at the end of this turn; by then the line is gone.
  const again = await world.enter("bob", { cursor, connections: 2, dropsAtOnce: true });
  expect(again.frames.some(({ kind }) => kind === "welcome")).toBe(false);
  expect(alice.records().at(-1)).toMatchObject({ kind: "arrive", number: 3, session: BOB });
  expect(seatsTold("gone").at(-1)).toEqual([{ session: BOB, arrival: 3 }]);
  expect(alice.last("presence").changes).toEqual([{ session: BOB, presence: "away" }]);
  await world.clock.advance(POLICY.graceMs);
  expect(alice.records().at(-1)).toMatchObject({ kind: "leave", session: BOB });
});

test("[S1][K5] a signal goes to the other relays and comes from them, stamped with its session, not to that session's own lines", async () => {
  const { world, orders, says, told, incarnation } = amongRelays();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await orders(joinOf("carol", 2));
  const sealed = sealedOf("typing");
  await alice.send({ kind: "signal", sealed });
  expect(told.filter(({ kind }) => kind === "signal")).toEqual([
    { kind: "signal", incarnation: incarnation(), session: ALICE, sealed },
  ]);
  expect(bob.last("signals").signals).toEqual([{ session: ALICE, sealed }]);
  const session = sessionOf("carol");
  await says({ kind: "signal", incarnation: incarnation(), session, sealed });
  for (const who of [alice, bob])
    expect(who.last("signals").signals).toEqual([{ session, sealed }]);
  expect(told.filter(({ kind }) => kind === "signal")).toHaveLength(1);
  await says({ kind: "signal", incarnation: incarnation(), session: BOB, sealed });
  expect(bob.all("signals")).toHaveLength(2);
});

test("[K1] bytes that are no note are dropped and counted; the room goes on", async () => {
  const { world, saysBytes } = amongRelays();
  const [alice, bob] = await world.roomOf("alice", "bob");
  for (const bytes of [new Uint8Array(), Uint8Array.of(9), new Uint8Array(4_096)]) {
    await saysBytes(bytes);
  }
  expect(world.events.filter((event) => event === "strange-note")).toHaveLength(3);
  await alice.post(1, 2);
  expect(bob.records().at(-1)).toMatchObject({ kind: "post", session: ALICE });
});

test("[K2][D1] a relay that stops says that all its seats are gone, so that nobody waits for it", async () => {
  const { world, seatsTold } = amongRelays();
  await world.roomOf("alice", "bob");
  await world.rooms.drain();
  const [seats] = seatsTold("gone");
  expect(seats?.map(({ session }) => session).toSorted()).toEqual([ALICE, BOB].toSorted());
});

test("a room whose last seat here was taken over elsewhere is served no longer", async () => {
  const { world, orders } = amongRelays();
  await world.roomOf("alice");
  await orders(arriveOf(ALICE, 2));
  expect(world.rooms.count()).toEqual({ rooms: 0, lines: 0, away: 0 });
});

test("[K6] the order is lost: every line comes again later, and is served what stands by then", async () => {
  const { world, loses } = amongRelays();
  const [alice, bob] = await world.roomOf("alice", "bob");
  await loses();
  for (const who of [alice, bob]) {
    expect(who.closedBy()).toBe(CLOSE.later);
    expect(who.retryAfterMs()).toBeGreaterThanOrEqual(0);
    expect(who.retryAfterMs()).toBeLessThan(3_000);
  }
  expect(world.rooms.count().rooms).toBe(0);
  const carol = await world.enter("carol");
  expect(carol.last("turn").last.number).toBe(2);
});

test("[K6] the order is lost while a room is looked up: whoever asked comes again later", async () => {
  const { world, losesNext } = amongRelays();
  losesNext();
  const early = await world.enter("alice");
  expect(early.closedBy()).toBe(CLOSE.later);
  const again = await world.enter("alice");
  expect(again.frames.map(({ kind }) => kind)).toEqual(["no-room"]);
});
