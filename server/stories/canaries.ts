/** For the canary story: a secret in every shape in which it could lie about, and the search for all of them. */
import type { Bytes } from "../../shared/bytes.ts";

export interface Canary {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Shape {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Finds shapes in bytes of any size, fed piece by piece. */
export interface Search {
  /** Looks through the next piece; pieces of one `source` follow each other. */
  feed(piece: Uint8Array): void;
  /** The next piece does not follow the one before it. */
  jump(): void;
  /** Names of what was found so far. */
  found(): readonly string[];
}

const EDGE_SHIFTS = [0, 1, 2] as const;
/** Two bytes tell at once that most places hold nothing. */
const PAIRS = 0x1_0000;

/** `bytes` raw, in UTF-16 both ways, in hex, and in base64 at each of its three alignments. */
export function shapesOf({ name, bytes }: Canary): readonly Shape[] {
  const raw = Buffer.from(bytes);
  const texts: readonly (readonly [string, string])[] = [
    ["hex", raw.toString("hex")],
    ["HEX", raw.toString("hex").toUpperCase()],
    ...EDGE_SHIFTS.flatMap((shift) => {
      const text = base64At(raw, shift);
      const url = text.replaceAll("+", "-").replaceAll("/", "_");
      return [[`base64+${shift}`, text] as const, [`base64url+${shift}`, url] as const];
    }),
    ["percent", Array.from(raw, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")],
  ];
  return [
    { name: `${name} raw`, bytes: raw },
    ...inWideText(name, raw.toString("latin1")),
    ...texts.flatMap(([shape, text]) => [
      { name: `${name} ${shape}`, bytes: Buffer.from(text, "latin1") },
      ...inWideText(`${name} ${shape}`, text),
    ]),
  ];
}

function inWideText(name: string, text: string): Shape[] {
  const little = Buffer.from(text, "utf16le");
  return [
    { name: `${name} utf16le`, bytes: little },
    { name: `${name} utf16be`, bytes: Buffer.from(little).swap16() },
  ];
}

/** Base64 of `raw` behind `shift` bytes of anything, without the digits that those or what follows would colour. */
function base64At(raw: Buffer, shift: (typeof EDGE_SHIFTS)[number]): string {
  const skip = Math.ceil((shift * 8) / 6);
  const whole = Math.floor(((shift + raw.length) * 8) / 6);
  return Buffer.concat([Buffer.alloc(shift), raw])
    .toString("base64")
    .slice(skip, whole);
}

/** A search for these canaries in all their shapes. */
export function createSearch(canaries: readonly Canary[]): Search {
  const shapes = canaries.flatMap(shapesOf);
  const byPair = new Map<number, Shape[]>();
  const isPair = new Uint8Array(PAIRS);
  for (const shape of shapes) {
    const pair = shape.bytes.readUInt16BE(0);
    isPair[pair] = 1;
    byPair.set(pair, [...(byPair.get(pair) ?? []), shape]);
  }
  const longest = Math.max(...shapes.map(({ bytes }) => bytes.length));
  const found = new Set<string>();
  let tail: Bytes | Buffer = Buffer.alloc(0);

  return {
    feed(piece) {
      // What began in the piece before may end in this one.
      const whole = Buffer.concat([tail, piece]);
      let pair = whole[0] ?? 0;
      for (let at = 1; at < whole.length; at++) {
        pair = ((pair & 255) << 8) | (whole[at] ?? 0);
        if (isPair[pair] !== 1) continue;
        for (const { name, bytes } of byPair.get(pair) ?? []) {
          if (whole.subarray(at - 1, at - 1 + bytes.length).equals(bytes)) found.add(name);
        }
      }
      tail = Buffer.from(whole.subarray(-longest));
    },
    jump() {
      tail = Buffer.alloc(0);
    },
    found: () => [...found].toSorted(),
  };
}

/** Names of what of `canaries` stands anywhere in `bytes`. */
export function foundIn(bytes: Uint8Array, canaries: readonly Canary[]): readonly string[] {
  const search = createSearch(canaries);
  search.feed(bytes);
  return search.found();
}
