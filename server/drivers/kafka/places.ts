/** What this relay knows of its region's places: asked every second, of all partitions in one write. */
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { RedisLink } from "../redis/link.ts";
import { partitionNames } from "./keys.ts";
import type { LifeId, RegionName } from "./partition-records.ts";
import { parsePlace } from "./place.ts";

const ASK_MS = 1_000;
/** Heartbeats are applied every second: without one for so long, Kafka or the owner is away. */
const STALE_MS = 4_000;

export interface Places {
  /** The life of a partition that the region has and applies; null: it serves nothing of it. */
  lifeOf(partition: number): LifeId | null;
  /** When the newest record applied was appended, ms since 1970; 0: none was. */
  timeMsOf(partition: number): number;
  /** Since which of its heartbeats that region has been silent, and for how long that has been known, ms. */
  silenceOf(
    partition: number,
    region: RegionName,
  ): { readonly heartbeat: number; readonly knownMs: number } | null;
  /** Asks for one at once. @throws where Redis is away. */
  refresh(partition: number): Promise<void>;
  close(): void;
}

interface Known {
  life: LifeId | null;
  timeMs: number;
  applied: number;
  /** When `applied` was seen to have changed last. */
  movedMs: number;
  silent: Map<RegionName, { readonly heartbeat: number; readonly sinceMs: number }>;
}

export interface PlacesParts {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly partitions: number;
  /** These are not had any more, or are of another life. */
  readonly gone: (partitions: ReadonlySet<number>) => void;
}

/** Nothing is known before the first answer. */
export function watchPlaces({ link, clock, partitions, gone }: PlacesParts): Places {
  const known = Array.from({ length: partitions }, fresh);
  let stop: Stop = () => undefined;
  let isOpen = true;

  function fresh(): Known {
    return { life: null, timeMs: 0, applied: -1, movedMs: clock.now(), silent: new Map() };
  }

  const isStale = ({ movedMs }: Known): boolean => clock.now() - movedMs >= STALE_MS;
  const lifeNow = (of: Known | undefined): LifeId | null =>
    of === undefined || isStale(of) ? null : of.life;

  async function refresh(partition: number): Promise<void> {
    const { place: key } = partitionNames(partition);
    const place = parsePlace(await link.command("HGETALL", key)) ?? null;
    const of = known[partition];
    if (of === undefined) return;
    of.life = place?.life ?? null;
    if (place === null) return;
    if (place.applied !== of.applied) of.movedMs = clock.now();
    of.applied = place.applied;
    of.timeMs = place.timeMs;
    of.silent = new Map(
      Array.from(place.silent, ([region, heartbeat]) => {
        const before = of.silent.get(region);
        const sinceMs = before?.heartbeat === heartbeat ? before.sinceMs : clock.now();
        return [region, { heartbeat, sinceMs }];
      }),
    );
  }

  async function askAll(): Promise<void> {
    const before = known.map(({ life }) => life);
    await Promise.all(known.map((_, partition) => refresh(partition).catch(() => undefined)));
    const changed = known.flatMap((of, partition) => {
      const life = before[partition] ?? null;
      return life !== null && lifeNow(of) !== life ? [partition] : [];
    });
    if (changed.length > 0) gone(new Set(changed));
  }

  function again(): void {
    stop = clock.after(ASK_MS, () => void askAll().finally(() => isOpen && again()));
  }

  void askAll();
  again();
  return {
    lifeOf: (partition) => lifeNow(known[partition]),
    timeMsOf: (partition) => known[partition]?.timeMs ?? 0,
    silenceOf(partition, region) {
      const silent = known[partition]?.silent.get(region);
      if (silent === undefined) return null;
      return { heartbeat: silent.heartbeat, knownMs: clock.now() - silent.sinceMs };
    },
    refresh,
    close() {
      isOpen = false;
      stop();
    },
  };
}
