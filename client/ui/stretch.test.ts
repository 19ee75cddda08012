import { expect, it } from "vitest";
import { isTooNear, REACH, stretchAround } from "./stretch.ts";

const lines = Array.from({ length: 10_000 }, (_, i) => ({ key: `k${i}` }));

it("draws the newest lines to begin with, and all of a short timeline", () => {
  expect(stretchAround(lines, null)).toEqual({ from: 10_000 - 2 * REACH, to: 10_000 });
  expect(stretchAround(lines.slice(0, 5), null)).toEqual({ from: 0, to: 5 });
  expect(stretchAround([], "k1")).toEqual({ from: 0, to: 0 });
});

it("follows its line when others before it expire, and starts at the oldest when it has expired itself", () => {
  expect(stretchAround(lines, "k5000").from).toBe(5_000 - REACH);
  expect(stretchAround(lines.slice(100), "k5000").from).toBe(4_900 - REACH);
  expect(stretchAround(lines.slice(6_000), "k5000").from).toBe(0);
});

it("reading through ten thousand lines in steps of a screen never comes to an edge that is not drawn", () => {
  const screen = 60;
  let stretch = stretchAround(lines, null);
  for (let top = lines.length - screen; top >= 0; top -= screen / 2) {
    expect(stretch.from).toBeLessThanOrEqual(top);
    expect(stretch.to).toBeGreaterThanOrEqual(Math.min(top + screen, lines.length));
    expect(stretch.to - stretch.from).toBeLessThanOrEqual(2 * REACH);
    if (isTooNear(stretch, top, lines.length)) stretch = stretchAround(lines, `k${top}`);
  }
  expect(stretch.from).toBe(0);
  for (let top = 0; top < lines.length - screen; top += screen / 2) {
    expect(stretch.from).toBeLessThanOrEqual(top);
    expect(stretch.to).toBeGreaterThanOrEqual(top + screen - screen / 2);
    if (isTooNear(stretch, top, lines.length)) stretch = stretchAround(lines, `k${top}`);
  }
  expect(stretch.to).toBe(lines.length);
});

it("stays where it is while there is nothing more on that side", () => {
  expect(isTooNear({ from: 0, to: 300 }, 0, 300)).toBe(false);
  expect(isTooNear({ from: 0, to: 300 }, 290, 300)).toBe(false);
  expect(isTooNear({ from: 0, to: 300 }, 290, 301)).toBe(true);
});
