import { describe, expect, test } from "vitest";
import { examine } from "../examine.ts";
import { webm } from "../specimens/matroska.ts";
import { join, payload, u24 } from "../specimens/parts.ts";
import { createCleaning } from "./cleaning.ts";
import { elementAt, VOID, voidElement } from "./matroska-elements.ts";
import { createSource } from "./source.ts";

async function idsIn(bytes: Uint8Array<ArrayBuffer>, from: number, to: number): Promise<number[]> {
  const source = createSource(new Blob([bytes]));
  const ids: number[] = [];
  for (let at = from; at < to;) {
    const element = await elementAt(source, at);
    ids.push(element.id);
    at = element.to ?? to;
  }
  return ids;
}

describe("[HOSTILE 53] WebM", () => {
  test("becomes Void where it told, of the same length, so that seeking still finds its places", async () => {
    const { bytes } = webm("webm");
    const result = await examine(new Blob([bytes]), "x.webm");
    if (typeof result === "string") throw new Error(result);
    const left = new Uint8Array(await result.cleaned.arrayBuffer());
    expect(left.length).toBe(bytes.length);
    const source = createSource(new Blob([left]));
    const header = await elementAt(source, 0);
    const segment = await elementAt(source, header.to ?? 0);
    expect(await idsIn(left, segment.content, left.length)).toEqual([
      0x1549a966,
      VOID,
      0x1654ae6b,
      VOID,
      0x1f43b675,
      0x1f43b675,
      VOID,
      0x1c53bb6b,
    ]);
    const info = await elementAt(source, segment.content);
    expect(await idsIn(left, info.content, info.to ?? 0)).toEqual([
      VOID,
      0x2ad7b1,
      VOID,
      0x4d80,
      0x5741,
      VOID,
      VOID,
      VOID,
      VOID,
    ]);
  });

  test("holds nothing in the gaps of others, in parts that nobody knows, and behind its end", async () => {
    const sized = (id: readonly number[], content: Uint8Array) =>
      join(id, [0x40 | (content.length >> 8), content.length & 255], content);
    const info = sized([0x15, 0x49, 0xa9, 0x66], sized([0xec], join("Canary")));
    const unknown = sized([0x1f, 0, 0, 0x01], join("Canary"));
    const inside = join(info, unknown);
    const bytes = join(
      sized([0x1a, 0x45, 0xdf, 0xa3], sized([0x42, 0x82], join("webm"))),
      sized([0x18, 0x53, 0x80, 0x67], inside),
      unknown,
    );
    const result = await examine(new Blob([bytes]), "x.webm");
    if (typeof result === "string") throw new Error(result);
    const left = Buffer.from(await result.cleaned.arrayBuffer());
    expect(left.includes("Canary")).toBe(false);
    expect(left.length).toBe(bytes.length - unknown.length);
    expect(result).toMatchObject({ isOpaque: false, removed: [{ what: "other", value: "" }] });
  });

  const sized = (id: readonly number[], ...parts: readonly Uint8Array[]) => {
    const content = join(...parts);
    return join(id, [0x10 | (content.length >> 24)], u24(content.length), content);
  };
  const form = sized([0x1a, 0x45, 0xdf, 0xa3], sized([0x42, 0x82], join("webm")));
  const segment = (...parts: readonly Uint8Array[]) =>
    join(form, sized([0x18, 0x53, 0x80, 0x67], ...parts));
  const cluster = (...parts: readonly Uint8Array[]) => sized([0x1f, 0x43, 0xb6, 0x75], ...parts);
  const gap = sized([0xec], join("Canary"));

  test("that is damaged within a cluster promises nothing, and is cleaned all the same", async () => {
    const bytes = segment(cluster(gap, join([0])), cluster(gap));
    const result = await examine(new Blob([bytes]), "x.webm");
    expect(result).toMatchObject({ kind: "webm", isOpaque: true });
    if (typeof result === "string") return;
    expect((await result.cleaned.text()).includes("Canary")).toBe(false);
  });

  test("of more blocks than are looked at says so, and is cleaned as far as that", async () => {
    const many = new Uint8Array(1_400_000);
    for (let at = 0; at < many.length; at += 2) many.set([0xab, 0x80], at);
    const bytes = segment(cluster(gap, many), cluster(gap), gap);
    const result = await examine(new Blob([bytes]), "x.webm");
    expect(result).toMatchObject({ kind: "webm", isOpaque: true });
    if (typeof result === "string") return;
    expect((await result.cleaned.text()).match(/Canary/g)).toHaveLength(1);
  });

  test("of any length becomes Void of that length", async () => {
    for (const length of [2, 3, 8, 9, 10, 100, 127, 128, 129, 130, 16_384, 70_000]) {
      const bytes = payload(length + 1, 1);
      const { cleaning, compose } = createCleaning(new Blob([bytes]));
      voidElement(cleaning, { from: 0, to: length });
      const left = new Uint8Array(await compose("").arrayBuffer());
      const element = await elementAt(createSource(new Blob([left])), 0);
      expect({ id: element.id, to: element.to }).toEqual({ id: VOID, to: length });
      expect(left.subarray(element.content, length).every((byte) => byte === 0)).toBe(true);
      expect(left[length]).toBe(bytes[length]);
    }
  });

  test("has sizes of one to eight bytes, or none", async () => {
    const read = (...bytes: number[]) => elementAt(createSource(new Blob([join(bytes)])), 0);
    expect(await read(0xa3, 0x85)).toMatchObject({ id: 0xa3, content: 2, to: 7 });
    expect(await read(0x42, 0x86, 0x40, 0x05)).toMatchObject({ id: 0x4286, content: 4, to: 9 });
    expect(await read(0xa3, 0x01, 0, 0, 0, 0, 0, 1, 0)).toMatchObject({ content: 9, to: 265 });
    expect(await read(0xa3, 0xff)).toMatchObject({ to: null });
    expect(await read(0xa3, 0x01, 255, 255, 255, 255, 255, 255, 255)).toMatchObject({ to: null });
    await expect(read(0xa3, 0x00, 1)).rejects.toThrow(RangeError);
    await expect(read(0x00, 0x81)).rejects.toThrow(RangeError);
    await expect(read(0xa3)).rejects.toThrow(RangeError);
  });
});
