/** The browser tests' own instruments: each must notice what it is there for. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { startRelay, type Relay } from "./relay.ts";
import { openWorld, storedBy, type Window, type World } from "./world.ts";

const POLICY = "default-src 'self'; img-src 'self'; script-src 'self' 'unsafe-eval'";

// A page and an echoing socket in the place of a relay.
const server = createServer((_request, response) => {
  response.setHeader("content-security-policy", POLICY);
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><link rel=icon href=/><title>harness</title>");
});
const sockets = new WebSocketServer({ server });
sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));

let relay: Relay;
let world: World;
let alice: Window;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nothing = () => Promise.resolve();
  const origin = `http://${address}`;
  relay = {
    address,
    origin,
    output: () => "",
    falls: () => [],
    pid: () => 0,
    start: nothing,
    end: nothing,
  };
});

afterAll(() => {
  sockets.close();
  server.close();
});

beforeEach(async () => {
  world = await openWorld(relay);
  alice = await world.open("alice");
  await alice.page.goto(relay.origin);
});

afterEach(() => world.close());

/** Opens a socket in the page; says when it has echoed, and, later, whether it has been closed. */
const openSocket = () =>
  alice.page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws`);
        socket.onopen = () => socket.send("hello");
        socket.onmessage = () => resolve("echoed");
        socket.onerror = () => resolve("failed");
        socket.onclose = () => document.body.append("closed");
      }),
  );

describe("complaints", () => {
  test("a quiet page has none", async () => {
    expect(world.complaints()).toEqual([]);
  });

  test("an error on the console, an uncaught one and a lost promise are noticed", async () => {
    await alice.page.evaluate(() => {
      console.error("on the console");
      setTimeout(() => {
        throw new Error("uncaught");
      });
      void Promise.reject(new Error("lost"));
    });
    await expect.poll(() => world.complaints().join("\n")).toMatch(/console[^]*uncaught[^]*lost/);
  });

  test("a request to another host is noticed and goes nowhere", async () => {
    const answer = await alice.page.evaluate(() =>
      fetch("http://example.com/").then(
        () => "answered",
        () => "refused",
      ),
    );
    expect(answer).toBe("refused");
    expect(world.complaints().join("\n")).toContain("connect-src");
  });

  test("a host that the page's policy lets through still goes nowhere, and is noticed", async () => {
    const [opened] = await Promise.allSettled([alice.page.goto("http://example.com/")]);
    expect(opened?.status).toBe("rejected");
    const text = world.complaints().join("\n");
    expect(text).toContain("asked elsewhere: http://example.com/");
    expect(alice.wire.strangers).toContain("example.com");
  });

  test("a breach of the page's policy is noticed", async () => {
    await alice.page.evaluate(() => {
      const picture = document.createElement("img");
      picture.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
      document.body.append(picture);
    });
    await expect.poll(() => world.complaints().join("\n")).toContain("policy: img-src");
  });
});

describe("a wire", () => {
  test("when cut, ends an open socket and refuses new ones; mended, it carries again", async () => {
    expect(await openSocket()).toBe("echoed");
    world.expectOutage();
    alice.wire.cut();
    await expect.poll(() => alice.page.textContent("body")).toContain("closed");
    expect(await openSocket()).toBe("failed");
    alice.wire.mend();
    expect(await openSocket()).toBe("echoed");
    expect(world.complaints()).toEqual([]);
  });

  test("of one window is not the other's", async () => {
    const bob = await world.open("bob");
    world.expectOutage();
    alice.wire.cut();
    await bob.page.goto(relay.origin);
    expect(await bob.page.title()).toBe("harness");
  });
});

test("a relay that ends by itself is noticed", async () => {
  const real = await startRelay();
  const others = await openWorld(real);
  process.kill(real.pid(), "SIGKILL");
  await expect.poll(() => others.complaints()).toEqual(["the relay ended by itself: SIGKILL"]);
  await others.close();
});

test("whatever a page stores is seen", async () => {
  await alice.page.evaluate(async () => {
    localStorage.setItem("a", "1");
    sessionStorage.setItem("b", "1");
    document.cookie = "c=1";
    await caches.open("d");
    await new Promise((resolve) => {
      indexedDB.open("e").onsuccess = resolve;
    });
  });
  expect(await storedBy(alice)).toMatchObject({
    localStorage: ["a"],
    sessionStorage: ["b"],
    databases: ["e"],
    caches: ["d"],
    cookie: "c=1",
    cookies: [{ name: "c" }],
    workers: 0,
  });
});
