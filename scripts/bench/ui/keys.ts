/** What a key costs, from a trace of the browser: all tasks of the page's main thread from one key to the next. */
import type { Page } from "playwright-core";

/** Keys come so far apart, about as from a quick hand, that what one causes is done before the next. */
const BETWEEN_KEYS_MS = 60;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Microseconds of the processor's time: what else the machine does is not in it. */
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly type?: string } };
}

/** Types `text` into what has the focus; ms of work for each key, rendering included. */
export async function msPerKey(page: Page, text: string): Promise<readonly number[]> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("a page without a browser");
  await browser.startTracing(page, {
    categories: ["devtools.timeline", "disabled-by-default-devtools.timeline"],
  });
  await page.keyboard.type(text, { delay: BETWEEN_KEYS_MS });
  await page.waitForTimeout(BETWEEN_KEYS_MS);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as {
    readonly traceEvents: readonly TraceEvent[];
  };
  return costs(trace.traceEvents);
}

function costs(events: readonly TraceEvent[]): readonly number[] {
  const pressed = events.filter(
    ({ name, args }) => name === "EventDispatch" && args?.data?.type === "keydown",
  );
  const first = pressed[0];
  if (first === undefined) throw new Error("the trace has no key");
  const tasks = events.filter(
    ({ name, pid, tid }) => name === "RunTask" && pid === first.pid && tid === first.tid,
  );
  if (tasks.length === 0) throw new Error("the trace has no tasks");
  // A key's task begins a little before its event is dispatched.
  const startOf = ({ ts }: TraceEvent) =>
    tasks.find((task) => task.ts <= ts && ts <= task.ts + (task.dur ?? 0))?.ts ?? ts;
  const starts = pressed.map(startOf);
  return starts.map((start, at) => {
    const end = starts[at + 1] ?? Number.POSITIVE_INFINITY;
    const caused = tasks.filter(({ ts }) => ts >= start && ts < end);
    return caused.reduce((sum, { tdur, dur = 0 }) => sum + (tdur ?? dur), 0) / 1_000;
  });
}
