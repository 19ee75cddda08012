/** A tiny world for stories: one relay, people with the real client, fake sockets, a clock turned by hand. */
import { createHash, randomBytes } from "node:crypto";
import { createClient, type Client, type ClientDeps } from "../../client/state/client.ts";
import { headlessFiles } from "../../client/state/files/headless.ts";
import { loadEngine } from "../../client/state/engine.ts";
import type { MessageItem, RoomView } from "../../client/state/view.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { DEFAULT_GRACE_MS, MAX_LIFETIME_MS } from "../../shared/limits.ts";
import type { Policy } from "../../shared/policy.ts";
import { createMemoryLog, type MemoryLog } from "../drivers/memory-log.ts";
import type { Judge, Log } from "../ports/log.ts";
import { judge } from "../room/judge.ts";
import { DEFAULT_ROOM_LIMITS, type RoomLimits } from "../room/limits.ts";
import { createRooms, type Rooms } from "../room/rooms.ts";
import { attachTo, ORIGIN } from "./attach.ts";
import { createHandClock, type HandClock } from "./hand-clock.ts";
import { createNetwork, type Network } from "./wire.ts";

export const POLICY: Policy = {
  messageTtlMs: 3_600_000,
  memberCap: 100,
  graceMs: DEFAULT_GRACE_MS,
  lifetimeMs: MAX_LIFETIME_MS,
};

/** A relay process, as far as its memory goes. */
export interface Relay {
  readonly log: MemoryLog;
  readonly rooms: Rooms;
}

export interface Person {
  readonly name: string;
  readonly client: Client;
  readonly network: Network;
  /** @throws where the person is not in a room. */
  room(): RoomView;
  /** Messages shown, as "name: text", in order. */
  read(): readonly string[];
  /** Own messages by their text. */
  mine(text: string): MessageItem | undefined;
  /** Kinds of the notices shown, in order. */
  notices(): readonly string[];
  /** Nicknames in the roster. */
  people(): readonly string[];
  /** Closes the laptop: no goodbye, and nothing more is done. */
  vanish(): void;
}

export interface World {
  readonly clock: HandClock;
  relay(): Relay;
  /** Faults of our own code, which no story may have. */
  readonly faults: unknown[];
  person(name: string): Person;
  /** A wire to the relay, for whoever speaks frames himself; `name` is the address. */
  wire(name: string): Network;
  /** Makes a room and is in it. */
  founder(name: string, policy?: Partial<Policy>, passphrase?: string): Promise<Person>;
  /** Joins by the link and is in the room. */
  joiner(name: string, link: string, passphrase?: string): Promise<Person>;
  run(ms: number): Promise<void>;
  /** Turns the clock until it holds. @throws when it does not within `withinMs`. */
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
  /** Kills the relay; nobody listens for `downMs`, then one starts that knows nothing. */
  restartRelay(downMs?: number): Promise<void>;
}

export interface WorldOptions {
  readonly latencyMs?: () => number;
  readonly limits?: Partial<RoomLimits>;
  readonly random?: () => number;
  /** What each relay's rooms get in place of its log: to watch the order, or to be slow or late about it. */
  readonly wrapLog?: (log: Log, clock: HandClock) => Log;
  /** The rules of a relay that keeps others than ours. */
  readonly judge?: Judge;
}

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const sha256 = (bytes: Bytes): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest());

export function createWorld(options: WorldOptions = {}): World {
  const clock = createHandClock();
  const faults: unknown[] = [];
  const limits = { ...DEFAULT_ROOM_LIMITS, ...options.limits };
  const latencyMs = options.latencyMs ?? (() => 20);
  let relay: Relay | null = startRelay();
  let dropAll: (() => void)[] = [];

  function startRelay(): Relay {
    const log = createMemoryLog({ clock, random, judge: options.judge ?? judge });
    const served = options.wrapLog?.(log, clock) ?? log;
    return {
      log,
      rooms: createRooms({
        log: served,
        clock,
        random,
        sha256,
        limits,
        media: null,
        report: () => undefined,
      }),
    };
  }

  function wire(name: string): Network {
    const network = createNetwork({
      clock,
      latencyMs,
      attach(socket) {
        if (relay === null) return false;
        const serving = relay;
        const isUp = (): boolean => serving === relay;
        const failed = (fault: unknown): void => void faults.push(fault);
        attachTo({ clock, rooms: serving.rooms, isUp, name, failed }, socket);
        return true;
      },
    });
    dropAll.push(() => network.breakAll());
    return network;
  }

  function person(name: string): Person {
    const failed = (fault: unknown): void => void faults.push(fault);
    return createPerson(name, wire(name), { clock, random: options.random ?? Math.random, failed });
  }

  async function run(ms: number): Promise<void> {
    await clock.advance(ms);
  }

  async function until(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
    for (let waited = 0; waited <= withinMs; waited += 50) {
      await clock.settle();
      if (holds()) return;
      await run(50);
    }
    throw new Error(`never: ${what}${faults.length > 0 ? `; fault: ${String(faults[0])}` : ""}`);
  }

  const isIn = (who: Person) => (): boolean => who.client.phase.value.kind === "room";

  return {
    clock,
    faults,
    person,
    wire,
    run,
    until,
    relay() {
      if (relay === null) throw new Error("the relay is down");
      return relay;
    },
    async founder(name, policy = {}, passphrase = "") {
      const who = person(name);
      who.client.make({ nickname: name, policy: { ...POLICY, ...policy }, passphrase });
      await until(`${name} makes a room`, isIn(who));
      return who;
    },
    async joiner(name, link, passphrase = "") {
      const who = person(name);
      who.client.openLink(link);
      who.client.enter(name, passphrase);
      await until(`${name} is in the room`, isIn(who));
      return who;
    },
    async restartRelay(downMs = 500) {
      relay = null;
      for (const drop of dropAll) drop();
      await run(downMs);
      relay = startRelay();
    },
  };
}

/** Somebody with the real client at one end of that network. */
export function createPerson(
  name: string,
  network: Network,
  parts: Pick<ClientDeps, "clock" | "random" | "failed">,
): Person {
  const client = createClient({
    ...parts,
    origin: ORIGIN,
    openSocket: (events) => network.openSocket(events),
    loadEngine,
    // What these stories tell has no files in it.
    loadFiles: async () => headlessFiles({ fetch, origin: ORIGIN, saved: () => undefined }),
    isOnline: () => true,
  });
  return { name, client, network, ...seenBy(client, network) };
}

function seenBy(client: Client, network: Network): Omit<Person, "name" | "client" | "network"> {
  const room = (): RoomView => {
    const phase = client.phase.value;
    if (phase.kind !== "room") throw new Error(`not in a room, but: ${JSON.stringify(phase)}`);
    return phase.room;
  };
  const messages = (): readonly MessageItem[] =>
    room().timeline.value.filter((item) => item.kind === "message");
  return {
    room,
    read: () => messages().map(({ nickname, text }) => `${nickname}: ${text}`),
    mine: (text) => messages().find((item) => item.isOwn && item.text === text),
    notices: () =>
      room().timeline.value.flatMap((item) => (item.kind === "notice" ? [item.what.kind] : [])),
    people: () => room().roster.value.map(({ nickname }) => nickname),
    vanish() {
      network.cut();
    },
  };
}
