/** A file read in pieces: whoever walks it sees its bytes, and no more than a page of it is in memory. */

const PAGE_BYTES = 65_536;
/** What is read at once to be looked into: tables of films, profiles, comments. */
const MOST_BYTES = 16_777_216;
const MOST_TEXT_BYTES = 400;
/** A file made of ever more empty parts is given up, so that looking takes seconds at most. */
const MOST_READS = 1_000_000;

export interface Source {
  readonly size: number;
  /**
   * `length` bytes from `from` on.
   * @throws RangeError where the file has no such bytes, where they are too many, or after too many reads. Whatever
   *   the platform throws for a file that cannot be read passes through.
   */
  view(from: number, length: number): Promise<DataView<ArrayBuffer>>;
  /** What is between them, but no more than `mostBytes` of it. @throws as `view` */
  upTo(from: number, to: number, mostBytes: number): Promise<DataView<ArrayBuffer>>;
  /** The same as text, as much as is shown of one thing. @throws as `view` */
  text(from: number, to: number): Promise<string>;
}

/** A file that is not as its kind should be: caught where all of it is given up, or the part that is only listed. */
export function broken(): RangeError {
  return new RangeError("not as it should be");
}

export function createSource(file: Blob): Source {
  let page = new ArrayBuffer(0);
  let pageFrom = 0;
  let reads = 0;
  const load = async (from: number, length: number): Promise<ArrayBuffer> => {
    const bytes = await file.slice(from, from + length).arrayBuffer();
    if (bytes.byteLength < length) throw broken();
    return bytes;
  };
  const view: Source["view"] = async (from, length) => {
    reads++;
    const isThere = from >= 0 && length >= 0 && from + length <= file.size;
    if (!isThere || length > MOST_BYTES || reads > MOST_READS) throw broken();
    if (length > PAGE_BYTES) return new DataView(await load(from, length));
    if (from < pageFrom || from + length > pageFrom + page.byteLength) {
      page = await load(from, Math.min(PAGE_BYTES, file.size - from));
      pageFrom = from;
    }
    return new DataView(page, from - pageFrom, length);
  };
  const upTo: Source["upTo"] = (from, to, mostBytes) => view(from, Math.min(to - from, mostBytes));
  return {
    size: file.size,
    view,
    upTo,
    text: async (from, to) => textOf(bytesOf(await upTo(from, to, MOST_TEXT_BYTES))),
  };
}

/** The bytes that a view shows, `from` to `to` of them; a window, not a copy. */
export function bytesOf(
  view: DataView<ArrayBuffer>,
  from = 0,
  to = view.byteLength,
): Uint8Array<ArrayBuffer> {
  const within = Math.min(Math.max(from, 0), view.byteLength);
  const length = Math.max(Math.min(to, view.byteLength) - within, 0);
  return new Uint8Array(view.buffer, view.byteOffset + within, length);
}

export function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as Latin-1, by which formats write their names. For short ones. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Four bytes as the name of a box, chunk or brand. @throws RangeError past the end */
export function fourCc(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

/** Text as files hold it: UTF-8, and where it is none, what a reader would see of it. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
