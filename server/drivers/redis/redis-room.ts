/** One room served by this relay: what it follows in Redis, and the way in that the log's kind gives it. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import type { Incarnation } from "../../../shared/ids.ts";
import type { Judge, LogListener, RoomLog } from "../../ports/log.ts";
import { SPARE_MS } from "./append-call.ts";
import { encodeNote, type BusItem } from "./bus.ts";
import { createFollower, type Follower } from "./follower.ts";
import type { RoomNames } from "./keys.ts";
import type { RedisLink } from "./link.ts";
import type { Seen } from "./look-up.ts";
import { createTurnLease } from "./turn-lease.ts";

/** A purge that did not reach Redis is tried again after so long. */
const PURGE_AGAIN_MS = 1_000;

/** How what is proposed for a room gets into its order; the way back is the same whoever orders. */
export interface WayIn {
  /** One call at a time. See `RoomLog.append`. */
  append: RoomLog["append"];
  /** Ends that life of the room; the follower is told. @throws where the order cannot be reached. */
  purge(incarnation: Incarnation): Promise<void>;
  /** Tells relays that the room's channel does not reach. */
  noteFarther(note: Bytes): void;
  /** See `RoomLog.isAhead`. */
  isAhead(incarnation: Incarnation): boolean;
}

export interface RedisRoomDeps {
  readonly link: RedisLink;
  readonly names: RoomNames;
  readonly relayId: string;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly listener: LogListener;
  readonly closed: () => void;
  readonly wayIn: (follower: Follower) => WayIn;
}

export interface RedisRoom extends RoomLog {
  /** Loads the room as it stands; its channel must be subscribed to already. @throws where Redis is away. */
  load(): Promise<void>;
  /** Something arrived on the room's channel. */
  item(item: BusItem): void;
  /** What a look at Redis said. */
  compare(seen: Seen): void;
  /** Keeps the keys of the room for as long as it is served. @throws where Redis is away. */
  renew(): Promise<void>;
  /** Gives up following. */
  lose(): void;
}

/** Serves a room that is not loaded yet. */
export function createRedisRoom(deps: RedisRoomDeps): RedisRoom {
  const { link, names, clock, listener } = deps;
  /** What came while the room was being loaded. */
  let early: BusItem[] | null = [];
  const follower = createFollower({ ...deps, outlived: () => void outlived() });
  const way = deps.wayIn(follower);
  let tail: Promise<unknown> = Promise.resolve();

  async function outlived(): Promise<void> {
    try {
      await purge();
    } catch {
      if (!follower.isOver()) clock.after(PURGE_AGAIN_MS, () => void outlived());
    }
  }

  async function purge(): Promise<void> {
    const incarnation = follower.course()?.life.incarnation;
    if (incarnation !== undefined) await way.purge(incarnation);
  }

  function item(given: BusItem): void {
    if (early !== null) return void early.push(given);
    if (follower.isOver()) return;
    if (given.kind === "record") follower.came(given.record, given.groupInfo, given.incarnation);
    else if (given.kind === "ended") follower.ended(given.incarnation);
    else if (given.kind === "lost") {
      if (follower.course()?.life.incarnation === given.incarnation) follower.lose();
    } else if (given.from !== deps.relayId) listener.noted(given.note);
  }

  /** Of what came during the load only what follows it: the rest is of a life before. */
  function isOfLoaded(given: BusItem): boolean {
    const loaded = follower.course()?.life.incarnation;
    return given.kind === "note" || loaded === undefined || given.incarnation === loaded;
  }

  return {
    async load() {
      await follower.load();
      const items = early ?? [];
      early = null;
      for (const given of items) if (isOfLoaded(given)) item(given);
      if (follower.isOver()) throw new Error("the room was lost while it was loaded");
    },
    item,
    standing() {
      const life = follower.isOver() ? undefined : follower.course()?.life;
      return life?.standing(clock.now()) ?? null;
    },
    append(candidates) {
      const turn = tail.then(() => way.append(candidates));
      tail = turn.catch(() => undefined);
      return turn;
    },
    async since(number) {
      const course = follower.course();
      return course === null ? [] : course.stored.read(number + 1, course.life.head());
    },
    purge,
    note(note) {
      const bytes = Buffer.from(encodeNote(deps.relayId, note));
      link.command("SPUBLISH", names.channel, bytes).catch(() => undefined);
      way.noteFarther(note);
    },
    isAhead: (incarnation) => way.isAhead(incarnation),
    ...createTurnLease(link, names, deps.relayId),
    compare(seen) {
      if (early === null) follower.compare(seen);
    },
    async renew() {
      const course = follower.course();
      if (course === null || clock.now() >= course.life.endsAtMs) return;
      const { last, policy } = course.life.standing(clock.now());
      await course.stored.renew(last.record.number, policy.graceMs + SPARE_MS);
    },
    lose: () => follower.lose(),
    close: () => follower.finish(),
  };
}
