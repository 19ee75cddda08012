import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import type { Found } from "../examined.ts";
import { join, payload, zeros } from "../specimens/parts.ts";
import { flac, mp3Frames } from "../specimens/sounds.ts";

const sound = mp3Frames(7);

async function look(bytes: Uint8Array<ArrayBuffer>): Promise<readonly Found[]> {
  const result = await examine(new Blob([bytes]), "x.mp3");
  if (typeof result === "string") throw new Error(result);
  expect(result.kind).toBe("mp3");
  expect(Buffer.from(await result.cleaned.arrayBuffer())).toEqual(Buffer.from(sound));
  return result.removed;
}

describe("[HOSTILE 53] an MP3", () => {
  test("of the oldest tags leaves without them", async () => {
    const frames = join(
      "TP1",
      [0, 0, 6],
      "\0alice",
      "TT2",
      [0, 0, 9],
      [1, 0xff, 0xfe, 0x48, 0, 0x69, 0, 0, 0],
    );
    expect(await look(join("ID3\x02\0\0", [0, 0, 0, frames.length], frames, sound))).toEqual([
      { what: "author", value: "alice" },
      { what: "comment", value: "Hi" },
    ]);
  });

  test("of the newest tags, with a footer, and several of them, leaves without them", async () => {
    const long = "b".repeat(200);
    const frames = join("TPE1", [0, 0, 1, 73], [0, 0], "\x03", long);
    const tag = join(
      "ID3\x04\0\x10",
      [0, 0, frames.length >> 7, frames.length & 127],
      frames,
      "3DI\x04\0\x10",
      zeros(4),
    );
    expect(await look(join(tag, tag, sound))).toEqual([
      { what: "author", value: long.slice(0, 120) },
    ]);
  });

  test("of tags behind its sound leaves without them", async () => {
    const old = join("TAG", "title", zeros(25), "bob", zeros(27), zeros(30), "1999", zeros(31));
    const ape = join(zeros(40), "APETAGEX", [0xd0, 7, 0, 0, 72, 0, 0, 0], zeros(16));
    expect(await look(join(sound, ape, old))).toEqual([
      { what: "comment", value: "title" },
      { what: "author", value: "bob" },
      { what: "dates", value: "1999" },
      { what: "comment", value: "" },
      { what: "other", value: "APE" },
    ]);
  });

  test("of the newest tags and of lyrics behind its sound leaves without them", async () => {
    const frame = join("TPE1", [0, 0, 0, 6], [0, 0], "\x03alice");
    const head = join("\x04\0\x10", [0, 0, 0, frame.length]);
    const lyrics = "LYRICSBEGININD0000200AUT00003bob";
    expect(
      await look(
        join(
          sound,
          "ID3",
          head,
          frame,
          "3DI",
          head,
          lyrics,
          "LYRICSEND",
          lyrics,
          "000032LYRICS200",
        ),
      ),
    ).toEqual([
      { what: "comment", value: "IND0000200AUT00003bob000032" },
      { what: "comment", value: "IND0000200AUT00003bob" },
      { what: "author", value: "alice" },
    ]);
  });

  test.each([
    ["of 128,000 bits a second", [0xff, 0xfb, 0x90, 0], 417],
    ["with a byte to fill it up", [0xff, 0xfb, 0x92, 0], 418],
    ["of 320,000 bits at 48,000 hertz", [0xff, 0xfb, 0xe4, 0], 960],
    ["of MPEG-2", [0xff, 0xf3, 0x80, 0], 208],
    ["of MPEG-2.5", [0xff, 0xe3, 0x88, 0], 576],
  ])("of frames %s is walked to its end", async (_, head, length) => {
    const frame = join(head, payload(length - 4, 1));
    const walk = (...parts: readonly Uint8Array[]) => examine(new Blob([join(...parts)]), "x");
    expect(await walk(frame, frame, frame.subarray(0, 99))).toMatchObject({ isOpaque: false });
    for (const noise of [join("Canary"), frame.subarray(1)]) {
      expect(await walk(frame, noise, frame)).toMatchObject({ kind: "mp3", isOpaque: true });
    }
  });

  test("of tags between its frames, as of pieces that were put together, promises nothing", async () => {
    const bytes = join(sound, "ID3\x03\0\0\0\0\0\x09PRIV Canary", sound);
    expect(await examine(new Blob([bytes]), "x")).toMatchObject({ kind: "mp3", isOpaque: true });
  });

  test("of more tags than anybody writes leaves as it is, and says so", async () => {
    const bytes = join(sound, ...Array.from({ length: 17 }, () => join("TAG", zeros(125))));
    const result = await examine(new Blob([bytes]), "x.mp3");
    expect(result).toMatchObject({ isOpaque: true, removed: [] });
  });

  test("that is FLAC behind its tag leaves without that one's comments, too", async () => {
    const { bytes, shown } = flac();
    const result = await examine(new Blob([join("ID3\x04\0\0", zeros(4), bytes)]), "x.mp3");
    if (typeof result === "string") throw new Error(result);
    const left = Buffer.from(await result.cleaned.arrayBuffer());
    expect(left.toString("latin1", 0, 4)).toBe("fLaC");
    expect(left.includes("Canary")).toBe(false);
    expect(left.subarray(-9_000)).toEqual(Buffer.from(shown.at(-1) ?? []));
  });
});
