/** A whole system for one run: Redis, relays, a balancer, rooms full of people, and messages all the time. */
import { randomBytes } from "node:crypto";
import { MAX_LIFETIME_MS } from "../../shared/limits.ts";
import type { Policy } from "../../shared/policy.ts";
import { startBalancer } from "./balancer.ts";
import { createPerson, type Person } from "./person.ts";
import { startRedisSide, type RedisSide } from "./redis-side.ts";
import { prepareRelay, type RelayProcess } from "./relays.ts";
import { until } from "./until.ts";

export interface Sizes {
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
  readonly redis: RedisSide;
  readonly relays: readonly RelayProcess[];
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

/** Resolves when everybody is in and confirmed. @throws where somebody does not get in within a minute. */
export async function setStage(sizes: Sizes, policy: Partial<Policy>): Promise<Stage> {
  const canary = `canary${randomBytes(6).toString("hex")}`;
  const faults: unknown[] = [];
  const redis = await startRedisSide(sizes.relays);
  const relays = await Promise.all(redis.lines.map(({ port }) => prepareRelay(port)));
  await Promise.all(relays.map((relay) => relay.start()));
  const balancer = startBalancer(relays);
  const people: Person[] = [];
  let texts = 0;

  async function person(name: string): Promise<Person> {
    const made = await createPerson({
      name: `${canary}-${name}`,
      next: () => balancer.next(),
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
  return {
    redis,
    relays,
    rooms,
    canary,
    text: () => `${canary} ${++texts} ${"x".repeat(texts % 200)}`,
    faults,
    async stop() {
      balancer.stop();
      await Promise.all(people.map((who) => who.close()));
      await Promise.all(relays.map((relay) => relay.end("SIGKILL")));
      await redis.stop();
    },
  };
}

async function inRoom(person: Person) {
  await until(`${person.name} is in the room`, () => person.room() !== null);
  const room = person.room();
  if (room === null) throw new Error(`${person.name} is out again`);
  return room;
}
