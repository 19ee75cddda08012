/**
 * The X25519 public keys whose secret with any private key is zero: a leaf with such a key would make
 * every commit fail for those who have to seal to it, so it is refused where it enters, not where it
 * is used. The list is that of libsodium's `has_small_order`; our test holds the two against each other.
 */
import { toHex } from "../../shared/bytes.ts";

const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** True for 32 bytes that are a point of small order, the ignored top bit (RFC 7748 §5) aside. */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const text = toHex(publicKey.subarray(0, 31)) + toHex(Uint8Array.of((publicKey[31] ?? 0) & 127));
  return SMALL_ORDER.has(text);
}
