/** One person's history, laid out for comparing screens: what stood where, in which life of the order. */
import type { Delivery } from "../../client/state/view.ts";
import type { Event, Line, PersonHistory } from "./history.ts";

export interface Shown {
  readonly text: string;
  /** Incarnation of the order that it was shown in. */
  readonly life: string;
  /** Index of the event. */
  readonly at: number;
}

export interface View {
  readonly person: PersonHistory;
  readonly asked: readonly string[];
  /** States of each own message, in the order shown. */
  readonly deliveries: ReadonlyMap<string, readonly Delivery[]>;
  /** First showings, in order. */
  readonly shown: readonly Shown[];
  /** By text: index in `shown`. */
  readonly places: ReadonlyMap<string, number>;
  /** Texts shown again. */
  readonly repeated: readonly string[];
  /** By incarnation: index of the event that began it. */
  readonly lives: ReadonlyMap<string, number>;
}

export function viewOf(person: PersonHistory): View {
  const asked: string[] = [];
  const deliveries = new Map<string, Delivery[]>();
  const shown: Shown[] = [];
  const places = new Map<string, number>();
  const repeated: string[] = [];
  const lives = new Map<string, number>();
  let life = "";
  for (const [at, event] of person.events.entries()) {
    if (event.kind === "asked") asked.push(event.text);
    else if (event.kind === "delivery") {
      deliveries.set(event.text, [...(deliveries.get(event.text) ?? []), event.delivery]);
    } else if (event.kind === "life") {
      life = event.incarnation;
      if (!lives.has(life)) lives.set(life, at);
    } else if (event.kind === "shown") {
      if (places.has(event.text)) repeated.push(event.text);
      else {
        places.set(event.text, shown.length);
        shown.push({ text: event.text, life, at });
      }
    }
  }
  return { person, asked, deliveries, shown, places, repeated, lives };
}

/** Anything may be missing around these. */
const LOSSES: readonly Line[] = ["gap", "order-lost", "rejoined"];

/**
 * True where `view` lacks `text` honestly: at the place where it would stand, going by the neighbours
 * that `witness` shows around it in the same life of the order, a line says that something is missing
 * (of its sender, `about`, where the line names one). A person who is not back has no end to judge.
 */
export function coveredAt(view: View, witness: View, text: string, about: string): boolean {
  const place = witness.places.get(text);
  const life = place === undefined ? undefined : witness.shown[place]?.life;
  if (place === undefined || life === undefined) return false;
  const { events, isBack } = view.person;
  const began = life === "" ? 0 : view.lives.get(life);
  // That life passed while this person was away; some line must tell of that.
  if (began === undefined) {
    return !isBack || events.some((event) => isCover(event, about, LOSSES));
  }
  const before = neighbour(view, witness, place, -1);
  const after = neighbour(view, witness, place, 1);
  if (after === undefined && !isBack) return true;
  const ends = [before ?? began, after ?? endOf(view, life)];
  return events
    .slice(Math.min(...ends), Math.max(...ends) + 1)
    .some((event) => isCover(event, about, [...LOSSES, "missing", "unopened"]));
}

/** Event index in `view` of what stands next to `place` on the witness's screen, in the same life on both. */
function neighbour(view: View, witness: View, place: number, step: 1 | -1): number | undefined {
  const life = witness.shown[place]?.life;
  for (let i = place + step; witness.shown[i]?.life === life && i >= 0; i += step) {
    const common = view.places.get(witness.shown[i]?.text ?? "");
    const there = common === undefined ? undefined : view.shown[common];
    if (there !== undefined && there.life === life) return there.at;
  }
  return undefined;
}

/** Index of the event by which that life ended, or of the last event. */
function endOf(view: View, life: string): number {
  const { events } = view.person;
  const began = view.lives.get(life) ?? 0;
  const next = events.findIndex(
    (event, at) => at > began && event.kind === "life" && event.incarnation !== life,
  );
  return next === -1 ? events.length - 1 : next;
}

function isCover(event: Event, about: string, lines: readonly Line[]): boolean {
  if (event.kind !== "line" || !lines.includes(event.what)) return false;
  return LOSSES.includes(event.what) || event.about === about;
}
