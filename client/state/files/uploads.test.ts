import { beforeAll, describe, expect, test } from "vitest";
import { createHandClock } from "../../../server/stories/hand-clock.ts";
import { ready } from "../../crypto/sodium.ts";
import { createFilesWorld } from "./files-world.ts";
import { createUploads, waitingUpload, type OwnFile } from "./uploads.ts";

beforeAll(() => ready());

/** A line on which nothing arrives. */
const never = (_go: unknown, signal: AbortSignal): Promise<Response> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("stopped")));
  });

function fileOf(sizeBytes: number): OwnFile {
  return {
    content: new Blob([new Uint8Array(sizeBytes)]),
    meta: { kind: "other", name: "a.bin", dimensions: null, isAnimated: false, alt: "" },
    upload: waitingUpload(),
  };
}

function setUp() {
  const clock = createHandClock();
  const world = createFilesWorld(clock);
  const told: string[] = [];
  const uploads = createUploads({
    ...world.deps,
    held: (key) => void told.push(`${key} is held`),
    failed: (key, why) => void told.push(`${key}: ${why}`),
  });
  return { clock, world, uploads, told };
}

describe("[M4] what the relay reserved for files is given back", () => {
  test("when they are given up before it holds any of them", async () => {
    const { clock, world, uploads } = setUp();
    world.line = never;
    uploads.add("holiday", [fileOf(1_000_000)]);
    await clock.settle();
    expect(world.reserved.size).toBe(1);
    expect(uploads.cancel("holiday")).toBe(true);
    await clock.settle();
    expect(world.reserved.size).toBe(0);
  });

  test("when they are given up, of empty ones too", async () => {
    const { clock, world, uploads } = setUp();
    const [empty, large] = [fileOf(0), fileOf(1_000_000)];
    uploads.add("holiday", [empty, large]);
    world.line = (go, signal) =>
      empty.upload.value.kind === "done" ? never(go, signal) : Promise.resolve(go());
    await clock.settle();
    expect(world.reserved.size).toBe(2);
    uploads.cancel("holiday");
    await clock.settle();
    expect(world.reserved.size).toBe(0);
  });

  test("when another one of the same message is refused", async () => {
    const { clock, world, uploads, told } = setUp();
    world.answer = (file) =>
      world.reserved.size === 1 && !world.reserved.has(file) ? "member-quota" : null;
    uploads.add("holiday", [fileOf(1_000), fileOf(1_000), fileOf(1_000)]);
    await clock.settle();
    expect(told).toEqual(["holiday: member-quota"]);
    expect(world.reserved.size).toBe(0);
    // The first twice, to be sent and to be dropped; the second once; the third, which never came to it, not at all.
    const [first, second] = world.asked;
    expect(world.asked).toEqual([first, second, first]);
  });

  test("as long as the relay can be asked soon; nothing is tried or kept after that", async () => {
    const { clock, world, uploads } = setUp();
    world.line = never;
    uploads.add("holiday", [fileOf(1_000)]);
    await clock.settle();
    world.deps.grants.unseated();
    uploads.cancel("holiday");
    await clock.advance(45_000);
    expect(clock.waiting()).toBe(0);
    world.deps.grants.seated();
    await clock.settle();
    expect(world.asked).toHaveLength(1);
  });
});

test("[M7] the lease of an empty file is kept while the next one goes", async () => {
  const { clock, world, uploads } = setUp();
  const [empty, large] = [fileOf(0), fileOf(1_000_000)];
  uploads.add("holiday", [empty, large]);
  world.line = (go, signal) =>
    empty.upload.value.kind === "done" ? never(go, signal) : Promise.resolve(go());
  await clock.advance(46_000);
  const [first, second] = world.asked;
  expect(world.asked).toEqual([first, second, first]);
});
