/**
 * What the people of a chaos run were asked to send and what they saw, and what DESIGN §1.5 says of it:
 * an acknowledged message reaches every staying member once, in one order. Pure.
 */
import type { Delivery } from "../../client/state/view.ts";
import { coveredAt, viewOf, type View } from "./views.ts";

/** Lines that say that something may be missing, and lines that say that somebody misbehaves. */
export type Line =
  | "gap"
  | "missing"
  | "unopened"
  | "order-lost"
  | "rejoined"
  | "split"
  | "repeated";

/** One thing that happened on one screen; texts are unique in the whole run. */
export type Event =
  | { readonly kind: "asked"; readonly text: string }
  /** An own message's state as shown, at each change. */
  | { readonly kind: "delivery"; readonly text: string; readonly delivery: Delivery }
  /** A message took its place on the screen, own ones when they are shown as sent. */
  | { readonly kind: "shown"; readonly text: string }
  /** `about`: the person whose message is missing, where the line says so. */
  | { readonly kind: "line"; readonly what: Line; readonly about: string | null }
  /** What follows is of this incarnation of the order; stands behind the line that tells of the change. */
  | { readonly kind: "life"; readonly incarnation: string };

export interface PersonHistory {
  readonly name: string;
  readonly room: string;
  readonly events: readonly Event[];
  /** In step with a relay when everything had healed. */
  readonly isBack: boolean;
}

export const ANOMALIES = [
  /** Shown as sent and seen by others, never by one who was there. */
  "lost",
  /** Shown as sent, seen by nobody else. */
  "nowhere",
  /** The same message twice on one screen. */
  "duplicate",
  /** Two screens, one incarnation, two orders; counted once a pair. */
  "order",
  /** One sender's messages in another order than they were written. */
  "sender-order",
  "failed-but-shown",
  /** Was shown as sent, later as something else. */
  "taken-back",
  /** Still pending after the healing, or on one screen only though never acknowledged. */
  "unseen",
  /** Nobody of the room wrote it. */
  "invented",
  /** A split or a repetition is shown, and nobody was hostile. */
  "accused",
  /** More messages of one sender are said to be missing or unreadable than are; once for each pair. */
  "false-alarm",
  /** Not in step after the healing. */
  "not-back",
] as const;
export type Anomaly = (typeof ANOMALIES)[number];

export interface Verdict {
  readonly counts: { readonly [Kind in Anomaly]: number };
  /** Messages missing on a screen where a line says so, counted a screen each. */
  readonly honestlyLost: number;
  /** Lines shown in all. */
  readonly lines: { readonly [What in Line]: number };
  /** One sentence for each anomaly found, in the order found. */
  readonly findings: readonly string[];
}

interface Message {
  readonly text: string;
  readonly sender: View;
  /** As last shown by its sender; null: never. */
  readonly delivery: Delivery | null;
  readonly wasSent: boolean;
}

/** Judges one run. A message that may have arrived ("maybe") may be anywhere or nowhere. */
export function check(people: readonly PersonHistory[]): Verdict {
  const counts = Object.fromEntries(ANOMALIES.map((kind) => [kind, 0])) as {
    [Kind in Anomaly]: number;
  };
  const findings: string[] = [];
  let honestlyLost = 0;
  const found = (kind: Anomaly, sentence: string): void => {
    counts[kind] += 1;
    findings.push(`${kind}: ${sentence}`);
  };

  for (const room of new Set(people.map((person) => person.room))) {
    const views = people.filter((person) => person.room === room).map(viewOf);
    const messages = new Map(views.flatMap(messagesOf).map((message) => [message.text, message]));
    for (const view of views) {
      checkScreen(view, messages, found);
      checkSenderOrder(view, messages, found);
      for (const sender of views) checkAlarms(view, sender, found);
    }
    checkOrder(views, found);
    for (const message of messages.values()) {
      honestlyLost += checkMessage(message, views, found);
    }
  }
  return { counts, honestlyLost, lines: linesOf(people), findings };
}

type Found = (kind: Anomaly, sentence: string) => void;

function messagesOf(sender: View): readonly Message[] {
  return sender.asked.map((text) => {
    const states = sender.deliveries.get(text) ?? [];
    return {
      text,
      sender,
      delivery: states.at(-1) ?? null,
      wasSent: states.includes("sent"),
    };
  });
}

function checkScreen(view: View, messages: ReadonlyMap<string, Message>, found: Found): void {
  const { name, isBack, events } = view.person;
  if (!isBack) found("not-back", name);
  for (const event of events) {
    if (event.kind === "line" && (event.what === "split" || event.what === "repeated")) {
      found("accused", `${name} is shown "${event.what}" about ${event.about ?? "nobody"}`);
    }
  }
  for (const text of view.repeated) found("duplicate", `${name} is shown ${text} again`);
  for (const { text } of view.shown) {
    if (!messages.has(text)) found("invented", `${name} is shown ${text}`);
  }
}

function checkAlarms(view: View, sender: View, found: Found): void {
  const { name } = sender.person;
  const alarms = view.person.events.filter(
    (event) =>
      event.kind === "line" &&
      event.about === name &&
      (event.what === "missing" || event.what === "unopened"),
  ).length;
  const lacking = sender.asked.filter((text) => !view.places.has(text)).length;
  if (alarms > lacking) {
    found("false-alarm", `${view.person.name} lacks ${lacking} of ${name}, told ${alarms} times`);
  }
}

function checkSenderOrder(view: View, messages: ReadonlyMap<string, Message>, found: Found): void {
  const newest = new Map<string, number>();
  for (const { text, life } of view.shown) {
    const sender = messages.get(text)?.sender;
    if (sender === undefined) continue;
    const key = `${life} ${sender.person.name}`;
    const place = sender.asked.indexOf(text);
    if (place < (newest.get(key) ?? -1)) {
      found("sender-order", `${view.person.name} is shown ${text} behind a later one`);
    } else newest.set(key, place);
  }
}

/** What two screens both show of one incarnation stands in one order. */
function checkOrder(views: readonly View[], found: Found): void {
  for (const [i, one] of views.entries()) {
    for (const other of views.slice(i + 1)) {
      const text = firstDifference(one, other);
      if (text !== null) {
        found("order", `${one.person.name} and ${other.person.name} differ at ${text}`);
      }
    }
  }
}

function firstDifference(one: View, other: View): string | null {
  const places = new Map(other.shown.map(({ text, life, at }) => [`${life} ${text}`, at]));
  let last = -1;
  for (const { text, life } of one.shown) {
    const place = places.get(`${life} ${text}`) ?? last;
    if (place < last) return text;
    last = place;
  }
  return null;
}

/** Returns on how many screens it is missing honestly. */
function checkMessage(message: Message, views: readonly View[], found: Found): number {
  const { text, sender, delivery, wasSent } = message;
  const others = views.filter((view) => view !== sender);
  const seers = others.filter((view) => view.places.has(text));
  const name = sender.person.name;
  if (delivery === "failed" && seers.length > 0) {
    found("failed-but-shown", `${text} of ${name} is on ${seers.length} other screens`);
  }
  if (wasSent && delivery !== "sent") found("taken-back", `${text} of ${name}`);
  if (delivery === "pending" && sender.person.isBack) found("unseen", `${text} of ${name} waits`);
  const witness = sender.places.has(text) ? sender : seers[0];
  if (witness === undefined) return 0;
  const lacking = others.filter((view) => !view.places.has(text));
  const silent = lacking.filter((view) => !coveredAt(view, witness, text, name));
  if (wasSent && seers.length === 0 && silent.length > 0) {
    found("nowhere", `${text} of ${name} is on no other screen`);
  } else {
    for (const view of silent) {
      found(wasSent ? "lost" : "unseen", `${text} of ${name} is not shown to ${view.person.name}`);
    }
  }
  return lacking.length - silent.length;
}

function linesOf(people: readonly PersonHistory[]): { readonly [What in Line]: number } {
  const lines = {
    gap: 0,
    missing: 0,
    unopened: 0,
    "order-lost": 0,
    rejoined: 0,
    split: 0,
    repeated: 0,
  };
  for (const event of people.flatMap(({ events }) => events)) {
    if (event.kind === "line") lines[event.what] += 1;
  }
  return lines;
}
