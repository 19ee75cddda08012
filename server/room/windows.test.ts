import fc from "fast-check";
import { expect, test } from "vitest";
import { createWindows } from "./windows.ts";

test("[X2] [X3] [X4] in no span of the window's length are there more than the quota", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (gaps, count) => {
      let nowMs = 0;
      const windows = createWindows<string>({ count, windowMs: 1_000 }, () => nowMs);
      const taken: number[] = [];
      for (const gap of gaps) {
        nowMs += gap;
        const wasFree = taken.filter((time) => time > nowMs - 1_000).length < count;
        expect(windows.take("alice")).toBe(wasFree);
        if (wasFree) taken.push(nowMs);
      }
    }),
  );
});

test("keys have quotas of their own", () => {
  const windows = createWindows<string>({ count: 1, windowMs: 1_000 }, () => 0);
  expect(windows.take("alice")).toBe(true);
  expect(windows.take("alice")).toBe(false);
  expect(windows.take("bob")).toBe(true);
});

test("what is given back may be taken again; giving back what was not taken changes nothing", () => {
  const windows = createWindows<string>({ count: 1, windowMs: 1_000 }, () => 0);
  windows.giveBack("alice");
  expect(windows.take("alice")).toBe(true);
  windows.giveBack("alice");
  expect(windows.take("alice")).toBe(true);
  expect(windows.take("alice")).toBe(false);
});
