/** One file being cleaned: what was found in it, and which stretches of it do not leave as they are. */
import type { Dimensions, Found } from "../examined.ts";
import { broken, createSource, type Source } from "./source.ts";

export type What = Found["what"];
export type Note = (what: What, value: string) => void;

export interface Cleaning {
  readonly source: Source;
  /** Notes what the cleaned file has no more. */
  readonly found: Note;
  /** Notes what cannot be removed. */
  readonly stays: Note;
  /** The stretch leaves with no bytes at all. */
  drop(from: number, to: number): void;
  /** The stretch leaves as zeros, so that nothing behind it moves. */
  blank(from: number, to: number): void;
  /** The stretch leaves as these bytes. */
  put(from: number, to: number, bytes: Uint8Array<ArrayBuffer>): void;
  isAnimated: boolean;
  isOpaque: boolean;
  /** How the picture is turned for showing, as EXIF numbers it: 1 is upright, from 5 on its sides are exchanged. */
  turn: number;
  /** Of a film; pictures are measured by themselves. */
  dimensions: Dimensions | null;
}

export interface Cleaned {
  readonly cleaning: Cleaning;
  readonly removed: readonly Found[];
  readonly kept: readonly Found[];
  /** The file with all stretches as they leave. Only references and what was put: no content in memory. */
  readonly compose: (type: string) => Blob;
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly put: Uint8Array<ArrayBuffer> | "zeros" | "nothing";
}

/** More pieces than real files have. */
const MOST_CUTS = 50_000;
const MOST_FOUND = 60;
const MOST_CHARACTERS = 120;
const ZEROS_BYTES = 65_536;

export function createCleaning(file: Blob): Cleaned {
  const cuts: Cut[] = [];
  const cut = (piece: Cut): void => {
    if (cuts.length >= MOST_CUTS) throw broken();
    const [from, to] = [Math.max(piece.from, 0), Math.min(piece.to, file.size)];
    if (from < to || piece.put instanceof Uint8Array) cuts.push({ ...piece, from, to });
  };
  const removed: Found[] = [];
  const kept: Found[] = [];
  const cleaning: Cleaning = {
    source: createSource(file),
    found: noteIn(removed),
    stays: noteIn(kept),
    drop: (from, to) => cut({ from, to, put: "nothing" }),
    blank: (from, to) => cut({ from, to, put: "zeros" }),
    put: (from, to, bytes) => cut({ from, to, put: bytes.slice() }),
    isAnimated: false,
    isOpaque: false,
    turn: 1,
    dimensions: null,
  };
  return { cleaning, removed, kept, compose: (type) => compose(file, cuts, type) };
}

/** Each thing once, in a line of readable length. */
function noteIn(list: Found[]): Note {
  return (what, value) => {
    const line = value
      .slice(0, 10 * MOST_CHARACTERS)
      .replace(/[\p{C}\p{Z}]+/gu, " ")
      .trim();
    // Half a character at its end is none.
    const short = line.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, "");
    const isKnown = list.some((found) => found.what === what && found.value === short);
    if (!isKnown && list.length < MOST_FOUND) list.push({ what, value: short });
  };
}

/** A moment as it is shown; "" for one that no calendar has. */
export function momentOf(ms: number): string {
  if (!(Math.abs(ms) < 8.64e15)) return "";
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function compose(file: Blob, cuts: readonly Cut[], type: string): Blob {
  const parts: BlobPart[] = [];
  let at = 0;
  for (const { from, to, put } of cuts.toSorted((a, b) => a.from - b.from)) {
    if (from > at) parts.push(file.slice(at, from));
    // What another cut has taken already is gone.
    const taken = Math.max(at - from, 0);
    if (put === "zeros") parts.push(...zeros(to - from - taken));
    else if (put !== "nothing") parts.push(put.subarray(Math.min(taken, put.length)));
    at = Math.max(at, to);
  }
  if (at < file.size) parts.push(file.slice(at, file.size));
  return new Blob(parts, { type });
}

/** One small blob, named many times: a gigabyte of nothing takes no memory. */
function zeros(length: number): Blob[] {
  if (length <= 0) return [];
  const zero = new Blob([new Uint8Array(Math.min(length, ZEROS_BYTES))]);
  const whole = Array.from({ length: Math.floor(length / zero.size) }, () => zero);
  return [...whole, zero.slice(0, length % zero.size)];
}
