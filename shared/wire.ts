/** Big-endian fields, read strictly: any disagreement throws Malformed, which only a decoder catches. */
import type { Bytes } from "./bytes.ts";

/** Bytes that no encoder of ours would have written. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

const MAX_SAFE_HIGH = 0x1f_ffff;

export class Writer {
  #buffer = new Uint8Array(256);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;

  u8(value: number): this {
    this.#room(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
    return this;
  }
  u16(value: number): this {
    this.#room(2);
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
    return this;
  }
  u32(value: number): this {
    this.#room(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
    return this;
  }
  /** A whole number below 2^53 in 8 bytes. */
  u53(value: number): this {
    return this.u32(Math.floor(value / 2 ** 32)).u32(value % 2 ** 32);
  }
  u64(value: bigint): this {
    this.#room(8);
    this.#view.setBigUint64(this.#length, value);
    this.#length += 8;
    return this;
  }
  /** Bytes whose length both ends know. */
  fixed(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }
  /** Bytes with their length before them, 4 bytes. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).fixed(bytes);
  }
  /** Items with their count before them, 2 bytes. */
  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.u16(items.length);
    for (const item of items) write(item);
    return this;
  }
  /** What was written; the writer is done with. */
  done(): Bytes {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(more: number): void {
    const need = this.#length + more;
    if (need <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(need, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads one buffer front to back. Every method throws Malformed where the bytes run out or break a bound. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A Node Buffer's own slice() would share memory with the socket's slab and pin it.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }
  u53(): number {
    const high = this.u32();
    if (high > MAX_SAFE_HIGH) throw new Malformed("a number of 2^53 or more");
    return high * 2 ** 32 + this.u32();
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }
  /** A copy of the next `length` bytes. */
  fixed(length: number): Bytes {
    const start = this.#take(length);
    return this.#bytes.slice(start, start + length);
  }
  /** A copy of length-prefixed bytes. */
  bytes(most: number): Bytes {
    const length = this.u32();
    if (length > most) throw new Malformed("bytes longer than allowed");
    return this.fixed(length);
  }
  list<T>(most: number, read: () => T): T[] {
    const count = this.u16();
    if (count > most) throw new Malformed("a list longer than allowed");
    return Array.from({ length: count }, read);
  }
  /** Bytes that are not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }
  /** Refuses trailing bytes. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new Malformed("trailing bytes");
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new Malformed("bytes ran out");
    this.#at = start + length;
    return start;
  }
}

/** Reads the whole of `bytes` by `read`; null where that is not exactly possible. */
export function decodeWhole<T>(bytes: Uint8Array, read: (reader: Reader) => T): T | null {
  try {
    const reader = new Reader(bytes);
    const value = read(reader);
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
