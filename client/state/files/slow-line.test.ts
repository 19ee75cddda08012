/** What goes over lines of a known speed, which chunks under way at once share. */
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createHandClock } from "../../../server/stories/hand-clock.ts";
import { fileIdOf } from "../../../shared/ids.ts";
import { CHUNK_BYTES } from "../../../shared/limits.ts";
import { SEALED_CHUNK_BYTES } from "../../../shared/media.ts";
import { createFileKey, sealChunk } from "../../crypto/chunks.ts";
import { ready } from "../../crypto/sodium.ts";
import { createFilesWorld, type FilesWorld } from "./files-world.ts";
import { createReading } from "./reading.ts";
import { createSending } from "./sending.ts";

const TICK_MS = 1_000;
/** 60 kbit/s: a chunk takes 35 s, three at once 105, and no relay waits longer than 60. */
const SLOW = 60_000 / 8;
const FAST = 8_000_000 / 8;
const NEVER = new AbortController().signal;
const CONTENT = new Uint8Array(4 * CHUNK_BYTES).fill(7);
const SEAL = { file: fileIdOf(new Uint8Array(16)), sizeBytes: CONTENT.length };

beforeAll(() => ready());
afterEach(() => vi.restoreAllMocks());

interface Going {
  leftBytes: number;
  readonly arrive: () => void;
}

function setUp(bytesPerS: number) {
  const clock = createHandClock();
  const world: FilesWorld = createFilesWorld(clock);
  const seal = { ...SEAL, key: createFileKey() };
  const going = new Set<Going>();
  const line = { bytesPerS, requests: 0, mostAtOnce: 0 };

  function tick(): void {
    const shareBytes = (line.bytesPerS * TICK_MS) / 1_000 / going.size;
    for (const each of going) {
      each.leftBytes -= shareBytes;
      if (each.leftBytes > 0) continue;
      going.delete(each);
      each.arrive();
    }
    clock.after(TICK_MS, tick);
  }
  clock.after(TICK_MS, tick);

  world.line = (go, signal) =>
    new Promise((resolve, reject) => {
      const one = { leftBytes: SEALED_CHUNK_BYTES, arrive: () => resolve(go()) };
      going.add(one);
      line.requests += 1;
      line.mostAtOnce = Math.max(line.mostAtOnce, going.size);
      signal.addEventListener("abort", () => {
        going.delete(one);
        reject(new DOMException("", "AbortError"));
      });
    });
  // The platform's own timer does not turn by hand.
  vi.spyOn(AbortSignal, "timeout").mockImplementation((delayMs) => {
    const timeout = new AbortController();
    clock.after(delayMs, () => timeout.abort(new DOMException("", "TimeoutError")));
    return timeout.signal;
  });
  return { clock, world, line, seal };
}

describe("a file on its way up", () => {
  const send = (set: ReturnType<typeof setUp>) => {
    const outcomes: string[] = [];
    const sending = createSending(set.seal, new Blob([CONTENT]), set.world.deps, () => undefined);
    void sending.run(NEVER).then((outcome) => outcomes.push(outcome));
    return outcomes;
  };

  test("arrives over a line on which only one chunk at a time is in time, each sent once", async () => {
    const set = setUp(SLOW);
    const outcomes = send(set);
    await set.clock.advance(180_000);
    expect(outcomes).toEqual(["held"]);
    expect(set.line).toMatchObject({ requests: 4, mostAtOnce: 1 });
  });

  test("goes in several chunks at once where the line is quick", async () => {
    const set = setUp(FAST);
    const outcomes = send(set);
    await set.clock.advance(10_000);
    expect(outcomes).toEqual(["held"]);
    expect(set.line).toMatchObject({ requests: 4, mostAtOnce: 3 });
  });

  test("gets on when the line becomes slow on the way: what was not in time goes again, one at a time", async () => {
    const set = setUp(FAST);
    const outcomes = send(set);
    await set.clock.advance(1_000);
    set.line.bytesPerS = SLOW;
    await set.clock.advance(240_000);
    expect(outcomes).toEqual(["held"]);
    expect(set.line).toMatchObject({ requests: 4 + 3, mostAtOnce: 3 });
  });
});

test("a file comes down over a line on which only one chunk at a time is in time", async () => {
  const { clock, world, line, seal } = setUp(SLOW);
  world.content = (index) => {
    const from = index * CHUNK_BYTES;
    return sealChunk(seal, index, CONTENT.slice(from, from + CHUNK_BYTES));
  };
  const got: unknown[] = [];
  void createReading(world.deps)
    .whole(seal, NEVER, () => undefined)
    .then((content) => got.push(typeof content === "string" ? content : content.size));
  await clock.advance(180_000);
  expect(got).toEqual([CONTENT.length]);
  expect(line).toMatchObject({ requests: 4, mostAtOnce: 1 });
});
