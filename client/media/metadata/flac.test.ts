import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import { join, payload } from "../specimens/parts.ts";
import { flac } from "../specimens/sounds.ts";

async function clean(bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const result = await examine(new Blob([bytes]), "x.flac");
  if (typeof result === "string") throw new Error(result);
  return Buffer.from(await result.cleaned.arrayBuffer());
}

describe("[HOSTILE 53] FLAC", () => {
  test("leaves with its form, its places to seek and its frames, the last block marked as such", async () => {
    const [stream, seeks, sound] = [payload(34, 1), payload(36, 2), payload(9_000, 3)];
    const expected = join("fLaC", [0, 0, 0, 34], stream, [0x83, 0, 0, 36], seeks, sound);
    expect((await clean(flac().bytes)).equals(expected)).toBe(true);
  });

  test("of its form alone leaves as it is", async () => {
    const bytes = join("fLaC", [0x80, 0, 0, 34], payload(34, 1), payload(100, 2));
    expect(await clean(bytes)).toEqual(Buffer.from(bytes));
  });
});
