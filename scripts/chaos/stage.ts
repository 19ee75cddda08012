/** A whole system for one run: regions of relays, rooms full of people from all of them, and what orders. */
import { randomBytes } from "node:crypto";
import { MAX_LIFETIME_MS } from "../../shared/limits.ts";
import type { Policy } from "../../shared/policy.ts";
import { startKafkaSide, type KafkaSide, type KafkaWishes } from "./kafka-side.ts";
import { createPerson, type Person } from "./person.ts";
import { startRegion, type Region } from "./region.ts";
import type { RedisSide } from "./redis-side.ts";
import type { RelayProcess } from "./relays.ts";
import { until } from "./until.ts";

export interface Sizes {
  /** Null: Redis orders, and there is one region. */
  readonly regions: number | null;
  /** Of each region. */
  readonly relays: number;
  readonly rooms: number;
  readonly members: number;
  readonly messagesPerSecond: number;
}

export interface ChaosRoom {
  readonly name: string;
  readonly members: readonly Person[];
}

export interface Stage {
  readonly regions: readonly Region[];
  /** Of the first region. */
  readonly redis: RedisSide;
  /** Of all regions, the first one's first. */
  readonly relays: readonly RelayProcess[];
  /** Null where Redis orders. */
  readonly kafka: KafkaSide | null;
  /** A region that knows nothing begins; resolves when it is ready. */
  addRegion(): Promise<void>;
  /** Where this person's next connection goes, as long as that region has a relay that is ready. */
  move(person: Person, region: number): void;
  readonly rooms: readonly ChaosRoom[];
  /** Stands in every text and every nickname, and must not stand anywhere in Redis. */
  readonly canary: string;
  /** A new text, unlike all others. */
  text(): string;
  /** Faults of the client's own code. */
  readonly faults: readonly unknown[];
  stop(): Promise<void>;
}

const POLICY: Policy = {
  messageTtlMs: 5 * 60_000,
  memberCap: 100,
  graceMs: 2 * 60_000,
  lifetimeMs: MAX_LIFETIME_MS,
};

export interface Wishes {
  readonly policy?: Partial<Policy>;
  readonly kafka?: KafkaWishes;
}

/** A region may be added to those that there are. */
const SPARE_REGIONS = 1;

/** Resolves when everybody is in and confirmed. @throws where somebody does not get in within a minute. */
export async function setStage(
  sizes: Sizes,
  { policy = {}, kafka: kafkaWishes = {} }: Wishes,
): Promise<Stage> {
  const canary = `canary${randomBytes(6).toString("hex")}`;
  const faults: unknown[] = [];
  const count = sizes.regions ?? 1;
  const kafka =
    sizes.regions === null
      ? null
      : await startKafkaSide({ regions: count + SPARE_REGIONS, relays: sizes.relays }, kafkaWishes);
  const regions: Region[] = [];
  const homes = new Map<string, number>();

  async function addRegion(): Promise<void> {
    const environments = Array.from(
      { length: sizes.relays },
      (_, relay) => kafka?.environment(regions.length, relay) ?? { MAYFLY_MODE: "redis" },
    );
    regions.push(await startRegion(environments));
  }

  /** A relay of the region at home, else of the nearest one that has any that is ready. */
  function next(name: string): number | null {
    const home = homes.get(name) ?? 0;
    for (let i = 0; i < regions.length; i++) {
      const port = regions[(home + i) % regions.length]?.balancer.next() ?? null;
      if (port !== null) return port;
    }
    return null;
  }

  while (regions.length < count) await addRegion();
  const people: Person[] = [];
  let texts = 0;

  async function person(name: string): Promise<Person> {
    homes.set(`${canary}-${name}`, homes.size % count);
    const made = await createPerson({
      name: `${canary}-${name}`,
      next: () => next(`${canary}-${name}`),
      failed: (error) => faults.push(error),
    });
    people.push(made);
    return made;
  }

  async function fillRoom(_: unknown, i: number): Promise<ChaosRoom> {
    const name = `room${i + 1}`;
    const founder = await person(`${name}-1`);
    founder.make({ ...POLICY, ...policy });
    const { link } = await inRoom(founder);
    const others = Array.from({ length: sizes.members - 1 }, (__, k) => person(`${name}-${k + 2}`));
    const members = [founder, ...(await Promise.all(others))];
    for (const joiner of members.slice(1)) joiner.join(link);
    for (const member of members) {
      const room = await inRoom(member);
      await until(
        `${member.name} is confirmed`,
        () => room.encryption.value.kind === "sealed" && room.roster.value.length === sizes.members,
      );
    }
    return { name, members };
  }

  const rooms = await Promise.all(Array.from({ length: sizes.rooms }, fillRoom));
  const [first] = regions;
  if (first === undefined) throw new Error("no region");
  return {
    regions,
    redis: first.redis,
    relays: regions.flatMap(({ relays }) => relays),
    kafka,
    rooms,
    canary,
    text: () => `${canary} ${++texts} ${"x".repeat(texts % 200)}`,
    faults,
    addRegion,
    move: (who, region) => void homes.set(who.name, region),
    async stop() {
      await Promise.all(people.map((who) => who.close()));
      await Promise.all(regions.map((region) => region.stop()));
      await kafka?.stop();
    },
  };
}

async function inRoom(person: Person) {
  await until(`${person.name} is in the room`, () => person.room() !== null);
  const room = person.room();
  if (room === null) throw new Error(`${person.name} is out again`);
  return room;
}
