import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../shared/bytes.ts";
import { epochName, epochTag, orderHashNext, orderHashStart, sha256 } from "./hash.ts";
import { safetyCode } from "./safety-code.ts";
import { randomBytes, ready } from "./sodium.ts";

beforeAll(ready);

const AUTHENTICATOR = Uint8Array.from({ length: 32 }, (_, index) => index + 32);

describe("hashes", () => {
  it("are SHA-256", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (input) => {
        const expected = createHash("sha256").update(input).digest("hex");
        expect(toHex(sha256(input))).toBe(expected);
      }),
    );
  });

  it("of an epoch are the known ones, computed apart from this code", () => {
    expect(toHex(epochTag(AUTHENTICATOR))).toBe("c36e8e346d95ea09");
    expect(toHex(epochName(AUTHENTICATOR))).toBe("97a557e74f3c81926b5c1c3c6b7e88c6");
  });

  it("of the order are the known ones, computed apart from this code", () => {
    const start = orderHashStart(AUTHENTICATOR);
    expect(toHex(start)).toBe("abd82c2a4224eca32dc0bb2c0a06fbbccbf307f5a320d142d16773697ad87c97");
    expect(toHex(orderHashNext(start, utf8("a record")))).toBe(
      "8aba13a4a2d7af64f41530d0c6f8429e63ea0158c728dd20317f169ec52539b0",
    );
  });

  it("of the order tell alice and bob apart when two records came in another order", () => {
    const [first, second] = [utf8("first"), utf8("second")];
    const run = (...records: readonly Uint8Array[]) =>
      records.reduce<Uint8Array>(orderHashNext, orderHashStart(AUTHENTICATOR));
    expect(run(first, second)).toEqual(run(first, second));
    expect(run(first, second)).not.toEqual(run(second, first));
    expect(run(first)).not.toEqual(run(first, second));
    expect(run(utf8("firstsecond"))).not.toEqual(run(first, second));
  });

  it("of one authenticator under different labels have nothing in common", () => {
    const starts = [
      epochTag(AUTHENTICATOR),
      epochName(AUTHENTICATOR),
      orderHashStart(AUTHENTICATOR),
      orderHashNext(AUTHENTICATOR, new Uint8Array(0)),
      sha256(AUTHENTICATOR),
    ].map((bytes) => toHex(bytes.subarray(0, 8)));
    expect(new Set(starts).size).toBe(starts.length);
  });
});

describe("the safety code", () => {
  it("is the known one, computed apart from this code", () => {
    expect(safetyCode(AUTHENTICATOR)).toBe("94579 77442 99854 20849 95493 45688");
  });

  it("is six groups of five digits, whatever the authenticator, and differs with it", () => {
    const codes = Array.from({ length: 200 }, () => safetyCode(randomBytes(32)));
    for (const code of codes) expect(code).toMatch(/^\d{5}( \d{5}){5}$/);
    expect(new Set(codes).size).toBe(codes.length);
    // A group that begins with a zero must keep it; of 1,200 groups about 120 do.
    expect(codes.some((code) => / 0/.test(code))).toBe(true);
  });
});
