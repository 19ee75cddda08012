import { describe, expect, it } from "vitest";
import { createHandClock } from "../../server/stories/hand-clock.ts";
import { DEFAULT_GRACE_MS, MAX_LIFETIME_MS } from "../../shared/limits.ts";
import type { SocketEvents } from "../net/socket.ts";
import { createClient } from "./client.ts";
import { headlessFiles } from "./files/headless.ts";
import { loadEngine, type Engine } from "./engine.ts";

const POLICY = {
  messageTtlMs: 3_600_000,
  memberCap: 10,
  graceMs: DEFAULT_GRACE_MS,
  lifetimeMs: MAX_LIFETIME_MS,
};
const OPTIONS = { nickname: "alice", policy: POLICY, passphrase: "" };
const LINK = `http://mayfly.test/#AA${"A".repeat(43)}`;

/** A client whose relay never answers, unless the test does. */
function setUp(load: () => Promise<Engine> = loadEngine) {
  const clock = createHandClock();
  const faults: unknown[] = [];
  const sockets: { readonly events: SocketEvents; isClosed: boolean }[] = [];
  const client = createClient({
    clock,
    random: () => 0,
    origin: "http://mayfly.test",
    openSocket(events) {
      const socket = { events, isClosed: false };
      sockets.push(socket);
      return { send: () => undefined, close: () => void (socket.isClosed = true) };
    },
    loadEngine: load,
    loadFiles: async () =>
      headlessFiles({ fetch, origin: "http://mayfly.test", saved: () => undefined }),
    isOnline: () => true,
    failed: (fault) => faults.push(fault),
  });
  return { clock, client, sockets, faults };
}

async function realLink(): Promise<string> {
  const engine = await loadEngine();
  return engine.linkOf("http://mayfly.test", engine.createSecret(), false);
}

describe("links", () => {
  it.each(["", "hello", "http://mayfly.test/#", LINK + "!", LINK.slice(0, -5)])(
    "%j is damaged, and that is said",
    (text) => {
      const { client } = setUp();
      client.openLink(text);
      expect(client.phase.value).toEqual({ kind: "start", notice: "damaged-link" });
      client.enter("alice", "");
      expect(client.phase.value).toEqual({ kind: "start", notice: "damaged-link" });
    },
  );

  it("a good one invites, spaces around it or not", async () => {
    const { client } = setUp();
    client.openLink(`  ${await realLink()}\n`);
    expect(client.phase.value).toEqual({ kind: "invited", hasPassphrase: false, notice: null });
  });
});

describe("entering", () => {
  it("a name that cannot be shown enters nothing", async () => {
    const { client, clock } = setUp();
    client.make({ ...OPTIONS, nickname: " \u200B " });
    await clock.advance(100);
    expect(client.phase.value.kind).toBe("start");
  });

  it("shows its steps: keys, then connecting", async () => {
    const { client, clock, sockets } = setUp();
    client.make(OPTIONS);
    expect(client.phase.value).toEqual({ kind: "entering", step: "keys" });
    await clock.advance(100);
    expect(client.phase.value).toEqual({ kind: "entering", step: "connecting" });
    expect(sockets).toHaveLength(1);
  });

  it("says so where the cryptography does not load, and can be tried again", async () => {
    let works = false;
    const { client, clock, faults } = setUp(() =>
      works ? loadEngine() : Promise.reject(new Error("no WebAssembly")),
    );
    client.make(OPTIONS);
    await clock.advance(100);
    expect(client.phase.value).toEqual({ kind: "start", notice: "crypto-failed" });
    expect(faults).toEqual([new Error("no WebAssembly")]);
    works = true;
    client.make(OPTIONS);
    await clock.advance(100);
    expect(client.phase.value.kind).toBe("entering");
  });

  it("given up while the cryptography loads, its failure says nothing to the next screen", async () => {
    const { client, clock } = setUp(() => Promise.reject(new Error("no WebAssembly")));
    client.make(OPTIONS);
    client.restart();
    await clock.advance(100);
    expect(client.phase.value).toEqual({ kind: "start", notice: null });
  });

  it("given up it connects nowhere, or closes what it opened, and leaves no timer", async () => {
    const early = setUp();
    early.client.make(OPTIONS);
    early.client.restart();
    await early.clock.advance(60_000);
    expect(early.sockets).toEqual([]);
    const late = setUp();
    late.client.make(OPTIONS);
    await late.clock.advance(100);
    late.client.restart();
    await late.clock.advance(60_000);
    expect(late.sockets.map(({ isClosed }) => isClosed)).toEqual([true]);
    expect(late.client.phase.value).toEqual({ kind: "start", notice: null });
    expect([early.clock.waiting(), late.clock.waiting()]).toEqual([0, 0]);
  });

  it("begun twice, only the last one is entered: nobody sits in a room unseen", async () => {
    const { client, clock, sockets } = setUp();
    client.make(OPTIONS);
    await clock.advance(100);
    client.make(OPTIONS);
    await clock.advance(100);
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    client.openLink(await realLink());
    expect(client.phase.value.kind).toBe("invited");
    await clock.advance(0);
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });

  it.each([
    [4401, "refused"],
    [4406, "full"],
    [4407, "upgrade-required"],
  ])("[E1][E9][E4] a close %i is told as %s", async (code, why) => {
    const { client, clock, sockets } = setUp();
    client.openLink(await realLink());
    client.enter("alice", "");
    await clock.advance(100);
    sockets[0]?.events.closed(code, "");
    await clock.advance(0);
    expect(client.phase.value).toEqual({ kind: "over", why });
    expect(clock.waiting()).toBe(0);
  });
});
