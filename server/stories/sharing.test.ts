/** Files between real clients over a real relay, by socket and HTTP: what people choose, see, stop and take back. */
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { equal, type Bytes } from "../../shared/bytes.ts";
import { CHUNK_BYTES } from "../../shared/limits.ts";
import { browserClock } from "../../client/net/browser-clock.ts";
import { webSockets } from "../../client/net/socket.ts";
import { createClient, type Client } from "../../client/state/client.ts";
import { loadEngine } from "../../client/state/engine.ts";
import type { Attachment } from "../../client/state/files/attachment.ts";
import { headlessFiles } from "../../client/state/files/headless.ts";
import type { MessageItem, RoomView } from "../../client/state/view.ts";
import { createSystemClock } from "../drivers/system-clock.ts";
import {
  MEDIA_POLICY,
  startMediaRelay,
  until,
  type MediaRelay,
  type MediaRelayOptions,
} from "./media-world.ts";

type Meddle = (url: string, init: RequestInit, go: () => Promise<Response>) => Promise<Response>;

interface Person {
  readonly client: Client;
  readonly room: () => RoomView;
  readonly saved: { readonly name: string; readonly content: Blob }[];
  readonly faults: unknown[];
  /** Comes between its requests and the relay. */
  meddle: Meddle;
  /** Its connection to the relay is lost. */
  readonly cut: () => void;
}

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(limits: MediaRelayOptions["limits"] = {}): Promise<MediaRelay> {
  const relay = await startMediaRelay({ clock: createSystemClock(), redis: null, limits });
  stops.push(() => relay.stop());
  return relay;
}

function person({ origin }: MediaRelay): Person {
  const sockets: WebSocket[] = [];
  class Kept extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      sockets.push(this);
    }
  }
  const me: Person = {
    saved: [],
    faults: [],
    meddle: (_url, _init, go) => go(),
    cut: () => sockets.forEach((socket) => socket.terminate()),
    room: () => {
      const phase = me.client.phase.value;
      if (phase.kind !== "room") throw new Error(`not in a room: ${phase.kind}`);
      return phase.room;
    },
    client: createClient({
      clock: browserClock,
      random: Math.random,
      origin,
      openSocket: webSockets(Kept, `${origin.replace("http", "ws")}/ws`, { origin }),
      loadEngine,
      loadFiles: async () =>
        headlessFiles({
          origin,
          fetch: (url, init) => me.meddle(url, init, () => fetch(url, init)),
          saved: (content, name) => void me.saved.push({ content, name }),
        }),
      isOnline: () => true,
      failed: (fault) => me.faults.push(fault),
    }),
  };
  stops.push(() => {
    me.client.restart();
    expect(me.faults).toEqual([]);
  });
  return me;
}

async function pair(relay: MediaRelay): Promise<{ readonly alice: Person; readonly bob: Person }> {
  const [alice, bob] = [person(relay), person(relay)];
  const isIn = ({ client }: Person) => client.phase.value.kind === "room";
  alice.client.make({ nickname: "alice", policy: MEDIA_POLICY, passphrase: "" });
  await until("alice is in", () => isIn(alice));
  bob.client.openLink(alice.room().link);
  bob.client.enter("bob", "");
  await until("bob is in", () => isIn(bob));
  await until("both are confirmed", () =>
    [alice, bob].every((each) => each.room().encryption.value.kind === "sealed"),
  );
  return { alice, bob };
}

const noise = (sizeBytes: number): Bytes => {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 65_536)
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

async function choose(who: Person, ...files: readonly (readonly [string, Bytes])[]) {
  const drafts = await who.room().examine(files.map(([name, bytes]) => new File([bytes], name)));
  return drafts.map((draft) => ({ draft, alt: "" }));
}

const messages = (who: Person): readonly MessageItem[] =>
  who.room().timeline.value.filter((item) => item.kind === "message");

/** Settles with the first attachment that `who` sees. */
async function firstFile(who: Person): Promise<Attachment> {
  await until("a file is shown", () => messages(who).some((item) => item.attachments.length > 0));
  const [attachment] = messages(who).flatMap((item) => item.attachments);
  if (attachment === undefined) throw new Error("no file");
  return attachment;
}

async function savedBy(who: Person, attachment: Attachment): Promise<Bytes> {
  const before = who.saved.length;
  attachment.save();
  await until(
    "it is saved",
    () => who.saved.length > before || attachment.saving.value.kind === "failed",
  );
  const last = who.saved.at(-1);
  if (last === undefined) throw new Error(JSON.stringify(attachment.saving.value));
  return new Uint8Array(await last.content.arrayBuffer());
}

const delivery = (who: Person) => messages(who).map((item) => item.delivery);

describe("[DESIGN 6] a file", () => {
  test("sent by alice is saved by bob, byte for byte, under a clean name", async () => {
    const { alice, bob } = await pair(await start());
    const bytes = noise(3 * CHUNK_BYTES + 4_321);
    const chosen = await choose(alice, ["../se\u202ecret.bin", bytes]);
    expect(alice.room().sendFiles(chosen, "look")).toBe(true);
    expect(messages(alice)).toMatchObject([{ text: "look", delivery: "pending" }]);
    const got = await firstFile(bob);
    expect(got).toMatchObject({ name: "secret.bin", sizeBytes: bytes.length, family: "file" });
    expect(messages(bob)[0]?.text).toBe("look");
    expect(equal(await savedBy(bob, got), bytes)).toBe(true);
    expect(bob.saved[0]?.name).toBe("secret.bin");
    await until("it is acknowledged", () => delivery(alice)[0] === "sent");
    expect(messages(alice)[0]?.attachments[0]?.upload.value.kind).toBe("done");
  });

  test("several go as one message, in their order; an empty one too", async () => {
    const { alice, bob } = await pair(await start());
    const files = [0, 1, 70_000].map((size, i) => [`${i}.bin`, noise(size)] as const);
    alice.room().sendFiles(await choose(alice, ...files), "");
    await firstFile(bob);
    const got = messages(bob)[0]?.attachments ?? [];
    expect(got.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ["0.bin", 0],
      ["1.bin", 1],
      ["2.bin", 70_000],
    ]);
    for (const [i, [, bytes]] of files.entries()) {
      const one = got[i];
      expect(one !== undefined && equal(await savedBy(bob, one), bytes)).toBe(true);
    }
  });

  test("talk goes on while one goes up; paused it waits, and goes on from where it was", async () => {
    const { alice, bob } = await pair(await start());
    const bytes = noise(12 * CHUNK_BYTES);
    const chunks: string[] = [];
    let hold: Promise<void> | null = null;
    alice.meddle = async (url, init, go) => {
      if (init.method === "PUT") chunks.push(url.split("/").at(-1) ?? "");
      await hold;
      return go();
    };
    alice.room().sendFiles(await choose(alice, ["film.bin", bytes]), "");
    const own = await firstFile(alice);
    await until("some of it went", () => chunks.length >= 3);
    own.pause();
    expect(own.upload.value.kind).toBe("paused");
    alice.room().send("meanwhile");
    await until("bob reads on", () => messages(bob).some(({ text }) => text === "meanwhile"));
    const before = new Set(chunks).size;
    hold = null;
    own.resume();
    const got = await firstFile(bob);
    expect(equal(await savedBy(bob, got), bytes)).toBe(true);
    // What was under way when it was held may go twice, the rest once.
    expect(chunks.length).toBeLessThanOrEqual(12 + 3);
    expect(before).toBeLessThan(12);
  });

  test("[M3] whose requests fail for a while arrives all the same, chunk by chunk", async () => {
    const { alice, bob } = await pair(await start());
    const bytes = noise(5 * CHUNK_BYTES);
    let failures = 0;
    alice.meddle = (_url, init, go) => {
      if (init.method !== "PUT" || failures >= 4) return go();
      failures += 1;
      if (failures % 2 === 0) return Promise.resolve(new Response("unavailable", { status: 503 }));
      return Promise.reject(new TypeError("network"));
    };
    alice.room().sendFiles(await choose(alice, ["a.bin", bytes]), "");
    expect(equal(await savedBy(bob, await firstFile(bob)), bytes)).toBe(true);
    expect(failures).toBe(4);
  });

  test("that is given up before it is sent is gone from the relay and shown to nobody", async () => {
    const relay = await start();
    const { alice, bob } = await pair(relay);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let puts = 0;
    alice.meddle = async (_url, init, go) => {
      if (init.method === "PUT" && ++puts > 2) await held;
      return go();
    };
    alice.room().sendFiles(await choose(alice, ["a.bin", noise(8 * CHUNK_BYTES)]), "");
    await until("some of it is held", () => (relay.memory?.size().heldBytes ?? 0) > 0);
    alice.room().discard(messages(alice)[0]?.key ?? "");
    letGo();
    expect(messages(alice)).toEqual([]);
    await until("nothing is left", () => relay.memory?.size().files === 0);
    alice.room().send("never mind");
    await until("bob reads on", () => messages(bob).length === 1);
    expect(messages(bob)[0]?.attachments).toEqual([]);
    expect(alice.room().pendingCount.value).toBe(0);
  });

  test("that is given up before the first of it is held costs no room there", async () => {
    const relay = await start();
    const { alice } = await pair(relay);
    let puts = 0;
    alice.meddle = (_url, init, go) => {
      if (init.method !== "PUT") return go();
      puts += 1;
      return new Promise((_resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(new TypeError("stopped")));
      });
    };
    alice.room().sendFiles(await choose(alice, ["a.bin", noise(2 * CHUNK_BYTES)]), "");
    await until("it is on its way", () => puts > 0);
    expect(relay.memory?.size().files).toBe(1);
    alice.room().discard(messages(alice)[0]?.key ?? "");
    await until("nothing is left", () => relay.memory?.size().files === 0);
  });

  test("taken back is gone from the relay and from bob's screen", async () => {
    const relay = await start();
    const { alice, bob } = await pair(relay);
    alice.room().sendFiles(await choose(alice, ["a.bin", noise(100_000)]), "oops");
    await firstFile(bob);
    await until("it is acknowledged", () => delivery(alice)[0] === "sent");
    alice.room().withdraw(messages(alice)[0]?.key ?? "");
    await until("bob does not see it", () => messages(bob).length === 0);
    await until("nothing is left", () => relay.memory?.size().files === 0);
    expect(messages(alice)).toEqual([]);
    const told = bob.room().timeline.value.at(-1);
    expect(told).toMatchObject({ what: { kind: "withdrawn", nickname: "alice" } });
  });

  test("[M9] when the last one leaves nothing of it is left", async () => {
    const relay = await start();
    const { alice, bob } = await pair(relay);
    alice.room().sendFiles(await choose(alice, ["a.bin", noise(600_000)]), "");
    await firstFile(bob);
    alice.room().leave();
    bob.room().leave();
    await until("nothing is left", () => relay.memory?.size().files === 0);
  });
});

describe("[M4] the relay has no room for it", () => {
  test.each([
    [{ mediaFileBytes: 100_000 }, "too-large"],
    [{ mediaMemberBytes: 100_000 }, "member-quota"],
    [{ mediaRoomBytes: 100_000 }, "room-quota"],
    [{ mediaBytes: 0 }, "off"],
  ] as const)("%j: said before a byte is sent (%s), and the room goes on", async (limits, why) => {
    const { alice, bob } = await pair(await start(limits));
    let puts = 0;
    alice.meddle = (_url, init, go) => {
      if (init.method === "PUT") puts += 1;
      return go();
    };
    alice.room().sendFiles(await choose(alice, ["a.bin", noise(200_000)]), "");
    await until("it is said", () => delivery(alice)[0] === "failed");
    expect(messages(alice)[0]).toMatchObject({ failReason: "file" });
    expect(messages(alice)[0]?.attachments[0]?.upload.value).toEqual({ kind: "failed", why });
    expect(puts).toBe(0);
    alice.room().discard(messages(alice)[0]?.key ?? "");
    alice.room().send("words then");
    await until("bob reads on", () => messages(bob).length === 1);
  });

  test("for one file of several: what it reserved and holds of the others is given back", async () => {
    const relay = await start({ mediaMemberBytes: 100_000 });
    const { alice } = await pair(relay);
    const files = [0, 60_000, 60_000].map((size, i) => [`${i}.bin`, noise(size)] as const);
    alice.room().sendFiles(await choose(alice, ...files), "");
    await until("it is said", () => delivery(alice)[0] === "failed");
    await until("nothing is left", () => relay.memory?.size().files === 0);
  });
});

describe("[HOSTILE 55] a chunk that comes", () => {
  const CHUNKS = 3;

  async function broken(
    meddle: (index: number, answer: Response, sealed: Map<number, Bytes>) => Promise<Response>,
  ) {
    const { alice, bob } = await pair(await start());
    const sealed = new Map<number, Bytes>();
    alice.meddle = async (url, init, go) => {
      if (init.method === "PUT") sealed.set(Number(url.split("/").at(-1)), init.body as Bytes);
      return go();
    };
    bob.meddle = async (url, _init, go) =>
      meddle(Number(url.split("/").at(-1)), await go(), sealed);
    alice.room().sendFiles(await choose(alice, ["a.bin", noise(CHUNKS * CHUNK_BYTES)]), "");
    const got = await firstFile(bob);
    got.save();
    await until("it is said", () => got.saving.value.kind === "failed");
    expect(bob.saved).toEqual([]);
    alice.room().send("still here");
    await until("the room is alive", () => messages(bob).length === 2);
    return got.saving.value;
  }

  const answerOf = async (bytes: Bytes): Promise<Response> => new Response(bytes);

  test("changed in one bit is refused, and nothing is saved", async () => {
    const failed = await broken(async (index, answer) => {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (index === 1) bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
      return answerOf(bytes);
    });
    expect(failed).toEqual({ kind: "failed", why: "tampered" });
  });

  test("in another's place is refused", async () => {
    const failed = await broken((index, answer, sealed) => {
      const swapped = sealed.get(index === 0 ? 1 : 0);
      return swapped === undefined ? Promise.resolve(answer) : answerOf(swapped);
    });
    expect(failed).toEqual({ kind: "failed", why: "tampered" });
  });

  test("not at all is said to be gone", async () => {
    const failed = await broken(async (index, answer) =>
      index === 2 ? new Response("no-chunk", { status: 404 }) : answer,
    );
    expect(failed).toEqual({ kind: "failed", why: "gone" });
  });
});

describe("[M3] in the middle of an upload", () => {
  test("a lost connection costs nothing: it goes on when there is one again", async () => {
    const { alice, bob } = await pair(await start());
    const bytes = noise(6 * CHUNK_BYTES);
    let puts = 0;
    alice.meddle = (_url, init, go) => {
      if (init.method === "PUT" && ++puts === 3) alice.cut();
      return go();
    };
    alice.room().sendFiles(await choose(alice, ["a.bin", bytes]), "");
    await until("it was noticed", () => alice.room().connection.value !== "live");
    expect(equal(await savedBy(bob, await firstFile(bob)), bytes)).toBe(true);
    expect(puts).toBeLessThanOrEqual(6 + 3);
  });

  test("a lost seat begins it anew, under other keys, and it arrives once", async () => {
    const { alice, bob } = await pair(await start());
    const bytes = noise(6 * CHUNK_BYTES);
    const paths = new Set<string>();
    alice.meddle = (url, init, go) => {
      if (init.method === "PUT") {
        if (paths.size === 0) alice.room().rejoin();
        paths.add(url.split("/").at(-2) ?? "");
      }
      return go();
    };
    alice.room().sendFiles(await choose(alice, ["a.bin", bytes]), "");
    expect(equal(await savedBy(bob, await firstFile(bob)), bytes)).toBe(true);
    expect(paths.size).toBe(2);
    await until("it is acknowledged", () => delivery(alice)[0] === "sent");
    expect(messages(bob)).toHaveLength(1);
  });
});
