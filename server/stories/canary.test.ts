/**
 * The canary run: unique strings in texts, nicknames, the passphrase and the link never occur in what a
 * relay receives, prints or holds, in any of the shapes of canaries.ts. Each search is shown to find
 * what must be there, so that its silence means something.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { deriveRoomKeys } from "../../client/crypto/keys.ts";
import { parseLink } from "../../client/crypto/link.ts";
import { browserClock } from "../../client/net/browser-clock.ts";
import { webSockets } from "../../client/net/socket.ts";
import { createClient, type Client } from "../../client/state/client.ts";
import { headlessFiles } from "../../client/state/files/headless.ts";
import { loadEngine } from "../../client/state/engine.ts";
import type { RoomView } from "../../client/state/view.ts";
import { parseHex, utf8 } from "../../shared/bytes.ts";
import { decodeClientFrame } from "../../shared/codec/client-frames.ts";
import { encodeRecord } from "../../shared/codec/records.ts";
import type { RoomLog } from "../ports/log.ts";
import { createSearch, foundIn, shapesOf, type Canary } from "./canaries.ts";
import { confirmed, roomOf } from "./going-on.ts";
import { startRelayProcess, unmasked, type RelayProcess } from "./relay-process.ts";
import { createWorld, POLICY } from "./world.ts";

const unique = (what: string): string => `canary-${what}-${randomBytes(6).toString("hex")}`;
const canary = (name: string, text: string): Canary => ({ name, bytes: utf8(text) });

/** Everything that only members may know. */
function canariesOf(
  link: string,
  said: { readonly [name: string]: string },
  passphrase: string | null,
): Canary[] {
  const secret = parseLink(link)?.secret;
  if (secret === undefined) throw new Error("no link");
  const keys = deriveRoomKeys(secret, passphrase);
  return [
    ...Object.entries(said).map(([name, text]) => canary(name, text)),
    canary("fragment", link.split("#")[1] ?? ""),
    { name: "secret", bytes: secret },
    { name: "outer key", bytes: keys.outerKey },
    // libsodium's private key is the seed and then the public key, which a relay does see.
    { name: "door key", bytes: keys.door.privateKey.subarray(0, 32) },
  ];
}

describe("[§1.1] the search itself", () => {
  it("finds a canary in each shape, wherever it is cut, and nothing else", () => {
    const bird = canary("bird", unique("text"));
    for (const { name, bytes } of shapesOf(bird)) {
      const hay = Buffer.concat([randomBytes(1_000), bytes, randomBytes(1_000)]);
      expect(foundIn(hay, [bird])).toContain(name);
      const search = createSearch([bird]);
      search.feed(hay.subarray(0, 1_005));
      search.feed(hay.subarray(1_005));
      expect(search.found()).toContain(name);
    }
    for (const shift of [0, 1, 2]) {
      const text = Buffer.concat([randomBytes(shift), bird.bytes, randomBytes(9)]);
      expect(foundIn(Buffer.from(text.toString("base64")), [bird])).toContain(
        `bird base64+${shift}`,
      );
    }
    expect(foundIn(randomBytes(100_000), [bird])).toEqual([]);
  });
});

it("[§1.1] the memory log keeps none of it: every byte it could hand out, searched", async () => {
  let log: RoomLog | null = null;
  const world = createWorld({
    wrapLog: (inner) => ({
      ...inner,
      async serve(routeId, listener) {
        log = await inner.serve(routeId, listener);
        return log;
      },
    }),
  });
  const nickname = unique("nick");
  const people = await roomOf(world, nickname, "bob");
  const { link } = (people[0] as (typeof people)[0]).room();
  await confirmed(world, people);
  const text = unique("text");
  for (const who of people) who.room().send(text);
  await world.until("all is said", () => people.every((who) => who.read().length === 2));
  const room = log as RoomLog | null;
  const standing = room?.standing();
  if (room === null || standing === null || standing === undefined) throw new Error("no room");
  const records = await room.since(0);
  expect(records.filter(({ kind }) => kind === "post")).toHaveLength(2);
  const held = Buffer.concat([
    ...records.map((record) => encodeRecord(record)),
    standing.last.groupInfo,
    encodeRecord(standing.last.record),
    Buffer.from(JSON.stringify([...standing.state])),
  ]);
  const canaries = canariesOf(link, { nickname, text }, null);
  expect(foundIn(held, canaries)).toEqual([]);
  const posted = records.find((record) => record.kind === "post");
  expect(foundIn(held, [{ name: "sealed", bytes: posted?.sealed ?? utf8("none") }])).toEqual([
    "sealed raw",
  ]);
});

describe("[§1.1] a real relay process, three real clients on real sockets", () => {
  let relay: RelayProcess | null = null;
  afterEach(() => relay?.stop());

  it("receives, prints and holds no text, no nickname, no passphrase, nothing of the link", async () => {
    relay = await startRelayProcess();
    const { origin, url } = relay;
    const faults: unknown[] = [];
    const client = (): Client =>
      createClient({
        clock: browserClock,
        random: Math.random,
        origin,
        openSocket: webSockets(WebSocket, url, { origin, perMessageDeflate: false }),
        loadEngine,
        loadFiles: async () => headlessFiles({ fetch, origin, saved: () => undefined }),
        isOnline: () => true,
        failed: (fault) => faults.push(fault),
      });
    const passphrase = unique("passphrase");
    const said = {
      "alice's text": unique("text"),
      "bob's text": unique("text"),
      "alice's nickname": unique("nick"),
      "bob's nickname": unique("nick"),
      "carol's nickname": unique("nick"),
      passphrase,
    };
    const alice = client();
    alice.make({ nickname: said["alice's nickname"], policy: POLICY, passphrase });
    const aliceIn = await inRoom(alice);
    const { link } = aliceIn;
    const rooms = [aliceIn];
    for (const nickname of [said["bob's nickname"], said["carol's nickname"]]) {
      const joiner = client();
      joiner.openLink(link);
      joiner.enter(nickname, passphrase);
      rooms.push(await inRoom(joiner));
    }
    const [, bobIn, carolIn] = rooms as [RoomView, RoomView, RoomView];
    aliceIn.send(said["alice's text"]);
    bobIn.send(said["bob's text"]);
    await until("carol reads both", () => texts(carolIn).length === 2);
    expect(texts(carolIn)).toEqual(
      expect.arrayContaining([said["alice's text"], said["bob's text"]]),
    );
    carolIn.leave();
    await until("carol is removed", () => aliceIn.roster.value.length === 2);

    const canaries = canariesOf(link, said, passphrase);
    const { routeId } = deriveRoomKeys(parseLink(link)?.secret ?? new Uint8Array(), passphrase);
    const route: Canary = { name: "route", bytes: parseHex(routeId) ?? new Uint8Array() };

    // What it receives: raw, with the HTTP requests, and the frames without their masks.
    const up = relay.received();
    const frames = up.flatMap(unmasked);
    expect(up.length).toBeGreaterThanOrEqual(3);
    expect(foundIn(Buffer.concat(up), canaries)).toEqual([]);
    expect(foundIn(Buffer.concat(frames), canaries)).toEqual([]);
    expect(foundIn(Buffer.concat(frames), [route])).toEqual(["route raw"]);

    // What it holds: the bytes of all its memory, and what V8 lists of its heap.
    const forbidden = createSearch(canaries);
    const expected = createSearch([route, { name: "post", bytes: postIn(frames) }]);
    if (process.platform === "linux") {
      const searched = await relay.searchMemory([forbidden, expected]);
      expect(searched).toBeGreaterThan(10 << 20);
      expect(forbidden.found()).toEqual([]);
      expect(expected.found()).toEqual(expect.arrayContaining(["post raw", "route hex"]));
    }
    const snapshot = await relay.heapSnapshot();
    expect(foundIn(snapshot, canaries)).toEqual([]);
    expect(foundIn(snapshot, [route])).toEqual(["route hex"]);

    // It was not searched dead: they talk on.
    const last = unique("text");
    aliceIn.send(last);
    await until("bob reads on", () => texts(bobIn).includes(last));
    for (const room of [aliceIn, bobIn]) room.leave();
    await pause(500);

    // What it prints, from its first line to its last; not even the route is in it.
    const { printed, stop } = relay;
    relay = null;
    await stop();
    const log = Buffer.from(printed());
    expect(log.toString()).toContain('"event":"connected"');
    expect(log.toString()).toContain('"event":"stopped"');
    expect(foundIn(log, [...canaries, route, canary("later text", last)])).toEqual([]);
    expect(faults).toEqual([]);
  }, 120_000);
});

/** The sealed bytes of a post that went up: a relay holds them while the room stands. */
function postIn(payloads: readonly Buffer[]): Uint8Array {
  for (const payload of payloads) {
    const frame = decodeClientFrame(payload);
    const offer = frame?.kind === "propose" ? frame.offers[0] : undefined;
    if (offer?.kind === "post") return offer.sealed;
  }
  throw new Error("no post went up");
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`never: ${what}`);
    await pause(20);
  }
}

/** In the room, confirmed. */
async function inRoom(client: Client): Promise<RoomView> {
  const room = (): RoomView | null =>
    client.phase.value.kind === "room" ? client.phase.value.room : null;
  await until("in the room", () => room()?.encryption.value.kind === "sealed");
  return room() as RoomView;
}

const texts = (room: RoomView): string[] =>
  room.timeline.value.flatMap((item) => (item.kind === "message" ? [item.text] : []));
