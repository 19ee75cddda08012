import { describe, expect, test } from "vitest";
import { onShelf } from "./chunk-shelf.ts";
import type { PlayedSource } from "./player.ts";

interface Reading {
  readonly index: number;
  readonly signal: AbortSignal;
  readonly come: () => void;
  readonly fail: () => void;
}

/** A source whose chunks come when the test says so. */
function slowSource(): { readonly source: PlayedSource; readonly readings: Reading[] } {
  const readings: Reading[] = [];
  const source: PlayedSource = {
    sizeBytes: 1_000,
    mime: "video/mp4",
    chunkBytes: 10,
    read: (index, signal) =>
      new Promise((resolve, reject) => {
        const come = () => resolve(Uint8Array.of(index));
        const fail = () => reject(new Error("not to be had"));
        signal.addEventListener("abort", fail);
        readings.push({ index, signal, come, fail });
      }),
  };
  return { source: onShelf(source), readings };
}

const idle = new AbortController().signal;

describe("a shelf of chunks", () => {
  test("reads a chunk once for all who want it at once, and for who wants it later", async () => {
    const { source, readings } = slowSource();
    const both = Promise.all([source.read(3, idle), source.read(3, idle)]);
    expect(readings.map(({ index }) => index)).toEqual([3]);
    readings[0]?.come();
    expect(await both).toEqual([Uint8Array.of(3), Uint8Array.of(3)]);
    expect(await source.read(3, idle)).toEqual(Uint8Array.of(3));
    expect(readings.length).toBe(1);
  });

  test("stops a reading only when nobody waits for it any more", async () => {
    const { source, readings } = slowSource();
    const [alice, bob] = [new AbortController(), new AbortController()];
    const outcomes = Promise.allSettled([source.read(3, alice.signal), source.read(3, bob.signal)]);
    alice.abort();
    expect(readings[0]?.signal.aborted).toBe(false);
    bob.abort();
    expect(readings[0]?.signal.aborted).toBe(true);
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    void source.read(3, idle);
    expect(readings.length).toBe(2);
  });

  test("a chunk that has come is not stopped by who lets go afterwards", async () => {
    const { source, readings } = slowSource();
    const alice = new AbortController();
    const reading = source.read(3, alice.signal);
    readings[0]?.come();
    await reading;
    alice.abort();
    await source.read(3, idle);
    expect(readings.length).toBe(1);
    expect(readings[0]?.signal.aborted).toBe(false);
  });

  test("a chunk that could not be had is tried again", async () => {
    const { source, readings } = slowSource();
    const failing = source.read(3, idle);
    readings[0]?.fail();
    await expect(failing).rejects.toThrow("not to be had");
    const again = source.read(3, idle);
    readings[1]?.come();
    expect(await again).toEqual(Uint8Array.of(3));
  });

  test("keeps twelve, those that were used last", async () => {
    const { source, readings } = slowSource();
    const read = async (index: number): Promise<boolean> => {
      const before = readings.length;
      const content = source.read(index, idle);
      readings[before]?.come();
      await content;
      return readings.length > before;
    };
    for (let index = 0; index < 12; index++) expect(await read(index)).toBe(true);
    expect(await read(0)).toBe(false);
    expect(await read(12)).toBe(true);
    expect(await read(0)).toBe(false);
    expect(await read(1)).toBe(true);
  });

  test("who has let go already reads nothing", async () => {
    const { source, readings } = slowSource();
    await expect(source.read(1, AbortSignal.abort())).rejects.toThrow("aborted");
    expect(readings).toEqual([]);
  });
});
