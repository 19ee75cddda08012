/** The border between bytes and ts-mls: a stranger's bytes are read in one way only, or not at all. */
import type { Decoder } from "ts-mls/codec/tlsDecoder.js";
import type { Encoder } from "ts-mls/codec/tlsEncoder.js";
import { equal } from "../../shared/bytes.ts";

/**
 * What `decode` makes of all of `bytes`, or null where it fails, leaves a rest, or `encode` would have
 * written it otherwise: the library takes lengths and flags in forms that it would not write, and what
 * is signed is what it writes. The value stands on a copy, so the caller may wipe `bytes`.
 */
export function decodeExactly<T>(
  bytes: Uint8Array,
  decode: Decoder<T>,
  encode: Encoder<T>,
): T | null {
  const own = bytes.slice();
  // The library's decoders throw errors of many kinds where bytes run out, and its encoders where
  // what was decoded is out of range; all of them mean the same.
  try {
    const result = decode(own, 0);
    if (result === undefined || result[1] !== own.length) return null;
    return equal(encode(result[0]), own) ? result[0] : null;
  } catch {
    return null;
  }
}

/** What `work` resolves to, or null where the library refuses by throwing, whatever it throws. */
export async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch {
    return null;
  }
}
