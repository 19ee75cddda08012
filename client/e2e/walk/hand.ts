/**
 * Who walks through Mayfly for the first time, and by what: each hand finds things as people of its kind do, and
 * reckons the time that a person takes by the keystroke-level model (Card, Moran and Newell 1980), to which the
 * browser's own moments come on top.
 */
import type { Page } from "playwright-core";

export type Role = "button" | "textbox" | "log" | "list" | "dialog" | "heading" | "region";

export interface Thing {
  readonly role: Role;
  readonly name: string | RegExp;
}

/** Seconds for each act (ibid., table 1; listening: four words a second, as beginners set their screen reader). */
export const SECONDS = {
  key: 0.28,
  point: 1.1,
  think: 1.35,
  word: 0.25,
  /** One digit of a code, read aloud and compared. */
  digit: 0.33,
} as const;

/** What a walk has cost so far. */
export interface Cost {
  /** Clicks, taps, or keys that are no text. */
  acts: number;
  /** Of a person who has never seen it, and does not wait for others. */
  seconds: number;
}

export interface Hand {
  readonly cost: Cost;
  /** Presses a button. @throws where no way of this hand leads to it: a dead end */
  press(page: Page, name: string | RegExp): Promise<void>;
  /** Writes into a field, and presses Enter. */
  write(page: Page, field: string, text: string): Promise<void>;
  /** Waits until this text can be perceived inside that. */
  perceives(page: Page, where: Thing, text: string | RegExp): Promise<string>;
}

/** No screen of Mayfly has so many things to pass on the way to another one. */
export const MOST_STEPS = 40;
export const PATIENCE_MS = 30_000;

export function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
}
