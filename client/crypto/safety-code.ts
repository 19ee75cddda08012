/** One code for the whole room, to read aloud: equal codes mean one group, seen alike (DESIGN §4). */
import { utf8 } from "../../shared/bytes.ts";
import { expand } from "./kdf.ts";

const LABEL = utf8("mayfly v1 safety code\0");
const GROUPS = 6;
const DIGITS = 5;
const GROUP_BYTES = 8;

/**
 * 30 decimal digits in six groups of five, with a space between, from an MLS epoch authenticator
 * (RFC 9420 §8.7, 32 bytes). Each group is 64 pseudorandom bits modulo 100,000, so no digit is
 * likelier than another by more than 2^-47.
 */
export function safetyCode(authenticator: Uint8Array): string {
  const bytes = expand(authenticator, LABEL, GROUPS * GROUP_BYTES);
  const view = new DataView(bytes.buffer);
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    (view.getBigUint64(index * GROUP_BYTES) % 10n ** BigInt(DIGITS))
      .toString()
      .padStart(DIGITS, "0"),
  );
  return groups.join(" ");
}
