/** Who asks for chunks and goes away before the relay knows who asked: nothing is kept of that. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { authorizationOf, chunkPath } from "../../shared/media.ts";
import { createMemoryLog } from "../drivers/memory-log.ts";
import { createMemoryMedia } from "../drivers/media/memory-media.ts";
import { judge } from "../room/judge.ts";
import { createHandClock } from "./hand-clock.ts";
import { enter, fileNo, get, noise, put, startMediaRelay, until } from "./media-world.ts";

test("eight requests that are given up while a relay asks for the region's secret leave the session its slots", async () => {
  const clock = createHandClock();
  const log = createMemoryLog({ clock, random: noise, judge });
  const store = createMemoryMedia({ clock, look: (routeId) => log.look(routeId) });
  const first = await startMediaRelay({ clock, redis: null, stores: { log, store } });
  // The second one has just started, and its store takes a while to tell the secret.
  let tell: () => void = () => undefined;
  const isTold = new Promise<void>((resolve) => (tell = resolve));
  let waiting = 0;
  const second = await startMediaRelay({
    clock,
    redis: null,
    stores: { log, store },
    wrap: (inner) => ({
      ...inner,
      async secret(own) {
        waiting += 1;
        await isTold;
        return inner.secret(own);
      },
    }),
  });
  try {
    const alice = await enter(first);
    const body = noise(1_000);
    await put(
      first,
      alice.routeId,
      { file: fileNo(1), index: 0, body },
      await alice.upload(fileNo(1), 1_000),
    );
    await alice.post(fileNo(1));
    const grant = await alice.reading();

    const line = `GET ${chunkPath(alice.routeId, fileNo(1), 0)} HTTP/1.1\r\nHost: ${new URL(second.origin).host}\r\n`;
    const sockets = Array.from({ length: 8 }, () => connect(second.port, "127.0.0.1"));
    for (const socket of sockets) {
      await once(socket, "connect");
      socket.write(`${line}Authorization: ${authorizationOf(grant)}\r\n\r\n`);
    }
    await until("the relay asks for the secret", () => waiting > 0);
    // The relay closes its end as well once it knows.
    const closed = sockets.map((socket) => once(socket.resume(), "close"));
    for (const socket of sockets) socket.end();
    await Promise.all(closed);
    tell();
    const { status } = await get(second, alice.routeId, { file: fileNo(1), index: 0 }, grant);
    expect(status).toBe(200);
  } finally {
    await first.stop();
    await second.stop();
  }
});
