import { describe, expect, test } from "vitest";
import { utf8 } from "../../../shared/bytes.ts";
import { pieceType } from "./fragmented.ts";

const mp4 = (...words: readonly string[]) => utf8(`\0\0\0\x20ftypiso5${words.join("\0\0")}`);
const AVC = "avcC\x01\x64\0\x1f";

describe("what can be handed on piece by piece", () => {
  test("MP4 in pieces, named by profile and level of its picture and by its sound", () => {
    const head = mp4("moov", "mvex", AVC, "mp4a");
    expect(pieceType("video/mp4", head)).toBe('video/mp4; codecs="avc1.64001f, mp4a.40.2"');
    expect(pieceType("audio/mp4", mp4("moov", "mp4a", "mvex"))).toBe(
      'audio/mp4; codecs="mp4a.40.2"',
    );
  });

  test("not MP4 whose samples lie anywhere, nor of codecs that cannot be named", () => {
    expect(pieceType("video/mp4", mp4("moov", AVC, "mp4a"))).toBeNull();
    expect(pieceType("video/mp4", mp4("moov", "mvex", "hvcC", "mp4a"))).toBeNull();
    expect(pieceType("video/mp4", mp4("moov", "mvex"))).toBeNull();
  });

  test("WebM by its tracks", () => {
    const head = utf8("\x1a\x45 webm … V_VP9 … A_OPUS");
    expect(pieceType("video/webm", head)).toBe('video/webm; codecs="vp9, opus"');
    expect(pieceType("video/webm", utf8("\x1a\x45 webm V_UNKNOWN"))).toBeNull();
  });

  test("nothing else", () => {
    expect(pieceType("audio/mpeg", utf8("ID3 mvex"))).toBeNull();
    expect(pieceType("audio/mpeg", new Uint8Array(0))).toBeNull();
  });
});
