/** Whose sockets are counted together, without remembering any address. */
import { createHmac, randomBytes } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import type { Clock } from "../../shared/clock.ts";

/** A key lives so long; then all counts begin anew, and what was keyed by it can be tied to nothing. */
export const ADDRESS_KEY_LIFE_MS = 60 * 60_000;
const ADDRESS_KEY_BYTES = 32;

/**
 * The client's address: the socket's, or behind `hops` proxies of the operator's the entry that the
 * outermost of them wrote into X-Forwarded-For. Whatever a client writes there itself stands further
 * left and is not looked at; an entry that is missing or no address leaves the socket's.
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  hops: number,
): string {
  if (hops === 0 || forwardedFor === undefined) return socketAddress;
  const entry = forwardedFor.split(",").at(-hops)?.trim() ?? "";
  return isIP(entry) === 0 ? socketAddress : entry;
}

/** One text for all addresses of one subscriber: IPv4 whole, IPv6 its /64 (4 groups of hex), zone dropped. */
export function addressBlock(address: string): string {
  const [bare = ""] = address.split("%", 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(bare) !== 6) return bare;
  const [before = "", after] = bare.split("::");
  const head = groupsOf(before);
  const tail = after === undefined ? [] : groupsOf(after);
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return [...head, ...zeros, ...tail]
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":");
}

/** The 16-bit groups of one side of an IPv6 address; a dotted tail is two. */
function groupsOf(side: string): number[] {
  if (side === "") return [];
  return side.split(":").flatMap((part) => {
    if (!isIPv4(part)) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

export interface AddressKeys {
  /** 16 bytes of HMAC-SHA-256 of the address's block, in base64url: the same for an hour at most. */
  keyOf(address: string): string;
}

/** Keys that only this process can compute, and after their hour not even it. */
export function createAddressKeys(clock: Clock): AddressKeys {
  let secret = randomBytes(ADDRESS_KEY_BYTES);
  let madeAtMs = clock.now();
  return {
    keyOf(address) {
      if (clock.now() - madeAtMs >= ADDRESS_KEY_LIFE_MS) {
        secret.fill(0);
        secret = randomBytes(ADDRESS_KEY_BYTES);
        madeAtMs = clock.now();
      }
      const digest = createHmac("sha256", secret).update(addressBlock(address)).digest();
      return digest.subarray(0, 16).toString("base64url");
    },
  };
}
