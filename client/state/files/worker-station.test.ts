import { afterEach, describe, expect, test } from "vitest";
import { fileIdOf, routeIdOf } from "../../../shared/ids.ts";
import type { FetchJob, SendJob, Station, StationFault } from "./station.ts";
import { createWorkerStation, serveStation, type Line } from "./worker-station.ts";

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
const BROKEN: StationFault = { kind: "broken", retryMs: null };
const STOPPED: StationFault = { kind: "stopped", retryMs: null };

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
  const line: Line = port1;
  const near = createWorkerStation(line, () => void ends++);
  return { near, line, ends: () => ends };
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
            resolve(STOPPED);
          });
        }),
    });
    const stopping = new AbortController();
    const first = near.send(SEND, stopping.signal);
    const second = near.send(SEND, NEVER);
    await expect.poll(() => stopped).toEqual([false, false]);
    stopping.abort();
    expect(await first).toEqual(STOPPED);
    expect(stopped).toEqual([true, false]);
    near.close();
    expect(await second).toEqual(STOPPED);
  });

  test("when closed ends the worker once and takes nothing more", async () => {
    const { near, ends } = across({});
    near.close();
    near.close();
    expect(ends()).toBe(1);
    expect(await near.send(SEND, NEVER)).toEqual(STOPPED);
  });

  test("says of a job that fails at the far end that it did, and goes on", async () => {
    const refused = (): Promise<never> => Promise.reject(new Error("no WebAssembly here"));
    const { near, ends } = across({ send: refused, fetch: refused });
    expect(await near.send(SEND, NEVER)).toEqual(BROKEN);
    expect(await near.fetch(FETCH, NEVER)).toEqual(BROKEN);
    expect(await near.drop(PLACE)).toBeNull();
    expect(ends()).toBe(0);
  });

  test.each([["onerror"], ["onmessageerror"]] as const)(
    "leaves no job without an answer once its worker is broken (%s), nor any that comes later",
    async (broken) => {
      const { near, line, ends } = across({ fetch: () => new Promise(() => undefined) });
      const waiting = [near.fetch(FETCH, NEVER), near.fetch(FETCH, NEVER)];
      // As a browser does where the script is not there any more.
      line[broken]?.(new Event("error") as ErrorEvent & MessageEvent);
      expect(await Promise.all(waiting)).toEqual([BROKEN, BROKEN]);
      expect(await near.send(SEND, NEVER)).toEqual(BROKEN);
      near.close();
      expect(ends()).toBe(1);
      expect(await near.send(SEND, NEVER)).toEqual(STOPPED);
    },
  );
});
