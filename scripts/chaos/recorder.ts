/** Writes down what one person's screen shows, as it changes. */
import { effect } from "@preact/signals-core";
import type { Client } from "../../client/state/client.ts";
import type {
  Delivery,
  MessageItem,
  NoticeItem,
  RoomView,
  TimelineItem,
} from "../../client/state/view.ts";
import type { Event, Line } from "./history.ts";

/** A time without a relay, on the clock of `performance.now`; `backMs` is null while it lasts. */
export interface Outage {
  readonly lostMs: number;
  backMs: number | null;
}

export interface Recorder {
  readonly events: readonly Event[];
  readonly outages: readonly Outage[];
  /** From being asked to being shown as sent, ms. */
  readonly ackMs: readonly number[];
  /** When anything was last shown. */
  changedAtMs(): number;
  /** The relay spoke of this incarnation of the order. */
  heardOf(incarnation: string): void;
  /** Must be called before the text is sent. */
  asked(text: string): void;
  stop(): void;
}

const LINES: readonly string[] = [
  "gap",
  "missing",
  "unopened",
  "order-lost",
  "rejoined",
  "split",
  "repeated",
] satisfies Line[];

export function startRecorder(client: Client): Recorder {
  const events: Event[] = [];
  const outages: Outage[] = [];
  const ackMs: number[] = [];
  const askedAtMs = new Map<string, number>();
  const seen = new Map<string, Delivery | "notice">();
  let changedAtMs = performance.now();
  /** As the relay last said, and as the events last said. */
  let heard = "";
  let told = "";
  let stopRoom = (): void => undefined;

  function life(): void {
    if (heard !== told) events.push({ kind: "life", incarnation: heard });
    told = heard;
  }

  function sawNotice({ what }: NoticeItem): void {
    const isFirst = told === "";
    if (what.kind === "founded" || (what.kind === "joined" && what.isOwn)) {
      if (!isFirst) events.push({ kind: "line", what: "rejoined", about: null });
      return life();
    }
    if (!LINES.includes(what.kind)) return undefined;
    const about = "nickname" in what ? what.nickname : null;
    events.push({ kind: "line", what: what.kind as Line, about });
    if (what.kind === "order-lost") life();
  }

  function sawMessage(item: MessageItem): void {
    const { text, delivery, isOwn } = item;
    if (isOwn) events.push({ kind: "delivery", text, delivery });
    if (delivery !== "sent") return;
    events.push({ kind: "shown", text });
    const sinceMs = askedAtMs.get(text);
    if (isOwn && sinceMs !== undefined) ackMs.push(performance.now() - sinceMs);
    askedAtMs.delete(text);
  }

  /** What is new stands at the end, among own words that still wait; what stands before was looked at. */
  function look(room: RoomView): void {
    const items = room.timeline.value;
    let from = items.length;
    for (; from > 0 && !isDone(items[from - 1]); from--);
    for (const item of items.slice(from)) {
      const state = stateOf(item);
      if (seen.get(item.key) === state) continue;
      seen.set(item.key, state);
      changedAtMs = performance.now();
      if (item.kind === "message") sawMessage(item);
      else sawNotice(item);
    }
  }

  function isDone(item: TimelineItem | undefined): boolean {
    if (item === undefined) return true;
    const state = stateOf(item);
    return state !== "pending" && seen.get(item.key) === state;
  }

  function connection(isLive: boolean): void {
    const last = outages.at(-1);
    const isOut = last !== undefined && last.backMs === null;
    if (isLive && isOut) last.backMs = performance.now();
    else if (!isLive && !isOut) outages.push({ lostMs: performance.now(), backMs: null });
  }

  const stopPhase = effect(() => {
    const phase = client.phase.value;
    stopRoom();
    if (phase.kind === "over" && phase.why !== "left") connection(false);
    if (phase.kind !== "room") return;
    const stops = [
      effect(() => look(phase.room)),
      effect(() => connection(phase.room.connection.value === "live")),
    ];
    stopRoom = () => {
      for (const stop of stops) stop();
    };
  });

  return {
    events,
    outages,
    ackMs,
    changedAtMs: () => changedAtMs,
    heardOf(incarnation) {
      heard = incarnation;
    },
    asked(text) {
      askedAtMs.set(text, performance.now());
      events.push({ kind: "asked", text });
    },
    stop() {
      stopPhase();
      stopRoom();
    },
  };
}

function stateOf(item: TimelineItem): Delivery | "notice" {
  return item.kind === "message" ? item.delivery : "notice";
}
