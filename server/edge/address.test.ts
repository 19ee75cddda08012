import { expect, test } from "vitest";
import { createHandClock } from "../stories/hand-clock.ts";
import { ADDRESS_KEY_LIFE_MS, addressBlock, clientAddress, createAddressKeys } from "./address.ts";
import { createAddressLimits } from "./address-limits.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::FFFF:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["2001:db8:1:2::6", "2001:db8:1:2"],
  ["::1", "0:0:0:0"],
  ["::", "0:0:0:0"],
  ["1::2:3:4:5:6:7", "1:0:2:3"],
  ["fe80::1%eth0", "fe80:0:0:0"],
  ["fe80::2%eth1", "fe80:0:0:0"],
  ["64:ff9b::203.0.113.7", "64:ff9b:0:0"],
  ["1:2:3:4:5:6:203.0.113.7", "1:2:3:4"],
])("%s is counted as %s", (address, block) => {
  expect(addressBlock(address)).toBe(block);
});

test.each([
  [0, "203.0.113.1", "10.0.0.1"],
  [1, "203.0.113.1", "203.0.113.1"],
  [1, "198.51.100.1, 203.0.113.1", "203.0.113.1"],
  [1, " 203.0.113.1 ", "203.0.113.1"],
  [1, "203.0.113.1, unknown", "10.0.0.1"],
  [1, "203.0.113.1, ", "10.0.0.1"],
  [1, "203.0.113.1:4711", "10.0.0.1"],
  [1, "203.0.113.1, 2001:db8::1", "2001:db8::1"],
  [2, "198.51.100.1, 203.0.113.1, 10.0.0.2", "203.0.113.1"],
  [2, "203.0.113.1", "10.0.0.1"],
  [3, "203.0.113.1, 10.0.0.2", "10.0.0.1"],
  [1, undefined, "10.0.0.1"],
  [1, "", "10.0.0.1"],
])("behind %d proxies %j is a client at %s", (hops, forwardedFor, address) => {
  expect(clientAddress("10.0.0.1", forwardedFor, hops)).toBe(address);
});

test("a key is one for a block, another one for each process and each hour, and shows no address", async () => {
  const clock = createHandClock();
  const keys = createAddressKeys(clock);
  const key = keys.keyOf("2001:db8:1:2::1");
  expect(key).toMatch(/^[\w-]{22}$/);
  expect(keys.keyOf("2001:db8:1:2:ffff::9")).toBe(key);
  expect(keys.keyOf("2001:db8:1:3::1")).not.toBe(key);
  expect(createAddressKeys(clock).keyOf("2001:db8:1:2::1")).not.toBe(key);
  await clock.advance(ADDRESS_KEY_LIFE_MS - 1);
  expect(keys.keyOf("2001:db8:1:2::1")).toBe(key);
  await clock.advance(1);
  expect(keys.keyOf("2001:db8:1:2::1")).not.toBe(key);
});

test("an address that is gone is forgotten, one that holds a socket is not", async () => {
  const clock = createHandClock();
  const limits = createAddressLimits({ clock, socketsPerAddress: 2, connectsPerMinute: 10 });
  const releaseAlice = limits.admit("alice");
  limits.admit("bob")?.();
  expect(limits.size()).toBe(2);
  await clock.advance(120_000);
  expect(limits.size()).toBe(1);
  releaseAlice?.();
  await clock.advance(120_000);
  expect(limits.size()).toBe(0);
  expect(clock.waiting()).toBe(0);
});

test("a socket released twice frees one place only", () => {
  const limits = createAddressLimits({
    clock: createHandClock(),
    socketsPerAddress: 2,
    connectsPerMinute: 100,
  });
  const release = limits.admit("alice");
  limits.admit("alice");
  expect(limits.admit("alice")).toBeNull();
  release?.();
  release?.();
  expect(limits.admit("alice")).not.toBeNull();
  expect(limits.admit("alice")).toBeNull();
});
