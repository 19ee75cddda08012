import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Bytes } from "../../shared/bytes.ts";
import { fileIdOf } from "../../shared/ids.ts";
import { MAX_GRANT_BYTES } from "../../shared/limits.ts";
import { ALICE, ROUTE, routeOf } from "../ports/test-room.ts";
import { createHandClock } from "../stories/hand-clock.ts";
import { createGrants, GRANT_MS, type Grant } from "./grants.ts";

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const upload: Grant = {
  kind: "upload",
  session: ALICE,
  file: fileIdOf(new Uint8Array(16).fill(3)),
  totalBytes: 1_000,
};
const reading: Grant = { kind: "reading", session: ALICE };

/** A relay whose region's secret can be changed, or be out of reach. */
function relay(region: { secret: Bytes | null; isAway?: boolean }) {
  const clock = createHandClock();
  let looks = 0;
  const grants = createGrants({
    clock,
    random,
    hmacSha256: (key, bytes) => new Uint8Array(createHmac("sha256", key).update(bytes).digest()),
    isEqual: (a, b) => timingSafeEqual(a, b),
    shared(own) {
      looks++;
      if (region.isAway === true) return Promise.reject(new Error("away"));
      return Promise.resolve((region.secret ??= own));
    },
  });
  return { clock, grants, looks: () => looks };
}

test("[M3] a grant says what was granted, at every relay of the region, and in that room only", async () => {
  const region = { secret: null };
  const [one, other] = [relay(region), relay(region)];
  for (const grant of [upload, reading]) {
    const bytes = await one.grants.give(ROUTE, grant);
    expect(bytes.length).toBeLessThanOrEqual(MAX_GRANT_BYTES);
    expect(await one.grants.check(ROUTE, bytes)).toEqual(grant);
    expect(await other.grants.check(ROUTE, bytes)).toEqual(grant);
    expect(await one.grants.check(routeOf(9), bytes)).toBeNull();
  }
});

test("[M3] it ends by the wall clock", async () => {
  const { clock, grants } = relay({ secret: null });
  const bytes = await grants.give(ROUTE, reading);
  await clock.advance(GRANT_MS - 1);
  expect(await grants.check(ROUTE, bytes)).toEqual(reading);
  await clock.advance(1);
  expect(await grants.check(ROUTE, bytes)).toBeNull();
});

test("[M3] no bytes but those given are one", async () => {
  const { grants } = relay({ secret: null });
  const given = await grants.give(ROUTE, upload);
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const other = given.slice();
      const i = at % other.length;
      other[i] = (other[i] ?? 0) ^ change;
      expect(await grants.check(ROUTE, other)).toBeNull();
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      expect(await grants.check(ROUTE, Uint8Array.from(bytes))).toBeNull();
    }),
  );
});

test("a region whose secret changes takes the new one; what the old one gave counts on meanwhile", async () => {
  const region: { secret: Bytes | null } = { secret: random(32) };
  const { clock, grants, looks } = relay(region);
  const before = await grants.give(ROUTE, reading);
  region.secret = random(32);
  const other = relay(region);
  const after = await other.grants.give(ROUTE, reading);
  await clock.advance(1_000);
  expect(await grants.check(ROUTE, after)).toEqual(reading);
  expect(await grants.check(ROUTE, before)).toEqual(reading);
  expect(await other.grants.check(ROUTE, before)).toBeNull();
  expect(looks()).toBe(2);
});

test("strangers' grants make a relay ask for the secret once a second, not more", async () => {
  const { clock, grants, looks } = relay({ secret: null });
  await grants.give(ROUTE, reading);
  for (let second = 0; second < 5; second++) {
    await clock.advance(1_000);
    for (let i = 0; i < 50; i++) await grants.check(ROUTE, random(90));
  }
  expect(looks()).toBe(6);
});

test("a store that was away at the first question is asked again a second later", async () => {
  const region = { secret: null, isAway: true };
  const { clock, grants } = relay(region);
  await expect(grants.give(ROUTE, reading)).rejects.toThrow("away");
  region.isAway = false;
  await clock.advance(1_000);
  expect(await grants.check(ROUTE, await grants.give(ROUTE, reading))).toEqual(reading);
});

test("without the shared secret nothing is granted; grants known to be good stay so", async () => {
  const region = { secret: null, isAway: false };
  const { clock, grants } = relay(region);
  const bytes = await grants.give(ROUTE, reading);
  region.isAway = true;
  await clock.advance(61_000);
  await expect(grants.give(ROUTE, reading)).rejects.toThrow("away");
  expect(await grants.check(ROUTE, bytes)).toEqual(reading);
});
