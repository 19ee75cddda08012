/** HOSTILE §7, items 1–14: each input, byte for byte, its outcome, and the relay alive afterwards. */
import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createHandClock } from "../stories/hand-clock.ts";
import { createApp } from "./app.ts";
import { answerRequests, createHttpServer } from "./http-server.ts";
import { startTestRelay, testConfig, upgradeRequest, type TestRelay } from "./test-relay.ts";

const visit = { receive: () => undefined, closed: () => undefined };
const rooms = { enter: () => visit, drain: () => Promise.resolve() };
const HTTP_TIMES = { headersMs: 300, requestMs: 400, keepAliveMs: 300, idleMs: 1_000, lookMs: 50 };

let relay: TestRelay;
let isReady = true;
let host = "";

beforeAll(async () => {
  relay = await startTestRelay(
    { clock: createHandClock(), rooms, isReady: () => isReady, httpTimes: HTTP_TIMES },
    testConfig({ LIMIT_SOCKETS_PER_ADDRESS: "1000", LIMIT_CONNECTS_PER_MINUTE: "100000" }),
  );
  host = new URL(relay.origin).host;
});
afterAll(() => relay.relay.stop());
afterEach(async () => {
  isReady = true;
  expect(statusOf(await relay.raw(request("GET", "/livez")))).toBe(200);
});

function request(method: string, target: string, headers = "", body = ""): string {
  return `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n${body}`;
}

function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1] ?? 0);
}

const post = (headers: string, body: string) => () =>
  request("GET", "/", `${headers}Content-Length: ${Buffer.byteLength(body)}\r\n`, body);

describe("the page and its files", () => {
  test("/ is the page, never kept, with every header of the policy", async () => {
    const response = await relay.raw(request("GET", "/"));
    expect(statusOf(response)).toBe(200);
    expect(response).toContain("<p>mayfly</p>");
    const lines = response.split("\r\n").map((line) => line.toLowerCase());
    expect(lines).toEqual(
      expect.arrayContaining([
        "content-type: text/html; charset=utf-8",
        "cache-control: no-store",
        "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types mayfly-workers",
        "cross-origin-opener-policy: same-origin",
        "cross-origin-embedder-policy: require-corp",
        "cross-origin-resource-policy: same-origin",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
      ]),
    );
    expect(response).toMatch(/permissions-policy: .*camera=\(\).*geolocation=\(\)/i);
    expect(response).not.toMatch(/set-cookie|strict-transport|x-powered-by|^server:/im);
  });

  test("a query after the page changes nothing", async () => {
    expect(statusOf(await relay.raw(request("GET", "/?x=%2e%2e")))).toBe(200);
  });

  test("hashed files are kept for good, in the form that the browser takes", async () => {
    const plain = await relay.raw(request("GET", "/assets/app-1a2b.js"));
    expect(plain).toMatch(/\r\n\r\nplain$/);
    expect(plain).toMatch(/cache-control: public, max-age=31536000, immutable/i);
    expect(plain).toMatch(/vary: accept-encoding/i);
    const accepted = "Accept-Encoding: gzip, deflate, br\r\n";
    expect(await relay.raw(request("GET", "/assets/app-1a2b.js", accepted))).toMatch(/as brotli$/);
    const noBrotli = "Accept-Encoding: br;q=0, gzip\r\n";
    const zipped = await relay.raw(request("GET", "/assets/app-1a2b.js", noBrotli));
    expect(zipped).toMatch(/as gzip$/);
    expect(zipped).toMatch(/content-encoding: gzip/i);
  });

  test("HEAD has the headers and no body", async () => {
    const response = await relay.raw(request("HEAD", "/"));
    expect(statusOf(response)).toBe(200);
    expect(response).toMatch(/\r\n\r\n$/);
    expect(response).toMatch(/content-length: 28/i);
  });

  test("health: alive always, ready only while the order can be reached; probes need no name", async () => {
    expect(statusOf(await relay.raw(request("GET", "/readyz")))).toBe(200);
    isReady = false;
    expect(statusOf(await relay.raw(request("GET", "/readyz")))).toBe(503);
    const byAddress = "GET /livez HTTP/1.1\r\nHost: 10.0.0.7:1234\r\nConnection: close\r\n\r\n";
    expect(statusOf(await relay.raw(byAddress))).toBe(200);
  });

  test("/ws without an upgrade says what it speaks", async () => {
    expect(statusOf(await relay.raw(request("GET", "/ws")))).toBe(426);
  });
});

test("HSTS goes with an https origin only", async () => {
  const config = testConfig({ PUBLIC_ORIGIN: "https://chat.example,http://onion.example" });
  const secure = await startTestRelay(
    { clock: createHandClock(), rooms, isReady: () => true },
    config,
  );
  const ask = (name: string) =>
    secure.raw(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
  expect(await ask("chat.example")).toMatch(/strict-transport-security: max-age=63072000/i);
  const onion = await ask("onion.example");
  expect(statusOf(onion)).toBe(200);
  expect(onion).not.toMatch(/strict-transport/i);
  expect(statusOf(await ask("127.0.0.1"))).toBe(421);
  await secure.relay.stop();
});

const table: readonly (readonly [string, () => string | Buffer, readonly number[]])[] = [
  ["[item 3] 2,001 headers", () => request("GET", "/", "a:b\r\n".repeat(2_001)), [431]],
  ["[item 3] 80 headers", () => request("GET", "/", "a:b\r\n".repeat(80)), [431]],
  [
    "[item 3] a header line of 64 KiB",
    () => request("GET", "/", `a: ${"b".repeat(65_536)}\r\n`),
    [431],
  ],
  [
    "[item 6] Content-Length and Transfer-Encoding",
    () => request("GET", "/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    [400],
  ],
  [
    "[item 6] two Content-Lengths",
    () => request("GET", "/", "Content-Length: 0\r\nContent-Length: 5\r\n", "hello"),
    [400],
  ],
  ["[item 6] bare line feeds", () => `GET / HTTP/1.1\nHost: ${host}\n\n`, [400]],
  ["[item 6] a folded header", () => request("GET", "/", "X-A: b\r\n c\r\n"), [400]],
  ["[item 6] a space before the colon", () => request("GET", "/", "X-A : b\r\n"), [400]],
  [
    "[item 6] chunked",
    () => request("GET", "/", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    [400],
  ],
  ["[item 8] an escaped ..", () => request("GET", "/%2e%2e/"), [404]],
  ["[item 8] a plain ..", () => request("GET", "/assets/../"), [404]],
  ["[item 8] ..;/", () => request("GET", "/..;/"), [404]],
  ["[item 8] //evil.example", () => request("GET", "//evil.example"), [404]],
  ["[item 8] /\\evil.example", () => request("GET", "/\\evil.example"), [404]],
  ["[item 8] NUL", () => request("GET", "/\0"), [400]],
  ["[item 8] an escaped NUL", () => request("GET", "/%00"), [404]],
  ["[item 8] a path of 8,000 bytes", () => request("GET", `/${"a".repeat(8_000)}`), [404]],
  [
    "[item 8] overlong UTF-8",
    () => Buffer.from(request("GET", "/\u00c0\u00af"), "latin1"),
    [400, 404],
  ],
  ["[item 8] an unknown path", () => request("GET", "/nothing"), [404]],
  ["[item 8] the page by its file's name", () => request("GET", "/index.html"), [404]],
  ["[item 8] a folder", () => request("GET", "/assets/"), [404]],
  ["[item 8] metrics [item 60]", () => request("GET", "/metrics"), [404]],
  ["[item 9] TRACE", () => request("TRACE", "/"), [405]],
  ["[item 9] CONNECT", () => request("CONNECT", "evil.example:443"), [405]],
  [
    "[item 9] PUT",
    () => request("PUT", "/assets/app-1a2b.js", "Content-Length: 1\r\n", "x"),
    [405],
  ],
  ["[item 9] DELETE", () => request("DELETE", "/"), [405]],
  ["[item 9] OPTIONS *", () => request("OPTIONS", "*"), [405]],
  [
    "[item 9] POST with an override",
    () => request("POST", "/?_method=GET", "X-HTTP-Method-Override: GET\r\n"),
    [405],
  ],
  ["[item 9] a method of nobody's", () => request("MAYFLY", "/"), [400]],
  [
    "[item 10] __proto__",
    post("Content-Type: application/json\r\n", '{"__proto__":{"x":1}}'),
    [400],
  ],
  ["[item 10] constructor.prototype", post("", '{"constructor":{"prototype":{"x":1}}}'), [400]],
  ["[item 11] deep JSON", post("", "[".repeat(100_000)), [400]],
  ["[item 11] 1e400", post("", "1e400"), [400]],
  ["[item 12] a gzip body", post("Content-Encoding: gzip\r\n", "\x1f\x8b"), [415]],
  ["[item 12] a br body", post("Content-Encoding: br\r\n", "x"), [415]],
  [
    "[item 14] another Host",
    () => "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    [421],
  ],
  ["[item 14] no Host", () => "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", [400]],
  ["[item 14] no Host in HTTP/1.0", () => "GET / HTTP/1.0\r\n\r\n", [421]],
  ["[item 14] two Hosts", () => request("GET", "/", "Host: evil.example\r\n"), [400]],
  ["[item 14] absolute form", () => request("GET", "http://evil.example/"), [400]],
  ["[item 14] our own absolute form", () => request("GET", `${relay.origin}/`), [400]],
  [
    "a bare Expect",
    () => request("GET", "/", "Expect: 100-continue\r\nContent-Length: 4\r\n"),
    [400],
  ],
  ["noise", () => Buffer.from([0x16, 0x03, 0x01, 0, 1, 2, 3, 4, 0x0d, 0x0a, 0x0d, 0x0a]), [400]],
  ["a preface of HTTP/2", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 505]],
];

test.each(table)(
  "%s is refused, nothing of it comes back, and no redirect",
  async (_, sent, statuses) => {
    const response = await relay.raw(sent());
    expect(statuses).toContain(statusOf(response));
    expect(response).not.toMatch(/evil|location:/i);
    expect(({} as { x?: number }).x).toBeUndefined();
  },
);

test("[item 6] a refused request ends its connection: what follows is not another request", async () => {
  const smuggled = `GET /livez HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const response = await relay.raw(
    `GET / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 2\r\n\r\nxx${smuggled}`,
  );
  expect(statusOf(response)).toBe(400);
  expect(response).toMatch(/connection: close/i);
  expect(response).not.toContain("alive\n");
});

describe("upgrades", () => {
  const upgrade = (from: Partial<{ host: string; origin: string }>, extra = "") =>
    upgradeRequest(from.host ?? host, from.origin ?? relay.origin, extra);
  const without = (header: RegExp) => () => upgrade({}).replace(header, "");
  const refused: readonly (readonly [string, () => string, number])[] = [
    ["[item 1] no Origin", without(/Origin: .*\r\n/), 403],
    ["[item 1] null", () => upgrade({ origin: "null" }), 403],
    ["[item 1] another site", () => upgrade({ origin: "https://evil.example" }), 403],
    ["[item 1] ours as a prefix", () => upgrade({ origin: `${relay.origin}.evil.example` }), 403],
    ["[item 1] ours as a suffix", () => upgrade({ origin: `http://evil.${host}` }), 403],
    ["[item 1] https for http", () => upgrade({ origin: `https://${host}` }), 403],
    ["[item 1] another port", () => upgrade({ origin: "http://localhost:1" }), 403],
    ["[item 1] no port", () => upgrade({ origin: "http://localhost" }), 403],
    ["[item 1] another case", () => upgrade({ origin: relay.origin.toUpperCase() }), 403],
    ["[item 1] a slash at the end", () => upgrade({ origin: `${relay.origin}/` }), 403],
    ["[item 1] two origins", () => upgrade({}, "Origin: https://evil.example\r\n"), 403],
    ["[item 2] version 12", () => upgrade({}).replace("Version: 13", "Version: 12"), 400],
    ["[item 2] no version", without(/Sec-WebSocket-Version: .*\r\n/), 400],
    ["[item 2] no key", without(/Sec-WebSocket-Key: .*\r\n/), 400],
    ["[item 2] a short key", () => upgrade({}).replace("dGhlIHNhbXBsZSBub25jZQ==", "dGhl"), 400],
    ["[item 4] no subprotocol", without(/Sec-WebSocket-Protocol: .*\r\n/), 400],
    ["[item 4] another subprotocol", () => upgrade({}).replace("mayfly.1", "mayfly.2"), 400],
    [
      "[item 4] a subprotocol of spaces",
      () => upgrade({}).replace("mayfly.1", `mayfly.1,${" ".repeat(6_000)}x`),
      400,
    ],
    ["[item 4] 30 KB of them", () => upgrade({}).replace("mayfly.1", " ".repeat(30_000)), 400],
    ["[item 14] another Host", () => upgrade({ host: "evil.example" }), 421],
    ["another path", () => upgrade({}).replace("/ws", "/"), 404],
    ["a path below", () => upgrade({}).replace("/ws", "/ws/x"), 404],
    ["another protocol", () => upgrade({}).replace("Upgrade: websocket", "Upgrade: h2c"), 400],
    ["POST", () => upgrade({}).replace("GET", "POST"), 405],
  ];

  test.each(refused)("%s: no upgrade", async (_, sent, status) => {
    const response = await relay.raw(sent());
    expect(statusOf(response)).toBe(status);
    expect(response).not.toMatch(/evil|location:/i);
    expect(relay.relay.sockets()).toBe(0);
  });

  test("a good one switches, to our subprotocol and without any extension [item 5]", async () => {
    const offers = Array.from(
      { length: 8 },
      (_, i) => `permessage-deflate; client_max_window_bits=${i + 8}`,
    );
    const extra = `Sec-WebSocket-Extensions: ${offers.join(", ")}\r\n`;
    const response = await relay.raw(upgrade({}, extra), /\r\n\r\n./s);
    expect(statusOf(response)).toBe(101);
    expect(response).toMatch(/sec-websocket-protocol: mayfly\.1\r\n/i);
    expect(response).not.toMatch(/sec-websocket-extensions/i);
  });
});

describe("[item 7] who is slow is cut", () => {
  test.each([
    ["who sends nothing", ""],
    ["who sends half a header", "GET / HTTP/1.1\r\nHost: lo"],
  ])("%s", async (_, sent) => {
    const socket = connect(relay.relay.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    if (sent !== "") socket.write(sent);
    await once(socket, "close");
  });

  test("who drips a byte now and then, though never silent", async () => {
    const socket = connect(relay.relay.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    const dripping = setInterval(() => socket.write("a"), 20);
    socket.write("GET / HTTP/1.1\r\nX-A: ");
    await once(socket, "close");
    clearInterval(dripping);
  });
});

test("[item 7] who asks for a file and does not take it is cut", async () => {
  const server = createHttpServer({ ...HTTP_TIMES, idleMs: 200 }, 10).listen(0, "127.0.0.1");
  await once(server, "listening");
  // More than any system buffers.
  const plain = Buffer.alloc(64 * 1024 * 1024);
  const file = { type: "text/html", cacheControl: "no-store", plain, brotli: null, gzip: null };
  answerRequests(server, {
    app: createApp({
      files: new Map([["/", file]]),
      httpsHosts: new Set(),
      isReady: () => true,
      media: new Hono(),
    }),
    hosts: new Set([host]),
    upgrade: () => undefined,
  });
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1").pause();
  client.on("error", () => undefined);
  client.write(request("GET", "/"));
  const [accepted] = (await once(server, "connection")) as [Socket];
  await once(accepted, "close");
  client.resume();
  await once(client, "close");
  expect(client.bytesRead).toBeLessThan(plain.length);
  server.close();
});

test("[item 20 of §5] nothing of a request is in the log, at its most talkative", async () => {
  const canary = "canary7f3a";
  await relay.raw(request("GET", `/${canary}?${canary}`, `User-Agent: ${canary}\r\n`));
  await relay.raw(upgradeRequest(host, `https://${canary}.example`));
  await relay.raw(upgradeRequest(host, relay.origin, `X-Forwarded-For: ${canary}\r\n`), /101/);
  const logged = relay.logged.join("");
  expect(logged).toContain('"event":"refused","reason":403');
  expect(logged).toContain('"event":"connected"');
  expect(logged).not.toMatch(new RegExp(`${canary}|127\\.0\\.0\\.1|localhost|/ws`));
});
