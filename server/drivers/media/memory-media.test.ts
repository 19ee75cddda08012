import { expect, test } from "vitest";
import { fileIdOf, type RouteId } from "../../../shared/ids.ts";
import { describeMediaContract } from "../../ports/media.contract.ts";
import { ALICE, ROUTE } from "../../ports/test-room.ts";
import { createHandClock } from "../../stories/hand-clock.ts";
import { createMemoryMedia } from "./memory-media.ts";

function create() {
  const clock = createHandClock();
  const rooms = new Map<RouteId, Set<string>>();
  const media = createMemoryMedia({ clock, look: (routeId) => rooms.get(routeId) ?? null });
  return {
    clock,
    media,
    stands(routeId: RouteId, fields: readonly string[] | null) {
      if (fields === null) rooms.delete(routeId);
      else rooms.set(routeId, new Set(fields));
      return Promise.resolve();
    },
    passes: (ms: number) => clock.advance(ms),
    isEmpty: () => Promise.resolve(media.size().files === 0),
    another: () => Promise.reject(new Error("of one process")),
    close: () => media.close(),
  };
}

describeMediaContract("memory", { hasManyRelays: false }, create);

test("no timer outlives what it was for", async () => {
  const { clock, media, stands } = create();
  await stands(ROUTE, ["seat"]);
  const bounds = { memberBytes: 1e9, memberFiles: 10, roomBytes: 1e9, storeBytes: 1e9 };
  const file = fileIdOf(new Uint8Array(16));
  const own = { routeId: ROUTE, session: ALICE, seat: "seat", file, totalBytes: 100 };
  await media.reserve(own, bounds, 1_000);
  for (let i = 0; i < 10; i++) await media.put(own, i, new Uint8Array(100), 1_000);
  await media.announce(ROUTE, ALICE, [file], 5_000);
  expect(media.size()).toEqual({ files: 1, heldBytes: 1_000, reservedBytes: 100 });
  expect(clock.waiting()).toBe(1);
  await media.purge(ROUTE);
  expect(clock.waiting()).toBe(0);
  await media.reserve(own, bounds, 1_000);
  await media.close();
  expect(clock.waiting()).toBe(0);
});
