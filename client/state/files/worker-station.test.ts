import { afterEach, describe, expect, test } from "vitest";
import { fileIdOf, routeIdOf } from "../../../shared/ids.ts";
import type { FetchJob, SendJob, Station, StationFault } from "./station.ts";
import { createWorkerStation, serveStation } from "./worker-station.ts";

const PLACE = {
  routeId: routeIdOf(new Uint8Array(16).fill(1)),
  file: fileIdOf(new Uint8Array(16).fill(2)),
  grant: new Uint8Array(4),
  index: 0,
};
const SEAL = { file: PLACE.file, key: new Uint8Array(32), sizeBytes: 3 };
const SEND: SendJob = { seal: SEAL, content: new Blob(["abc"]), place: PLACE };
const FETCH: FetchJob = { seal: SEAL, place: PLACE };
const NEVER = new AbortController().signal;
const UNREACHABLE: StationFault = { kind: "unreachable", retryMs: null };

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** A station at the far end of a channel, which answers as `far` does. */
function across(far: Partial<Station>) {
  const { port1, port2 } = new MessageChannel();
  stops.push(() => (port1.close(), port2.close()));
  const all: Station = {
    send: () => Promise.resolve(null),
    fetch: () => Promise.resolve(new Uint8Array()),
    drop: () => Promise.resolve(null),
    close: () => undefined,
    ...far,
  };
  serveStation(port2, all);
  let ends = 0;
  const near = createWorkerStation(port1, () => void ends++);
  return { near, ends: () => ends };
}

describe("a station across a channel", () => {
  test("hands over jobs as they are, contents included, and gives back what came of them", async () => {
    const { near } = across({
      send: async ({ content, seal }) =>
        (await content.text()) === "abc" && seal.sizeBytes === 3 ? null : UNREACHABLE,
      fetch: () => Promise.resolve(Uint8Array.of(7, 8, 9).subarray(1)),
      drop: () => Promise.resolve(UNREACHABLE),
    });
    expect(await near.send(SEND, NEVER)).toBeNull();
    expect(await near.fetch(FETCH, NEVER)).toEqual(Uint8Array.of(8, 9));
    expect(await near.drop(PLACE)).toEqual(UNREACHABLE);
  });

  test("does several at once and answers each by itself, in any order", async () => {
    const answers: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
    const { near } = across({ fetch: () => new Promise((resolve) => answers.push(resolve)) });
    const [first, second] = [near.fetch(FETCH, NEVER), near.fetch(FETCH, NEVER)];
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.(Uint8Array.of(2));
    answers[0]?.(Uint8Array.of(1));
    expect(await second).toEqual(Uint8Array.of(2));
    expect(await first).toEqual(Uint8Array.of(1));
  });

  test("stops a job that nobody wants any more, and no other", async () => {
    const stopped: boolean[] = [];
    const { near } = across({
      send: (_job, signal) =>
        new Promise((resolve) => {
          const at = stopped.push(false) - 1;
          signal.addEventListener("abort", () => {
            stopped[at] = true;
            resolve({ kind: "stopped", retryMs: null });
          });
        }),
    });
    const stopping = new AbortController();
    const first = near.send(SEND, stopping.signal);
    const second = near.send(SEND, NEVER);
    await expect.poll(() => stopped).toEqual([false, false]);
    stopping.abort();
    expect(await first).toEqual({ kind: "stopped", retryMs: null });
    expect(stopped).toEqual([true, false]);
    near.close();
    expect(await second).toEqual({ kind: "stopped", retryMs: null });
  });

  test("when closed ends the worker once and takes nothing more", async () => {
    const { near, ends } = across({});
    near.close();
    near.close();
    expect(ends()).toBe(1);
    expect(await near.send(SEND, NEVER)).toEqual({ kind: "stopped", retryMs: null });
  });
});
