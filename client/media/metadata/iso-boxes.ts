/** Boxes of ISO files (ISO/IEC 14496-12 §4.2) and of QuickTime before them. */
import type { Cleaning } from "./cleaning.ts";
import { broken, fourCc, type Source } from "./source.ts";

export interface Box {
  readonly type: string;
  /** Where its header begins, its content, and what follows. */
  readonly from: number;
  readonly content: number;
  readonly to: number;
  /** False where it says to go on behind what it is in; `to` is the end of that. */
  readonly isWhole: boolean;
}

/** @throws RangeError at a box smaller than its own header */
export async function* boxesIn(source: Source, from: number, to: number): AsyncGenerator<Box> {
  for (let at = from; at + 8 <= to;) {
    const head = await source.view(at, 8);
    const short = head.getUint32(0);
    const content = at + (short === 1 ? 16 : 8);
    if (short > 1 && short < 8) throw broken();
    const size = short === 1 ? Number((await source.view(at + 8, 8)).getBigUint64(0)) : short;
    const end = size === 0 ? to : at + size;
    if (end < content) throw broken();
    yield { type: fourCc(head, 4), from: at, content, to: Math.min(end, to), isWhole: end <= to };
    at = end;
  }
}

/** The box that is reached by these types, each the first of its kind within the one before. */
export async function findBox(
  source: Source,
  within: Box,
  ...path: readonly string[]
): Promise<Box | null> {
  const [type, ...rest] = path;
  if (type === undefined) return within;
  for await (const box of boxesIn(source, within.content, within.to)) {
    if (box.type === type) return findBox(source, box, ...rest);
  }
  return null;
}

/** What all readers pass over stands there instead, and nothing behind it moves. */
export function freeBox(it: Cleaning, { from, content, to }: Box): void {
  it.put(from + 4, from + 8, Uint8Array.of(0x66, 0x72, 0x65, 0x65));
  it.blank(content, to);
}
