import { describe, expect, it } from "vitest";
import {
  dayNumber,
  formatDateTime,
  formatDay,
  formatDuration,
  formatTime,
  machineTime,
} from "./time.ts";

const berlin = { locale: "de-DE", timeZone: "Europe/Berlin" };
const newYork = { locale: "en-US", timeZone: "America/New_York" };
const noon = Date.UTC(2026, 10, 20, 12, 5);

describe("times", () => {
  it("follow the person's locale and zone", () => {
    expect(formatTime(noon, berlin)).toBe("13:05");
    expect(formatTime(noon, newYork)).toMatch(/^07:05\sAM$/);
  });

  it("name today and yesterday, and other days by weekday", () => {
    expect(formatDay(noon, noon + 3_600_000, berlin)).toBe("Today");
    expect(formatDay(noon, noon + 86_400_000, berlin)).toBe("Yesterday");
    expect(formatDay(noon, noon + 2 * 86_400_000, berlin)).toBe("Freitag, 20. November");
  });

  it("change the day at the person's midnight, not at UTC's", () => {
    const halfPastMidnight = Date.UTC(2026, 10, 20, 23, 30);
    expect(formatDay(halfPastMidnight, halfPastMidnight + 60_000, berlin)).toBe("Today");
    expect(formatDay(noon, halfPastMidnight, berlin)).toBe("Yesterday");
    expect(formatDay(noon, halfPastMidnight, newYork)).toBe("Today");
  });

  it("count days through a change of the clocks", () => {
    const before = Date.UTC(2026, 2, 28, 22);
    expect(dayNumber(before + 24 * 3_600_000, berlin) - dayNumber(before, berlin)).toBe(2);
    expect(dayNumber(before + 23 * 3_600_000 - 60_000, berlin) - dayNumber(before, berlin)).toBe(1);
  });

  it("say lengths in their largest whole unit", () => {
    expect(formatDuration(60_000)).toBe("1 minute");
    expect(formatDuration(5 * 60_000)).toBe("5 minutes");
    expect(formatDuration(90 * 60_000)).toBe("90 minutes");
    expect(formatDuration(24 * 60 * 60_000)).toBe("24 hours");
  });

  it.each([Number.NaN, Infinity, -Infinity, 8.64e15 + 1, 2 ** 60])(
    "a clock that says %s breaks nothing",
    (atMs) => {
      expect(formatTime(atMs)).toBe("");
      expect(formatDateTime(atMs)).toBe("");
      expect(formatDay(atMs, noon)).toBe("");
      expect(machineTime(atMs)).toBeUndefined();
    },
  );
});
