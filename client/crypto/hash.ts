/** SHA-256, plain and under labels of our own. A label ends in a NUL byte, so none begins another. */
import { concat, utf8, type Bytes } from "../../shared/bytes.ts";
import { sodium } from "./sodium.ts";

const EPOCH_TAG_LABEL = utf8("mayfly v1 epoch tag\0");
const EPOCH_NAME_LABEL = utf8("mayfly v1 epoch name\0");
const ORDER_START_LABEL = utf8("mayfly v1 order hash start\0");
const ORDER_NEXT_LABEL = utf8("mayfly v1 order hash next\0");

/** In a post's outer plaintext: which epoch it was sealed in, told apart from a split's (DESIGN §4). */
export const EPOCH_TAG_BYTES = 8;
/** In a re-founding: relays count votes by it (DESIGN §2). */
export const EPOCH_NAME_BYTES = 16;

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(input: Uint8Array): Bytes {
  return sodium.crypto_hash_sha256(input);
}

/** The first 8 bytes of a labelled hash of an epoch authenticator. */
export function epochTag(authenticator: Uint8Array): Bytes {
  return sha256(concat(EPOCH_TAG_LABEL, authenticator)).slice(0, EPOCH_TAG_BYTES);
}

/** The first 16 bytes of a labelled hash of an epoch authenticator; tells a relay nothing of it. */
export function epochName(authenticator: Uint8Array): Bytes {
  return sha256(concat(EPOCH_NAME_LABEL, authenticator)).slice(0, EPOCH_NAME_BYTES);
}

/** Where the running hash of the order starts at `open` and at each valid commit, 32 bytes. */
export function orderHashStart(authenticator: Uint8Array): Bytes {
  return sha256(concat(ORDER_START_LABEL, authenticator));
}

/** The running hash, 32 bytes, after one more record; `previous` is the one before it, 32 bytes. */
export function orderHashNext(previous: Uint8Array, recordBytes: Uint8Array): Bytes {
  return sha256(concat(ORDER_NEXT_LABEL, previous, recordBytes));
}
