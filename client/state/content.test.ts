import { describe, expect, it } from "vitest";
import { utf8, type Bytes } from "../../shared/bytes.ts";
import { incarnationOf } from "../../shared/ids.ts";
import { MAX_TEXT_BYTES } from "../../shared/limits.ts";
import * as content from "./content.ts";

const draw = (below: number): number => Math.floor(Math.random() * below);
const bytes = (length: number): Bytes => Uint8Array.from({ length }, () => draw(256));
function oneOf<T>(...items: readonly T[]): T {
  const item = items[draw(items.length)];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}
const counts = [0, 1, 255, 2 ** 32, Number.MAX_SAFE_INTEGER];
const texts = ["", "a", "한국어 🦋 שלום", "x".repeat(MAX_TEXT_BYTES), "line\nline\u0000"];

const someInside = (): content.Inside => ({
  incarnation: incarnationOf(bytes(8)),
  counter: oneOf(...counts),
  messageId: bytes(16),
  applied: oneOf(...counts),
  orderHash: oneOf(null, bytes(32)),
  body: oneOf<content.Body>(
    { kind: "empty" },
    { kind: "text", sentAtMs: oneOf(...counts), text: oneOf(...texts) },
  ),
});
const somePost = (): content.PostCover => ({
  epochRecord: oneOf(...counts),
  epochTag: bytes(8),
  inner: bytes(draw(300)),
});
const someCommit = (): content.CommitCover => ({
  commit: bytes(draw(300)),
  groupInfoSignature: bytes(64),
});

const CODECS = [
  ["the inside of a post", someInside, content.encodeInside, content.decodeInside],
  ["the cover of a post", somePost, content.encodePostCover, content.decodePostCover],
  ["the cover of a commit", someCommit, content.encodeCommitCover, content.decodeCommitCover],
] as const;

describe.each(CODECS)("%s", (_, some, encode, decode) => {
  const encoded = (value: ReturnType<typeof some>): Bytes => encode(value as never);

  it("comes back as it went", () => {
    for (let i = 0; i < 300; i++) {
      const value = some();
      expect(decode(encoded(value))).toEqual(value);
    }
  });

  it("[W1] cut short or with a byte more it is nothing, and one value has one encoding", () => {
    for (let i = 0; i < 40; i++) {
      const whole = encoded(some());
      for (const at of [0, 1, draw(whole.length), whole.length - 1]) {
        expect(decode(whole.subarray(0, at))).toBeNull();
      }
      expect(decode(Uint8Array.of(...whole, 0))).toBeNull();
      const changed = Uint8Array.from(whole);
      const at = draw(changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << draw(8));
      const read = decode(changed);
      if (read !== null) expect(encoded(read)).toEqual(changed);
    }
  });

  it("never throws at garbage", () => {
    for (let i = 0; i < 2_000; i++) decode(bytes(draw(200)));
  });
});

describe("text", () => {
  const said = (text: Uint8Array): Bytes => {
    const whole = content.encodeInside({ ...someInside(), body: { kind: "empty" } });
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, text.length);
    return Uint8Array.of(...whole.subarray(0, -1), 1, ...new Uint8Array(8), ...size, ...text);
  };

  it("is taken up to its limit and refused above", () => {
    expect(content.decodeInside(said(new Uint8Array(MAX_TEXT_BYTES).fill(97)))).not.toBeNull();
    expect(content.decodeInside(said(new Uint8Array(MAX_TEXT_BYTES + 1).fill(97)))).toBeNull();
  });

  it.each([
    ["a lone continuation", Uint8Array.of(0x80)],
    ["an overlong slash", Uint8Array.of(0xc0, 0xaf)],
    ["half of a surrogate pair", Uint8Array.of(0xed, 0xa0, 0x80)],
    ["a cut sequence", utf8("é").subarray(0, 1)],
  ])("that is not UTF-8 is refused: %s", (_, text) => {
    expect(content.decodeInside(said(text))).toBeNull();
  });
});
