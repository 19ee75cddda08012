import { describe, expect, it } from "vitest";
import { utf8, type Bytes } from "../../shared/bytes.ts";
import { fileIdOf, incarnationOf } from "../../shared/ids.ts";
import { MAX_POST_FILES, MAX_TEXT_BYTES } from "../../shared/limits.ts";
import * as content from "./content.ts";
import { announced, type AnnouncedFile, type DescribedFile } from "./files/announced.ts";

const draw = (below: number): number => Math.floor(Math.random() * below);
const bytes = (length: number): Bytes => Uint8Array.from({ length }, () => draw(256));
function oneOf<T>(...items: readonly T[]): T {
  const item = items[draw(items.length)];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}
const counts = [0, 1, 255, 2 ** 32, Number.MAX_SAFE_INTEGER];
const texts = ["", "a", "한국어 🦋 שלום", "x".repeat(MAX_TEXT_BYTES), "line\nline\u0000"];

const someFile = (): DescribedFile => ({
  file: fileIdOf(bytes(16)),
  key: bytes(32),
  sizeBytes: oneOf(0, 1, 262_144, 2 ** 32),
  kind: "jpeg",
  name: "a.jpg",
  dimensions: oneOf(null, { width: 1, height: 65_535 }),
  isAnimated: oneOf(true, false),
  alt: oneOf("", "stripes 🦋"),
});

const someInside = (): content.Inside => ({
  incarnation: incarnationOf(bytes(8)),
  counter: oneOf(...counts),
  messageId: bytes(16),
  applied: oneOf(...counts),
  orderHash: oneOf(null, bytes(32)),
  body: oneOf<content.Body>(
    { kind: "empty" },
    { kind: "text", sentAtMs: oneOf(...counts), text: oneOf(...texts) },
    {
      kind: "files",
      sentAtMs: oneOf(...counts),
      text: oneOf(...texts),
      files: Array.from({ length: 1 + draw(MAX_POST_FILES) }, someFile),
    },
    { kind: "withdrawal", messageId: bytes(16) },
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

describe("[HOSTILE 54] what another member says of a file", () => {
  const told = (described: Partial<DescribedFile>): AnnouncedFile | null => {
    const body: content.Body = {
      kind: "files",
      sentAtMs: 0,
      text: "",
      files: [{ ...someFile(), ...described }],
    };
    const inside = content.decodeInside(content.encodeInside({ ...someInside(), body }));
    const [file] = inside?.body.kind === "files" ? inside.body.files : [];
    return file === undefined ? null : announced(file);
  };

  it("is cleaned of what a name must not hold, and ends as its kind does", () => {
    expect(told({ name: "../a\u202egpj.exe" })?.name).toBe("agpj.exe.jpg");
    expect(told({ name: "" })?.name).toBe("file.jpg");
  });

  it("names a kind that is known here, or is a file like any other", () => {
    const unknown = told({ kind: "image/svg+xml" });
    expect(unknown?.kind).toBe("other");
    expect(told({ kind: "constructor" })?.kind).toBe("other");
  });

  it("that is larger than any file, or longer than any text, is nothing", () => {
    expect(told({ sizeBytes: 2 ** 32 + 1 })).toBeNull();
    expect(told({ sizeBytes: Number.MAX_SAFE_INTEGER })).toBeNull();
    expect(told({ alt: "x".repeat(1_001) })).toBeNull();
    expect(told({ name: "x".repeat(121) })).toBeNull();
  });

  it("comes with a file at least, and with 16 at most", () => {
    for (const count of [0, MAX_POST_FILES + 1]) {
      const files = Array.from({ length: count }, someFile);
      const body: content.Body = { kind: "files", sentAtMs: 0, text: "", files };
      expect(content.decodeInside(content.encodeInside({ ...someInside(), body }))).toBeNull();
    }
  });

  it("[M2] is listed in the header by id, ascending", () => {
    const files = [3, 1, 2].map((n) => ({
      ...someFile(),
      file: fileIdOf(new Uint8Array(16).fill(n)),
    }));
    const ids = content.filesOf({ kind: "files", sentAtMs: 0, text: "", files });
    expect(ids).toEqual(ids.toSorted());
    expect(ids).toHaveLength(3);
    expect(content.filesOf({ kind: "empty" })).toEqual([]);
  });
});
