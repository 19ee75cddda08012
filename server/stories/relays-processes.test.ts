/** Relays as real processes over one real Redis: stopped, woken and killed while people are on them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { browserClock } from "../../client/net/browser-clock.ts";
import { webSockets } from "../../client/net/socket.ts";
import { startRedis, type TestRedis } from "../drivers/redis/test-redis.ts";
import { confirmed, expectOneRoom } from "./promises.ts";
import { presentTo, talk } from "./relays-world.ts";
import { ORIGIN } from "./attach.ts";
import { createPerson, POLICY, type Person } from "./world.ts";
import { createNetwork } from "./wire.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const PATIENCE_MS = 40_000;
const LOOK_MS = 20;

interface Relay {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Somebody with the real client over real sockets to the relay that is named last. */
interface Traveller extends Person {
  sendTo(relay: Relay): void;
  /** The connection breaks; the client is told, the relay is if it still runs. */
  breakOff(): void;
}

let redis: TestRedis;
let folder: string;
let relays: Relay[] = [];
let sockets: WebSocket[] = [];
const faults: unknown[] = [];

beforeEach(async () => {
  redis = await startRedis();
  folder = await mkdtemp(join(tmpdir(), "mayfly-client-"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>Mayfly</title>");
  relays = await Promise.all([launch(), launch(), launch()]);
});
afterEach(async () => {
  for (const { child } of relays) child.kill("SIGKILL");
  for (const socket of sockets) socket.terminate();
  sockets = [];
  await redis.stop();
  await rm(folder, { recursive: true });
});

function launch(): Promise<Relay> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      PUBLIC_ORIGIN: ORIGIN,
      CLIENT_FOLDER: folder,
      MAYFLY_MODE: "redis",
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  return new Promise((resolve, reject) => {
    const look = (part: Buffer): void => {
      printed += part.toString();
      const port = /"event":"listening".*"port":(\d+)/.exec(printed)?.[1];
      if (port !== undefined) resolve({ child, port: Number(port) });
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.once("exit", () => reject(new Error(printed)));
  });
}

function traveller(name: string, first: Relay): Traveller {
  let relay = first;
  const own: WebSocket[] = [];
  const Remembering = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      own.push(this);
      sockets.push(this);
    }
  };
  const headers = { host: new URL(ORIGIN).host };
  // The clock and the frames are those of the story's network; the way there is a real socket.
  const network = createNetwork({ clock: browserClock, latencyMs: () => 0, attach: () => false });
  network.openSocket = (events) => {
    const url = `ws://127.0.0.1:${relay.port}/ws`;
    return webSockets(Remembering, url, { origin: ORIGIN, headers })(events);
  };
  const failed = (fault: unknown): void => void faults.push(fault);
  return {
    ...createPerson(name, network, { clock: browserClock, random: Math.random, failed }),
    sendTo: (other) => void (relay = other),
    breakOff: () => own.at(-1)?.terminate(),
  };
}

const world = {
  faults,
  async until(
    what: string,
    holds: () => boolean | Promise<boolean>,
    withinMs = PATIENCE_MS,
  ): Promise<void> {
    const startMs = performance.now();
    while (!(await holds())) {
      if (performance.now() - startMs > withinMs) throw new Error(`never: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  },
};

const isIn = (who: Person) => (): boolean => who.client.phase.value.kind === "room";

async function roomOf(...places: readonly (readonly [string, Relay | undefined])[]) {
  const people: Traveller[] = [];
  for (const [name, relay] of places) {
    if (relay === undefined) throw new Error("no such relay");
    const who = traveller(name, relay);
    const [founder] = people;
    if (founder === undefined) {
      who.client.make({ nickname: name, policy: { ...POLICY, graceMs: 15_000 }, passphrase: "" });
    } else {
      who.client.openLink(founder.room().link);
      who.client.enter(name, "");
    }
    await world.until(`${name} is in the room`, isIn(who));
    people.push(who);
  }
  await confirmed(world, people);
  const names = people.map(({ name }) => name);
  await expectOneRoom(world, people, names);
  return people;
}

it("[K3][E10] a relay sleeps and wakes: who moved on keeps the seat elsewhere, who waited is present again", async () => {
  const [first, second, third] = relays;
  const people = await roomOf(["alice", first], ["bob", second], ["carol", second]);
  const [alice, bob, carol] = people;
  if (!alice || !bob || !carol || !second || !third) throw new Error("somebody is missing");
  await talk(world, people, "before");
  second.child.kill("SIGSTOP");
  bob.sendTo(third);
  bob.breakOff();
  await world.until("carol is away", () => presentTo(alice).join() === "alice,bob", 10_000);
  alice.room().send("carol cannot read this yet");
  await world.until("bob reads it", () => bob.read().includes("alice: carol cannot read this yet"));
  second.child.kill("SIGCONT");
  await world.until("carol reads it", () =>
    carol.read().includes("alice: carol cannot read this yet"),
  );
  const allPresent = (): boolean =>
    people.every((who) => presentTo(who).join() === "alice,bob,carol");
  await world.until("everyone is present", allPresent, 5_000);
  await talk(world, people, "after");
  expect(bob.room().connection.value).toBe("live");
  for (const who of people) {
    expect(who.notices()).not.toContain("rejoined");
    expect(who.notices()).not.toContain("left");
  }
  expect(faults).toEqual([]);
}, 60_000);

it("[K3] SIGKILL: who was on that relay goes on at another with the same seat and reads all that was said", async () => {
  const [first, second, third] = relays;
  const people = await roomOf(["alice", first], ["bob", second], ["carol", third]);
  const [alice, bob] = people;
  if (!alice || !bob || !first || !second) throw new Error("somebody is missing");
  bob.sendTo(first);
  alice.room().send("into the gap");
  bob.room().send("out of the gap");
  second.child.kill("SIGKILL");
  await world.until("both arrive everywhere", () =>
    people.every((who) =>
      ["alice: into the gap", "bob: out of the gap"].every((line) => who.read().includes(line)),
    ),
  );
  await talk(world, people, "after");
  await expectOneRoom(world, people, ["alice", "bob", "carol"]);
  for (const who of people) expect(who.notices()).not.toContain("rejoined");
  expect(faults).toEqual([]);
}, 60_000);
