import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64url } from "../../shared/bytes.ts";
import { encodeLink, parseLink, SECRET_BYTES } from "./link.ts";

const SECRET = Uint8Array.from({ length: SECRET_BYTES }, (_, index) => index);
const TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const secrets = fc.uint8Array({ minLength: SECRET_BYTES, maxLength: SECRET_BYTES });

describe("the link", () => {
  it("is the origin, a version, a flag and the secret in base64url", () => {
    expect(encodeLink("https://host", SECRET, false)).toBe(`https://host/#10${TEXT}`);
    expect(encodeLink("http://127.0.0.1:8787", SECRET, true)).toBe(
      `http://127.0.0.1:8787/#11${TEXT}`,
    );
  });

  it("leads bob to the secret that alice made it from, as a whole or by its fragment", () => {
    fc.assert(
      fc.property(secrets, fc.boolean(), (secret, hasPassphrase) => {
        const link = encodeLink("https://host:8787", secret, hasPassphrase);
        const expected = { hasPassphrase, secret: Uint8Array.from(secret) };
        expect(parseLink(link)).toEqual(expected);
        expect(parseLink(link.slice(link.indexOf("#")))).toEqual(expected);
      }),
    );
  });

  it("refuses to be made of a secret of another size", () => {
    for (const length of [0, 31, 33]) {
      expect(() => encodeLink("https://host", new Uint8Array(length), false)).toThrow(RangeError);
    }
  });

  // HOSTILE §7, item 50: a damaged link is damaged, it never opens some other room.
  const damaged: readonly (readonly [name: string, link: string])[] = [
    ["nothing", ""],
    ["no fragment", "https://host/"],
    ["an empty fragment", "https://host/#"],
    ["a fragment without its #", `10${TEXT}`],
    ["no secret", "#10"],
    ["a short secret", `#10${TEXT.slice(0, -1)}`],
    ["a long secret", `#10${TEXT}A`],
    ["31 bytes", `#10${toBase64url(SECRET.subarray(1))}`],
    ["33 bytes", `#10${toBase64url(new Uint8Array(33))}`],
    ["no version", `#0${TEXT}`],
    ["an unknown version", `#20${TEXT}`],
    ["an unknown flag", `#12${TEXT}`],
    ["a flag that is a letter", `#1x${TEXT}`],
    ["the alphabet of plain base64", `#10${TEXT.slice(0, -2)}+8`],
    ["a slash of plain base64", `#10${TEXT.slice(0, -2)}/8`],
    ["padding", `#10${TEXT}=`],
    ["padding in place of the last", `#10${TEXT.slice(0, -1)}=`],
    ["a letter that only looks right", `#10${TEXT.slice(0, -2)}\u04108`],
    ["stray bits at the end", `#10${TEXT.slice(0, -1)}9`],
    ["a space before", ` #10${TEXT}`],
    ["a space after", `#10${TEXT} `],
    ["a line break after", `#10${TEXT}\n`],
    ["a NUL inside", `#10${TEXT.slice(0, 5)}\0${TEXT.slice(6)}`],
    ["an extra parameter", `#10${TEXT}&utm_source=mail`],
    ["a parameter before", `#room=10${TEXT}`],
    ["a query in the fragment", `#10${TEXT}?x=1`],
    ["two #", `##10${TEXT}`],
    ["a second # after", `#10${TEXT}#`],
    ["a second fragment", `#10${TEXT}#10${TEXT}`],
    ["percent-encoding of a letter", `#10%41${TEXT.slice(1)}`],
    ["a percent-encoded #", `https://host/%2310${TEXT}`],
    ["percent-encoding of all", encodeURIComponent(`#10${TEXT}`)],
    ["the secret in the query", `https://host/?10${TEXT}`],
    ["the secret in the query, too", `https://host/?10${TEXT}#10${TEXT}`],
    ["the secret in the path", `https://host/10${TEXT}`],
    ["another path", `https://host/room#10${TEXT}`],
    ["a user name", `https://alice@host/#10${TEXT}`],
    ["a backslash", `https://host\\@evil/#10${TEXT}`],
    ["another scheme", `javascript://host/#10${TEXT}`],
    ["no host", `https:///#10${TEXT}`],
    ["text around it", `come here: https://host/#10${TEXT}`],
  ];

  it.each(damaged)("[H50] is damaged with %s", (_, link) => {
    expect(parseLink(link)).toBeNull();
  });

  it("[H50] reads nothing that it would not have written", () => {
    const nearly = fc
      .tuple(
        secrets,
        fc.nat({ max: 62 }),
        fc.oneof(
          fc.constantFrom("", "#", "%", "=", "A", "\n", "é", "/"),
          fc.string({ maxLength: 3, unit: "binary" }),
        ),
      )
      .map(([secret, at, text]) => {
        const link = encodeLink("https://host", secret, false);
        return link.slice(0, at) + text + link.slice(at + 1);
      });
    fc.assert(
      fc.property(nearly, (link) => {
        const parsed = parseLink(link);
        if (parsed === null) return;
        const again = encodeLink("", parsed.secret, parsed.hasPassphrase);
        expect(`/${link.slice(link.indexOf("#"))}`).toBe(again);
      }),
      { numRuns: 2_000 },
    );
  });
});
