import { randomBytes } from "node:crypto";
import { connect, createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHandClock } from "../../stories/hand-clock.ts";
import { createSystemClock } from "../system-clock.ts";
import { openBorder, type Border } from "./border.ts";
import { createPeers } from "./peers.ts";
import { checkAnswer, checkRequest, proveAnswer, proveRequest, REQUEST_MS } from "./proof.ts";

const clock = createSystemClock();
const secret = new Uint8Array(randomBytes(32));
const wanted = new Uint8Array(randomBytes(100_000));
const MOST = 1_000_000;
const stops: (() => Promise<unknown>)[] = [];
let border: Border;
let given: string[] = [];

beforeEach(async () => {
  given = [];
  border = await openBorder({
    host: "127.0.0.1",
    port: 0,
    secret,
    clock,
    resources: [
      {
        path: /^\/copy\/(\d{1,4})$/,
        give(partition = "") {
          given.push(partition);
          if (partition === "9") return Promise.reject(new Error("away"));
          return Promise.resolve(partition === "7" ? wanted : null);
        },
      },
    ],
  });
  stops.push(() => border.close());
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const address = (port = border.port) => `http://127.0.0.1:${port}`;
const peers = (urls: readonly string[] = [address()], key: Uint8Array = secret) =>
  createPeers({ urls, secret: key, region: "south", clock });

/** What the listener answers to these very bytes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(border.port, "127.0.0.1", () => socket.end(text));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

/** A relay of no region, which answers everything by these bytes. */
async function impostor(answer: (request: string) => string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => socket.end(answer(chunk.toString("latin1"))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  return address((server.address() as AddressInfo).port);
}

describe("the border between regions", () => {
  test("who knows the secret gets what there is, and is told what there is not", async () => {
    expect(await peers().ask("/copy/7", MOST)).toEqual(wanted);
    expect(await peers().ask("/copy/8", MOST)).toBeNull();
    expect(await peers().ask("/copy/9", MOST)).toBeNull();
    expect(given.toSorted()).toEqual(["7", "8", "9"]);
  });

  test("one that is away or does not have it is passed over", async () => {
    const urls = ["http://127.0.0.1:1", address(), "http://127.0.0.1:1"];
    expect(await peers(urls).ask("/copy/7", MOST)).toEqual(wanted);
    expect(await peers([]).ask("/copy/7", MOST)).toBeNull();
  });

  test("more than was asked for is not taken", async () => {
    expect(await peers().ask("/copy/7", wanted.length - 1)).toBeNull();
  });

  test("whoever does not prove the secret, the path and the time gets nothing, not even an answer", async () => {
    const wrong = new Uint8Array(randomBytes(32));
    expect(await peers([address()], wrong).ask("/copy/7", MOST)).toBeNull();
    const request = {
      method: "GET",
      path: "/copy/7",
      region: "south",
      nonce: "0".repeat(32),
    } as const;
    const soon = clock.wall() + REQUEST_MS;
    const proof = proveRequest(secret, { ...request, expiresAtMs: soon });
    const old = proveRequest(secret, { ...request, expiresAtMs: soon - 5 * 60_000 });
    const far = proveRequest(secret, { ...request, expiresAtMs: soon + 5 * 60_000 });
    const asks = [
      "GET /copy/7 HTTP/1.1\r\nhost: x\r\n\r\n",
      `GET /copy/8 HTTP/1.1\r\nhost: x\r\nauthorization: ${proof}\r\n\r\n`,
      `POST /copy/7 HTTP/1.1\r\nhost: x\r\nauthorization: ${proof}\r\n\r\n`,
      `GET /copy/7 HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nauthorization: ${proof}\r\n\r\nx`,
      `GET /copy/7 HTTP/1.1\r\nhost: x\r\nauthorization: ${old}\r\n\r\n`,
      `GET /copy/7 HTTP/1.1\r\nhost: x\r\nauthorization: ${far}\r\n\r\n`,
      `GET /copy/7 HTTP/1.1\r\nhost: x\r\nauthorization: ${proof.slice(0, -1)}\r\n\r\n`,
      `GET /copy/7 HTTP/1.1\r\nhost: x\r\nauthorization: ${"x".repeat(10_000)}\r\n\r\n`,
      "\u0000\u0001garbage\r\n\r\n",
    ];
    for (const text of asks) expect(await raw(text)).not.toContain("200");
    expect(given).toEqual([]);
    const fine = await raw(`GET /copy/7 HTTP/1.1\r\nhost: x\r\nauthorization: ${proof}\r\n\r\n`);
    expect(fine).toContain("200");
  });

  test("what another gives in a relay's name is not taken", async () => {
    const body = "forged";
    const plain = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n`;
    const proof = proveAnswer(
      secret,
      { nonce: "0".repeat(32) },
      { status: 200, body: Buffer.from(body) },
    );
    const answers = [
      `${plain}\r\n${body}`,
      `${plain}x-mayfly-proof: ${proof}\r\n\r\n${body}`,
      `${plain}x-mayfly-proof: zz\r\n\r\n${body}`,
      "HTTP/1.1 302 Found\r\nlocation: /copy/8\r\ncontent-length: 0\r\n\r\n",
      `HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${body}`,
      "garbage",
    ];
    for (const answer of answers) {
      expect(await peers([await impostor(() => answer)]).ask("/copy/7", MOST)).toBeNull();
    }
  });

  test("an answer that is cut on the way is none", async () => {
    const url = await impostor(() => "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nhalf");
    expect(await peers([url]).ask("/copy/7", MOST)).toBeNull();
  });

  test("a reader that does not read is let go of, and never holds up another", async () => {
    const hand = createHandClock(clock.wall());
    const large = new Uint8Array(32 * 1024 * 1024);
    const slow = await openBorder({
      host: "127.0.0.1",
      port: 0,
      secret,
      clock: hand,
      resources: [{ path: /^\/large$/, give: () => Promise.resolve(large) }],
    });
    stops.push(() => slow.close());
    for (let i = 0; i < 8; i++) {
      const nonce = i.toString(16).padStart(32, "0");
      const expiresAtMs = hand.wall() + REQUEST_MS;
      const request = {
        method: "GET",
        path: "/large",
        region: "south",
        nonce,
        expiresAtMs,
      } as const;
      const socket = connect(slow.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(
        `GET /large HTTP/1.1\r\nhost: x\r\nauthorization: ${proveRequest(secret, request)}\r\n\r\n`,
      );
      await new Promise((resolve) => socket.once("readable", resolve));
    }
    const others = createPeers({
      urls: [address(slow.port)],
      secret,
      region: "south",
      clock: hand,
    });
    const lengthOfLarge = async () => (await others.ask("/large", large.length))?.length;
    // No more than eight copies are in memory at once.
    expect(await lengthOfLarge()).toBeUndefined();
    await hand.advance(20_000);
    await expect.poll(lengthOfLarge).toBe(large.length);
  });

  test("a thousand strangers later it still answers", async () => {
    for (let i = 0; i < 20; i++) {
      await Promise.all(Array.from({ length: 50 }, () => raw("GET /copy/7 HTTP/1.1\r\n\r\n")));
    }
    expect(await peers().ask("/copy/7", MOST)).toEqual(wanted);
  });
});

test("a proof is for one secret, one question and one answer", () => {
  const request = {
    method: "GET",
    path: "/copy/1",
    region: "south",
    expiresAtMs: 1_790_000_000_000,
    nonce: "ab".repeat(16),
  } as const;
  const header = proveRequest(secret, request);
  const asked = { method: "GET", path: "/copy/1", nowMs: request.expiresAtMs - 1_000 };
  expect(checkRequest(secret, header, asked)).toEqual(request);
  expect(checkRequest(secret, header, { ...asked, path: "/copy/2" })).toBeNull();
  expect(checkRequest(secret, undefined, asked)).toBeNull();
  const answer = { status: 200, body: wanted };
  const proof = proveAnswer(secret, request, answer);
  expect(checkAnswer(secret, request, { ...answer, proof })).toBe(true);
  expect(checkAnswer(secret, request, { ...answer, status: 404, proof })).toBe(false);
  expect(checkAnswer(secret, request, { ...answer, body: wanted.subarray(1), proof })).toBe(false);
  expect(checkAnswer(secret, { nonce: "cd".repeat(16) }, { ...answer, proof })).toBe(false);
});
