/**
 * A figure for each key: wings and tails in a colour, for finding a person again at a glance. It proves
 * nothing (there are about 1,400; a key with a given one is found in no time): what proves is the safety code.
 */
import type { SessionId } from "../../shared/ids.ts";

/** How many colours tokens.css has for people. */
export const MEMBER_COLOURS = 6;

/** The class that gives something a person's colour: a figure, a name beside it. */
export function memberClass(session: SessionId): string {
  return `member-${figureOf(session).colour}`;
}

/** Left halves, in a square of 32; the right ones are mirrored. */
const UPPER = [
  "M16 13C13 3 7 2 3 5c-2 5 4 10 13 11z",
  "M16 14C14 6 10 1 5 1c-1 7 3 13 11 15z",
  "M16 14C11 5 5 5 1 9c1 6 8 8 15 7z",
  "M16 13C15 5 11 2 8 2 3 3 3 9 6 13c3 3 7 3 10 3z",
  "M16 15C14 9 9 3 1 3l2 7c3 4 8 5 13 6z",
] as const;
const LOWER = [
  "M16 17C10 17 5 20 5 25c4 4 9 0 11-6z",
  "M16 17c-5 1-9 5-8 11 5 1 8-5 8-9z",
  "M16 17C9 16 3 18 2 22c4 4 11 1 14-3z",
  "M16 17c-4 1-6 3-6 6 3 1 5-1 6-4z",
] as const;
const TAILS = [
  "M16 24v7",
  "M16 23c0 3-2 6-4 8M16 23c0 3 2 6 4 8",
  "M16 24v7M16 23c-1 3-3 5-6 7M16 23c1 3 3 5 6 7",
] as const;
/** Drawn in the ground's colour. */
const SPOTS = ["", "M8.5 8.5h.01", "M7 6.5l4 4", "M6 8h.01M10.500 10.5h.01"] as const;

export interface Figure {
  readonly upper: string;
  readonly lower: string;
  readonly tails: string;
  readonly spots: string;
  /** From 1. */
  readonly colour: number;
}

/** The figure of a key. It takes other bits of the key's hash than the four letters do. */
export function figureOf(session: SessionId): Figure {
  let value = Number.parseInt(session.slice(8, 20), 16);
  const pick = (count: number) => {
    const place = value % count;
    value = Math.floor(value / count);
    return place;
  };
  return {
    colour: 1 + pick(MEMBER_COLOURS),
    upper: UPPER[pick(UPPER.length)] ?? "",
    lower: LOWER[pick(LOWER.length)] ?? "",
    tails: TAILS[pick(TAILS.length)] ?? "",
    spots: SPOTS[pick(SPOTS.length)] ?? "",
  };
}
