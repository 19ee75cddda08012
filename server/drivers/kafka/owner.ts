/**
 * One partition as its owner in this region sees it: applies it while the region has it, obtains it while
 * the region lacks it, says every second which of the two it is.
 */
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { Judge } from "../../ports/log.ts";
import type { RedisLink } from "../redis/link.ts";
import { createApplying, type Applying } from "./applying.ts";
import { continuityOf } from "./continuity.ts";
import { loadRooms, renewRooms } from "./held-rooms.ts";
import { partitionNames } from "./keys.ts";
import { obtainPartition } from "./lacking.ts";
import type { LoggedRecord, OrderTopic, PartitionReader } from "./order-topic.ts";
import { encodePartitionRecord, type RecordId, type RegionName } from "./partition-records.ts";
import { createPausing } from "./pausing.ts";
import { parsePlace, PLACE_TTL_MS, placeFields, type Place } from "./place.ts";
import { ADOPT, DROP } from "./scripts.ts";
import { createSilenceWatch } from "./silence.ts";

const HEARTBEAT_MS = 1_000;
const RENEW_MS = 10_000;
/** After a failure it is tried again so soon. */
const AGAIN_MS = 200;

/** For the operator: that it happened. */
export type OwnerEvent = "strange-record" | "partition-lost" | "partition-begun";

export interface OwnerParts {
  readonly topic: OrderTopic;
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly region: RegionName;
  readonly partition: number;
  readonly freshId: () => RecordId;
  /** Asks other regions for a copy and installs it. */
  readonly copy: () => Promise<boolean>;
  readonly report: (event: OwnerEvent) => void;
}

export interface Owner {
  /** The partition as it stands between two applications; null while this relay does not apply it. */
  between<T>(look: (applying: Applying) => Promise<T>): Promise<T | null>;
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

/** Begins at once. */
export function startOwner(parts: OwnerParts): Owner {
  const { topic, link, clock, judge, region, partition } = parts;
  const names = partitionNames(partition);
  let applying: Applying | null = null;
  let watch = createSilenceWatch(region, [], clock.now());
  /** One thing at a time: a batch, a copy, a note of a silence. */
  let turn: Promise<unknown> = Promise.resolve();
  let hasFailed = false;
  let isOver = false;
  /** Ends the current stretch of applying. */
  let endStretch: () => void = () => undefined;
  const stops = new Set<Stop>();
  const pausing = createPausing(clock);

  function inTurn<T>(what: () => Promise<T>): Promise<T> {
    const done = turn.then(what);
    turn = done.catch(() => undefined);
    return done;
  }

  function every(ms: number, what: () => void): void {
    const again = (): void => {
      const stop = clock.after(ms, () => {
        stops.delete(stop);
        if (isOver) return;
        what();
        again();
      });
      stops.add(stop);
    };
    again();
  }

  function beat(): void {
    const id = parts.freshId();
    watch.said(id, clock.now());
    const has = applying !== null;
    topic.produce(partition, [encodePartitionRecord({ kind: "heartbeat", id, region, has })]);
    const silent = watch.newlySilent(clock.now());
    if (silent.length > 0) inTurn(async () => applying?.tellSilent(silent)).catch(failed);
  }

  function renew(): void {
    const rooms = applying?.rooms();
    if (rooms === undefined) return;
    link.command("PEXPIRE", names.place, PLACE_TTL_MS).catch(() => undefined);
    renewRooms(link, rooms, names.rooms, clock.now()).catch(() => undefined);
  }

  /** What is in memory may not be what Redis has any more. */
  function failed(): void {
    hasFailed = true;
    applying = null;
    endStretch();
  }

  async function readPlace(): Promise<Place | null> {
    const place = parsePlace(await link.command("HGETALL", names.place));
    if (place === undefined) throw new Error("a partition's place holds what no relay wrote");
    return place;
  }

  async function adopt(place: Place): Promise<boolean> {
    const args = [names.rooms, names.prefix, PLACE_TTL_MS, ...placeFields(place)];
    const isAdopted = String(await link.script(ADOPT, names.place, args)) === "ok";
    if (isAdopted) parts.report("partition-begun");
    return isAdopted;
  }

  /** The log is not the one that was applied, or has gone on without us: nothing of it is of use. */
  async function drop({ life, applied }: Place): Promise<void> {
    parts.report("partition-lost");
    await link.script(DROP, names.place, [life, applied, names.rooms, names.prefix]);
  }

  async function take(of: Applying, records: readonly LoggedRecord[]): Promise<void> {
    try {
      await of.apply(records);
    } catch {
      failed();
    }
  }

  function reader(of: Applying): PartitionReader {
    return {
      beginAt: () => of.place().applied,
      records: (records, isBeginning) =>
        inTurn(async () => {
          if (applying !== of) return;
          if (!isBeginning) return take(of, records);
          const verdict = continuityOf(of.place(), records, await topic.marks(partition));
          if (verdict.kind === "strange") throw new Error("it began elsewhere");
          if (verdict.kind === "goes-on") return take(of, verdict.next);
          await drop(of.place());
          applying = null;
          endStretch();
        }),
    };
  }

  /** Applies until something fails, the partition is dropped, or it is over. */
  async function applyFrom(place: Place): Promise<void> {
    const loaded = { link, clock, judge, partition, partitions: topic.partitions };
    const rooms = await loadRooms(loaded, place.life);
    watch = createSilenceWatch(region, place.heartbeats.keys(), clock.now());
    const of = createApplying(
      {
        ...loaded,
        region,
        heard: (from, id) => watch.heard(from, id, clock.now()),
        strange: () => parts.report("strange-record"),
      },
      place,
      rooms,
    );
    const ended = new Promise<void>((resolve) => (endStretch = resolve));
    if (isOver) return;
    hasFailed = false;
    applying = of;
    topic.follow(partition, reader(of));
    await ended;
    applying = null;
    await topic.unfollow(partition);
    await turn;
    if (hasFailed) throw new Error("it could not be applied");
  }

  async function run(): Promise<void> {
    const isStopped = (): boolean => isOver;
    while (!isStopped()) {
      try {
        const place = await readPlace();
        if (isStopped()) return;
        if (place === null) await obtainPartition({ ...parts, adopt, pausing, isOver: isStopped });
        else await applyFrom(place);
      } catch {
        // Redis or Kafka is away; what stands is read anew.
        await pausing.pause(AGAIN_MS);
      }
    }
  }

  every(HEARTBEAT_MS, beat);
  every(RENEW_MS, renew);
  const running = run();
  return {
    between: (look) => inTurn(async () => (applying === null ? null : look(applying))),
    async stop() {
      isOver = true;
      for (const stop of stops) stop();
      pausing.end();
      endStretch();
      await running;
    },
  };
}
