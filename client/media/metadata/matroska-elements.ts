/** Elements of EBML (RFC 8794 §4–6). */
import type { Cleaning } from "./cleaning.ts";
import { broken, type Source } from "./source.ts";

export const VOID = 0xec;

export interface Element {
  readonly id: number;
  /** Where its header begins, its content, and what follows: null where it does not say. */
  readonly from: number;
  readonly content: number;
  readonly to: number | null;
}

/** One that says where it ends. */
export type Sized = Element & { readonly to: number };

/** Header and content become those of an element that all readers pass over, of the same length in all. */
export function voidElement(it: Cleaning, { from, to }: Pick<Element, "from" | "to">): void {
  if (to === null || to - from < 2) return;
  // As many bytes for the size as there is room for, up to eight.
  const sizeBytes = Math.min(to - from - 1, 8);
  const header = new Uint8Array(1 + sizeBytes);
  header[0] = VOID;
  let size = to - from - 1 - sizeBytes;
  for (let at = sizeBytes; at > 0; at--) {
    header[at] = size % 256;
    size = Math.floor(size / 256);
  }
  header[1] = (header[1] ?? 0) | (1 << (8 - sizeBytes));
  it.put(from, from + header.length, header);
  it.blank(from + header.length, to);
}

/** @throws RangeError where no element begins */
export async function elementAt(source: Source, from: number): Promise<Element> {
  const head = await source.view(from, Math.min(12, source.size - from));
  const idBytes = Math.clz32(head.getUint8(0)) - 23;
  if (idBytes > 4) throw broken();
  let id = 0;
  for (let at = 0; at < idBytes; at++) id = id * 256 + head.getUint8(at);
  const first = head.getUint8(idBytes);
  const sizeBytes = Math.clz32(first) - 23;
  if (sizeBytes > 8) throw broken();
  let size = first & ((1 << (8 - sizeBytes)) - 1);
  let isOpen = size === (1 << (8 - sizeBytes)) - 1;
  for (let at = 1; at < sizeBytes; at++) {
    const byte = head.getUint8(idBytes + at);
    size = size * 256 + byte;
    isOpen &&= byte === 255;
  }
  const content = from + idBytes + sizeBytes;
  return { id, from, content, to: isOpen ? null : content + size };
}
