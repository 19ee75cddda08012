/** The station across a message channel: jobs go to a worker, outcomes come back, in any order. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { FilePlace } from "../../net/chunk-requests.ts";
import type { FetchJob, SendJob, Station, StationFault } from "./station.ts";

type Order =
  | { readonly kind: "send"; readonly id: number; readonly job: SendJob }
  | { readonly kind: "fetch"; readonly id: number; readonly job: FetchJob }
  | { readonly kind: "drop"; readonly id: number; readonly place: FilePlace }
  | { readonly kind: "stop"; readonly id: number };

type Outcome = Bytes | StationFault | null;

interface Delivery {
  readonly id: number;
  readonly outcome: Outcome;
}

/** What a Worker, a worker's own scope and a MessagePort have in common. */
export interface Line {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  /** Of a Worker: its script could not be had, or failed. */
  onerror?: ((event: ErrorEvent) => void) | null;
}

/** In the worker: does what comes over `line`. */
export function serveStation(line: Line, station: Station): void {
  const running = new Map<number, AbortController>();

  function run(order: Exclude<Order, { kind: "stop" }>, signal: AbortSignal): Promise<Outcome> {
    switch (order.kind) {
      case "send":
        return station.send(order.job, signal);
      case "fetch":
        return station.fetch(order.job, signal);
      case "drop":
        return station.drop(order.place);
    }
  }

  line.onmessage = ({ data }: MessageEvent<Order>) => {
    if (data.kind === "stop") return running.get(data.id)?.abort();
    const { id } = data;
    const stopping = new AbortController();
    running.set(id, stopping);
    void answer(data, stopping.signal);
  };

  async function answer(job: Exclude<Order, { kind: "stop" }>, signal: AbortSignal): Promise<void> {
    // Without libsodium, which a browser may refuse, no job can be done: that must be told, too.
    const outcome = await run(job, signal).catch(() => BROKEN);
    running.delete(job.id);
    const own = outcome instanceof Uint8Array ? whole(outcome) : outcome;
    const delivery: Delivery = { id: job.id, outcome: own };
    line.postMessage(delivery, own instanceof Uint8Array ? [own.buffer] : []);
  }
}

/** On the page: a station behind `line`; `end` ends whatever is at its other end. */
export function createWorkerStation(line: Line, end: () => void): Station {
  const waiting = new Map<number, (outcome: Outcome) => void>();
  /** Once it has ended: what all jobs come to. */
  let ended: StationFault | null = null;
  let last = 0;

  function endWith(fault: StationFault): void {
    if (ended === null) end();
    ended = fault;
    for (const settle of waiting.values()) settle(fault);
    waiting.clear();
  }

  line.onerror = line.onmessageerror = () => endWith(BROKEN);

  line.onmessage = ({ data }: MessageEvent<Delivery>) => {
    waiting.get(data.id)?.(data.outcome);
    waiting.delete(data.id);
  };

  /** `T` is what this kind of job comes to. */
  function order<T extends Outcome>(
    make: (id: number) => Order,
    signal: AbortSignal | null,
  ): Promise<T | StationFault> {
    if (signal?.aborted === true) return Promise.resolve(STOPPED);
    if (ended !== null) return Promise.resolve(ended);
    const id = ++last;
    const stop = (): void => line.postMessage({ kind: "stop", id } satisfies Order, []);
    signal?.addEventListener("abort", stop);
    return new Promise<T | StationFault>((resolve) => {
      waiting.set(id, (outcome) => {
        signal?.removeEventListener("abort", stop);
        resolve(outcome as T | StationFault);
      });
      line.postMessage(make(id), []);
    });
  }

  return {
    send: (job, signal) => order<null>((id) => ({ kind: "send", id, job }), signal),
    fetch: (job, signal) => order<Bytes>((id) => ({ kind: "fetch", id, job }), signal),
    drop: (place) => order<null>((id) => ({ kind: "drop", id, place }), null),
    close: () => endWith(STOPPED),
  };
}

const STOPPED: StationFault = { kind: "stopped", retryMs: null };
const BROKEN: StationFault = { kind: "broken", retryMs: null };

/** Of a part of a larger buffer nothing but the part may travel. */
function whole(bytes: Bytes): Bytes {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
