/** What small files of each kind are made of, by hand, for tests. */
import { concat } from "../../../shared/bytes.ts";
import type { Found } from "../examined.ts";
import type { FileKind } from "../kinds.ts";

export type Part = Uint8Array | string | readonly number[];

export interface Specimen {
  readonly kind: FileKind;
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What is seen and heard: it must leave, in this order, as it is. */
  readonly shown: readonly Uint8Array[];
  /** What must be listed. */
  readonly tells: readonly Found["what"][];
}

/** Stands in everything that must not leave. */
export const CANARY = "Canary of the coal mine";
export const PLACE = "48.85833, 2.29444";

export const u8 = (...values: readonly number[]): number[] => [...values];
export const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
export const u24 = (value: number): number[] => [(value >> 16) & 255, ...u16(value)];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
export const u64 = (value: number): number[] => [
  ...u32(Math.floor(value / 2 ** 32)),
  ...u32(value % 2 ** 32),
];
export const le = (values: readonly number[]): number[] => values.toReversed();
export const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

/** Text as Latin-1. */
export function join(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return concat(
    ...parts.map((part) =>
      typeof part === "string"
        ? Uint8Array.from(part, (letter) => letter.charCodeAt(0))
        : Uint8Array.from(part),
    ),
  );
}

/** Bytes that stand for pixels and sounds: none of them begins a marker, none is the same as its neighbours. */
export function payload(length: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => 1 + ((at * 7 + seed * 31) % 250));
}

/** In the zlib format, though no shorter than it was (RFC 1951 §3.2.4). */
export function deflated(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = bytes.length;
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return join([0x78, 0x01, 0x01], le(u16(size)), le(u16(~size & 0xffff)), bytes, u16(b), u16(a));
}
