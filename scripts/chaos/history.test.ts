import { describe, expect, test } from "vitest";
import type { Delivery } from "../../client/state/view.ts";
import {
  ANOMALIES,
  check,
  type Anomaly,
  type Event,
  type Line,
  type PersonHistory,
} from "./history.ts";

const asked = (text: string): Event => ({ kind: "asked", text });
const is = (text: string, delivery: Delivery): Event => ({ kind: "delivery", text, delivery });
const shown = (text: string): Event => ({ kind: "shown", text });
const line = (what: Line, about: string | null = null): Event => ({ kind: "line", what, about });
const life = (incarnation: string): Event => ({ kind: "life", incarnation });
const shows = (...texts: string[]): Event[] => texts.map(shown);
/** Written and acknowledged: as its sender sees it. */
const said = (text: string): Event[] => [
  asked(text),
  is(text, "pending"),
  is(text, "sent"),
  shown(text),
];

const person = (name: string, events: readonly Event[], isBack = true): PersonHistory => ({
  name,
  room: "one",
  events: [life("first"), ...events],
  isBack,
});

/** The anomalies found, with their counts; empty: none. */
function anomalies(...people: PersonHistory[]): { [kind: string]: number } {
  const { counts, findings } = check(people);
  const some = ANOMALIES.filter((kind) => counts[kind] > 0).map((kind) => [kind, counts[kind]]);
  expect(findings).toHaveLength(ANOMALIES.reduce((sum, kind) => sum + counts[kind], 0));
  return Object.fromEntries(some) as { [kind: string]: number };
}

const only = (kind: Anomaly, count = 1) => ({ [kind]: count });

const alice = person("alice", [...said("a1"), ...said("a2"), ...shows("b1"), ...said("a3")]);
const bob = person("bob", [...shows("a1", "a2"), ...said("b1"), ...shows("a3")]);
const carol = person("carol", shows("a1", "a2", "b1", "a3"));

describe("what is right passes", () => {
  test("[§1.5] three screens, one order", () => {
    expect(anomalies(alice, bob, carol)).toEqual({});
    expect(check([alice, bob, carol]).honestlyLost).toBe(0);
  });
  test("[§1.5] what is pending or failed is on nobody's screen", () => {
    const away = person(
      "bob",
      [...shows("a1", "a2"), ...said("b1"), ...shows("a3"), asked("b2"), is("b2", "pending")],
      false,
    );
    expect(anomalies(alice, carol, away)).toEqual(only("not-back"));
    const failed = person("bob", [
      ...bob.events.slice(1),
      asked("b2"),
      is("b2", "pending"),
      is("b2", "failed"),
    ]);
    expect(anomalies(alice, carol, failed)).toEqual({});
  });
  test("[§2] what may have arrived may be anywhere or nowhere", () => {
    const unsure = [asked("b2"), is("b2", "pending"), is("b2", "maybe"), line("rejoined")];
    const maybe = person("bob", [...bob.events.slice(1), ...unsure]);
    expect(anomalies(alice, carol, maybe)).toEqual({});
    const all = [alice, carol].map((who) =>
      person(who.name, [...who.events.slice(1), shown("b2")]),
    );
    expect(anomalies(maybe, ...all)).toEqual({});
  });
  test("[§1.5] a gap line where the hole is counts as honest, and is counted", () => {
    const gappy = person("carol", [...shows("a1"), line("gap"), ...shows("a3")]);
    expect(anomalies(alice, bob, gappy)).toEqual({});
    expect(check([alice, bob, gappy])).toMatchObject({ honestlyLost: 2, lines: { gap: 1 } });
  });
  test("[§2] who rejoined lacks what came between, and nothing else", () => {
    const rejoined = person("carol", [...shows("a1"), line("rejoined"), ...shows("b1", "a3")]);
    expect(anomalies(alice, bob, rejoined)).toEqual({});
  });
  test("[§2] a tail that was lost with the order is shown by its line", () => {
    const lost = [line("order-lost"), life("second")];
    const a = person("alice", [...said("a1"), ...said("a2"), ...lost, ...said("a3")]);
    const b = person("bob", [...shows("a1"), ...lost, ...shows("a3")]);
    expect(anomalies(a, b)).toEqual({});
    expect(check([a, b]).honestlyLost).toBe(1);
  });
  test("[§2] across a lost order the order may differ", () => {
    const lost = [line("order-lost"), life("second")];
    const a = person("alice", [...said("a1"), ...said("a2"), ...lost]);
    const b = person("bob", [...shows("a1"), ...lost, ...said("b1"), ...shows("a2")]);
    const c = person("carol", [...lost, ...shows("b1", "a2", "a1")]);
    expect(
      anomalies(
        person("alice", [...a.events.slice(1), shown("b1")]),
        b,
        person("carol", [...c.events.slice(1, 4), ...shows("a2")]),
      ),
    ).toEqual({});
  });
});

describe("each anomaly, planted, is caught", () => {
  test("lost: acknowledged, on bob's screen, not on carol's", () => {
    expect(anomalies(alice, bob, person("carol", shows("a1", "b1", "a3")))).toEqual(only("lost"));
  });
  test("lost: the very last one, which leaves no hole", () => {
    expect(anomalies(alice, bob, person("carol", shows("a1", "a2", "b1")))).toEqual(only("lost"));
  });
  test("lost: a gap line elsewhere excuses nothing", () => {
    const gappy = person("carol", [line("gap"), ...shows("a1", "b1", "a3")]);
    expect(anomalies(alice, bob, gappy)).toEqual(only("lost"));
  });
  test("lost: a missing line about another person excuses nothing", () => {
    const about = (name: string) =>
      person("carol", [...shows("a1"), line("missing", name), ...shows("b1", "a3")]);
    expect(anomalies(alice, bob, about("bob"))).toEqual({ lost: 1, "false-alarm": 1 });
    expect(anomalies(alice, bob, about("alice"))).toEqual({});
  });
  test("lost: the order was lost, but this was sent in the new one", () => {
    const lost = [line("order-lost"), life("second")];
    const a = person("alice", [...said("a1"), ...lost, ...said("a2"), ...said("a3")]);
    const b = person("bob", [...shows("a1"), ...lost, ...shows("a2", "a3")]);
    expect(anomalies(a, b, person("carol", [...shows("a1"), ...lost, ...shows("a3")]))).toEqual(
      only("lost"),
    );
    expect(anomalies(a, b, person("carol", [...shows("a1"), ...lost, ...shows("a2")]))).toEqual(
      only("lost"),
    );
  });
  test("lost: the order was lost, but this stood far before its tail", () => {
    const lost = [line("order-lost"), life("second")];
    const a = person("alice", [...said("a1"), ...said("a2"), ...said("a3"), ...lost]);
    const b = person("bob", [...shows("a1", "a2", "a3"), ...lost]);
    expect(anomalies(a, b, person("carol", [...shows("a1", "a3"), ...lost]))).toEqual(only("lost"));
  });
  test("nowhere: shown as sent, on no other screen", () => {
    const liar = person("bob", [...bob.events.slice(1), ...said("b2")]);
    expect(anomalies(alice, liar, carol)).toEqual(only("nowhere"));
  });
  test("duplicate: twice on one screen", () => {
    const twice = person("carol", shows("a1", "a2", "b1", "a2", "a3"));
    expect(anomalies(alice, bob, twice)).toEqual(only("duplicate"));
  });
  test("order: carol sees bob's word before alice's second", () => {
    const other = person("carol", shows("a1", "b1", "a2", "a3"));
    expect(anomalies(alice, bob, other)).toEqual(only("order", 2));
  });
  test("sender-order: alice's words stand reversed on every screen", () => {
    const a = person("alice", [
      asked("a1"),
      asked("a2"),
      is("a2", "sent"),
      shown("a2"),
      is("a1", "sent"),
      shown("a1"),
    ]);
    expect(anomalies(a, person("bob", shows("a2", "a1")))).toEqual(only("sender-order", 2));
  });
  test("failed-but-shown: failed for its sender, on another's screen", () => {
    const failed = person("bob", [...bob.events.slice(1), asked("b2"), is("b2", "failed")]);
    const all = [alice, carol].map((who) =>
      person(who.name, [...who.events.slice(1), shown("b2")]),
    );
    expect(anomalies(failed, ...all)).toEqual(only("failed-but-shown"));
  });
  test("taken-back: sent, and then failed", () => {
    const fickle = person("alice", [...alice.events.slice(1), is("a1", "failed")]);
    expect(anomalies(fickle, bob, carol)).toEqual({ "taken-back": 1, "failed-but-shown": 1 });
  });
  test("unseen: still pending though everything healed", () => {
    const waiting = person("bob", [...bob.events.slice(1), asked("b2"), is("b2", "pending")]);
    expect(anomalies(alice, waiting, carol)).toEqual(only("unseen"));
  });
  test("unseen: may have arrived, did for alice, not for carol", () => {
    const maybe = person("bob", [...bob.events.slice(1), asked("b2"), is("b2", "maybe")]);
    const a = person("alice", [...alice.events.slice(1), shown("b2")]);
    expect(anomalies(a, maybe, carol)).toEqual(only("unseen"));
  });
  test("invented: nobody of the room wrote it", () => {
    const haunted = person("carol", [...carol.events.slice(1), shown("x9")]);
    expect(anomalies(alice, bob, haunted)).toEqual(only("invented"));
  });
  test("invented: another room's message", () => {
    const leak = { ...person("dave", shows("a1")), room: "two" };
    expect(anomalies(alice, bob, carol, leak)).toEqual(only("invented"));
  });
  test("accused: a split is shown", () => {
    const suspicious = person("carol", [...carol.events.slice(1), line("split", "bob")]);
    expect(anomalies(alice, bob, suspicious)).toEqual(only("accused"));
  });
  test("false-alarm: everything is there, and a line says otherwise", () => {
    const alarmed = person("carol", [...carol.events.slice(1), line("unopened", "bob")]);
    expect(anomalies(alice, bob, alarmed)).toEqual(only("false-alarm"));
  });
  test("not-back: and what it saw before is judged all the same", () => {
    const gone = person("carol", shows("a1", "b1"), false);
    expect(anomalies(alice, bob, gone)).toEqual({ "not-back": 1, lost: 1 });
  });
});
