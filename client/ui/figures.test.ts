import fc from "fast-check";
import { expect, it } from "vitest";
import { sessionIdOf } from "../../shared/ids.ts";
import { suffixOf } from "../state/roster.ts";
import { figureOf, MEMBER_COLOURS } from "./figures.ts";

const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

it("a key has one figure, whole, in one of the colours that there are", () => {
  fc.assert(
    fc.property(bytes, (key) => {
      const figure = figureOf(sessionIdOf(key));
      expect(figureOf(sessionIdOf(key))).toEqual(figure);
      expect([figure.upper, figure.lower, figure.tails].every((path) => path !== "")).toBe(true);
      expect(figure.colour).toBeGreaterThanOrEqual(1);
      expect(figure.colour).toBeLessThanOrEqual(MEMBER_COLOURS);
    }),
  );
});

it("a thousand keys have several hundred figures, and each colour about as often", async () => {
  const figures = await Promise.all(
    Array.from({ length: 1000 }, async (_, number) => {
      const hash = await crypto.subtle.digest("SHA-256", Uint8Array.of(number, number >> 8));
      return figureOf(sessionIdOf(new Uint8Array(hash).slice(0, 16)));
    }),
  );
  expect(new Set(figures.map((figure) => JSON.stringify(figure))).size).toBeGreaterThan(400);
  for (let colour = 1; colour <= MEMBER_COLOURS; colour++) {
    const count = figures.filter((figure) => figure.colour === colour).length;
    expect(count).toBeGreaterThan(120);
  }
});

it("whoever has somebody's four letters does not have the figure by that", () => {
  const one = new Uint8Array(16).fill(7);
  const other = Uint8Array.from(one, (byte, at) => (at < 4 ? byte : byte + at));
  expect(suffixOf(sessionIdOf(one))).toBe(suffixOf(sessionIdOf(other)));
  expect(figureOf(sessionIdOf(one))).not.toEqual(figureOf(sessionIdOf(other)));
});
