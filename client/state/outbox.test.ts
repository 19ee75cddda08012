import { describe, expect, it } from "vitest";
import { REOFFER_WINDOW_MS } from "../../shared/limits.ts";
import { createOutbox, type OfferedPost, type Outbox } from "./outbox.ts";
import { outgoing, type Outgoing } from "./outgoing.ts";

let ids = 0;
const idBytes = () => Uint8Array.from({ length: 16 }, (_, i) => (++ids >> (i * 8)) & 255);
const say = (text: string): Outgoing => outgoing(idBytes(), { kind: "text", sentAtMs: 0, text });

interface Offered {
  readonly text: string;
  readonly counter: number;
  readonly envelope: string;
  readonly offer: OfferedPost;
}

function setUp(...texts: readonly string[]) {
  const outbox = createOutbox(() => outgoing(idBytes(), { kind: "empty" }));
  const messages = texts.map(say);
  for (const message of messages) outbox.add(message);
  return { outbox, messages };
}

let envelopes = 0;
/** Offers all that may be offered now, as posting would. */
function pump(outbox: Outbox, epoch = "e1", sealedAtMs = 0): Offered[] {
  const all: Offered[] = [];
  for (let message = outbox.next(); message !== null; message = outbox.next()) {
    const envelope = `envelope ${++envelopes}`;
    const sealing = message.isAgain ? message.sealing : null;
    const offer = outbox.offered(
      message,
      envelope,
      sealing ?? { inner: Uint8Array.of(1), epoch, sealedAtMs },
    );
    const text = message.body.kind === "text" ? message.body.text : "";
    all.push({ text, counter: offer.counter, envelope, offer });
  }
  return all;
}

const shown = (offered: readonly Offered[]) => offered.map(({ text, counter }) => [text, counter]);

function get<T>(list: readonly T[], at: number): T {
  const item = list[at];
  if (item === undefined) throw new Error(`nothing at ${at}`);
  return item;
}

function offerOf(offered: Offered | undefined): OfferedPost {
  if (offered === undefined) throw new Error("nothing was offered");
  return offered.offer;
}

describe("counters", () => {
  it("[Q1] are given in the order of sending, from 1, and at most 16 posts are under way", () => {
    const { outbox } = setUp(...Array.from({ length: 20 }, (_, i) => `text ${i}`));
    const first = pump(outbox);
    expect(first.map(({ counter }) => counter)).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 1),
    );
    expect(outbox.hasMore()).toBe(false);
    outbox.acknowledged(get(first, 0).envelope, 1);
    expect(outbox.hasMore()).toBe(true);
    expect(shown(pump(outbox))).toEqual([["text 16", 17]]);
    expect(outbox.pending()).toBe(19);
  });

  it("[Q2] the record settles the message whose bytes it carries, whatever copy it was", () => {
    const { outbox, messages } = setUp("a");
    const [copy] = pump(outbox);
    outbox.offerAgain();
    const [again] = pump(outbox);
    expect(again?.counter).toBe(1);
    expect(outbox.acknowledged(copy?.envelope ?? "", 1)).toBe(messages[0]);
    expect(messages[0]?.delivery).toBe("sent");
    expect(outbox.pending()).toBe(0);
    expect(outbox.acknowledged(again?.envelope ?? "", 1)).toBeNull();
  });

  it("[Q2] a counter that went to another message of mine moves that one and all later up by one", () => {
    const { outbox, messages } = setUp("a", "b", "c");
    const [a, b] = pump(outbox);
    // Every copy of a known to me was refused for good, and an empty post took its counter …
    expect(outbox.refused(offerOf(a), "rate", 0)).toBe(messages[0]);
    const [empty] = pump(outbox);
    expect(empty?.counter).toBe(1);
    // … yet a stranger record of mine stands there: the empty one, b and c make room.
    expect(outbox.acknowledged("a record nobody of us sealed", 1)).toBeNull();
    expect(shown(pump(outbox))).toEqual([
      ["", 2],
      ["b", 3],
      ["c", 4],
    ]);
    outbox.acknowledged(b?.envelope ?? "", 2);
    expect(messages[1]?.delivery).toBe("sent");
    outbox.add(say("d"));
    expect(shown(pump(outbox))).toEqual([
      ["", 3],
      ["c", 4],
      ["d", 5],
    ]);
  });
});

describe("refusals", () => {
  it("[Q3] duplicate settles nothing", () => {
    const { outbox, messages } = setUp("a");
    const [a] = pump(outbox);
    expect(outbox.refused(offerOf(a), "duplicate", 1)).toBeNull();
    expect(messages[0]?.delivery).toBe("pending");
    expect(outbox.hasMore()).toBe(false);
    expect(outbox.pending()).toBe(1);
  });

  it("[Q4] expect: all from that counter on is offered again, once for a burst of refusals", () => {
    const { outbox } = setUp("a", "b", "c");
    const [, b, c] = pump(outbox);
    outbox.refused(offerOf(b), "expect", 1);
    outbox.refused(offerOf(c), "expect", 1);
    expect(shown(pump(outbox))).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
    // The second refusal was of the flight before: nothing is due because of it.
    outbox.refused(offerOf(c), "expect", 1);
    expect(outbox.hasMore()).toBe(false);
  });

  it("[Q4] stale: from that counter on all is sealed anew, same counters, same message ids", () => {
    const { outbox, messages } = setUp("a", "b", "c");
    const before = messages.map(({ messageId }) => messageId);
    const [, b] = pump(outbox);
    outbox.refused(offerOf(b), "stale", 7);
    expect(shown(pump(outbox))).toEqual([
      ["b", 2],
      ["c", 3],
    ]);
    expect(messages.map(({ messageId }) => messageId)).toEqual(before);
  });

  it.each(["rate", "too-large"] as const)(
    "[Q5] %s fails a message whose every copy was so refused; an empty post takes its counter",
    (reason) => {
      const { outbox, messages } = setUp("a", "b");
      const [a] = pump(outbox);
      expect(outbox.refused(offerOf(a), reason, 0)).toBe(messages[0]);
      expect(messages[0]).toMatchObject({ delivery: "failed", failReason: reason });
      expect(outbox.pending()).toBe(1);
      const [empty, b] = pump(outbox);
      expect([empty?.text, empty?.counter]).toEqual(["", 1]);
      expect([b?.text, b?.counter]).toEqual(["b", 2]);
      // An empty post never fails: without it all later ones would wait for ever.
      expect(outbox.refused(offerOf(empty), "rate", 0)).toBeNull();
      expect(shown(pump(outbox))).toContainEqual(["", 1]);
    },
  );

  it("[Q5] a message with a copy that was not refused is offered again: that one may stand", () => {
    const { outbox, messages } = setUp("a");
    const [first] = pump(outbox);
    outbox.offerAgain();
    const [second] = pump(outbox);
    expect(outbox.refused(offerOf(second), "rate", 0)).toBeNull();
    expect(messages[0]?.delivery).toBe("pending");
    expect(shown(pump(outbox))).toEqual([["a", 1]]);
    expect(outbox.acknowledged(first?.envelope ?? "", 1)).toBe(messages[0]);
  });
});

describe("losing the seat", () => {
  it("[Q7] whatever was ever offered may have arrived; what never was is sent from the next seat", () => {
    const { outbox, messages } = setUp(...Array.from({ length: 17 }, (_, i) => `text ${i}`));
    pump(outbox);
    expect(outbox.seatLost()).toEqual(messages.slice(0, 16));
    expect(messages.map(({ delivery }) => delivery)).toEqual([
      ...Array.from({ length: 16 }, () => "maybe"),
      "pending",
    ]);
    expect(shown(pump(outbox))).toEqual([["text 16", 1]]);
  });

  it("[Q7] also what was offered before a lost order and not since: its session has another name now", () => {
    const { outbox, messages } = setUp("a");
    pump(outbox);
    outbox.refounded("e1", 0);
    expect(outbox.seatLost()).toEqual(messages);
    expect(outbox.next()).toBeNull();
  });

  it("posts whose records are gone may have arrived, up to the relay's counter", () => {
    const { outbox, messages } = setUp("a", "b", "c");
    pump(outbox);
    expect(outbox.beyondReach(2)).toEqual(messages.slice(0, 2));
    outbox.offerAgain();
    expect(shown(pump(outbox))).toEqual([["c", 3]]);
    outbox.add(say("d"));
    expect(shown(pump(outbox))).toEqual([["d", 4]]);
  });

  it("a relay ahead of an empty outbox only moves the next counter", () => {
    const { outbox } = setUp();
    expect(outbox.beyondReach(5)).toEqual([]);
    outbox.add(say("a"));
    expect(shown(pump(outbox))).toEqual([["a", 6]]);
  });
});

describe("[G4] after a lost order", () => {
  it("offers the acknowledged of the last 60 s as it was, if of this epoch; then what was pending", () => {
    const { outbox, messages } = setUp("old", "other epoch", "fresh", "pending");
    const old = get(pump(outbox, "e2", 0), 0);
    outbox.acknowledged(old.envelope, 1);
    outbox.offerAgain();
    const [other] = pump(outbox, "e1", 50_000);
    outbox.acknowledged(other?.envelope ?? "", 2);
    outbox.offerAgain();
    const [fresh] = pump(outbox, "e2", 50_000);
    outbox.acknowledged(fresh?.envelope ?? "", 3);
    const { sealing } = get(messages, 2);
    outbox.refounded("e2", REOFFER_WINDOW_MS);
    const again = pump(outbox, "e2", REOFFER_WINDOW_MS);
    expect(shown(again)).toEqual([
      ["fresh", 1],
      ["pending", 2],
    ]);
    expect(get(messages, 2)).toMatchObject({ isAgain: true, delivery: "sent", sealing });
    expect(get(messages, 3)).toMatchObject({ isAgain: false, delivery: "pending" });
    expect(outbox.pending()).toBe(1);
    outbox.acknowledged(get(again, 0).envelope, 1);
    expect(get(messages, 2)).toMatchObject({ isAgain: false, delivery: "sent" });
  });

  it("what is offered again as it was is given up for an empty post when it is stale", () => {
    const { outbox, messages } = setUp("a");
    outbox.acknowledged(get(pump(outbox), 0).envelope, 1);
    outbox.refounded("e1", 1);
    const [again] = pump(outbox);
    expect(outbox.refused(offerOf(again), "stale", 3)).toBeNull();
    expect(messages[0]).toMatchObject({ delivery: "sent", isAgain: false });
    expect(shown(pump(outbox))).toEqual([["", 1]]);
  });

  it("what was sent stays sent, though its record of the new order is gone or the seat is lost", () => {
    const { outbox, messages } = setUp("a");
    outbox.acknowledged(get(pump(outbox), 0).envelope, 1);
    outbox.refounded("e1", 1);
    pump(outbox);
    expect(outbox.beyondReach(1)).toEqual([]);
    expect(messages[0]?.delivery).toBe("sent");
    const other = setUp("a");
    other.outbox.acknowledged(get(pump(other.outbox), 0).envelope, 1);
    other.outbox.refounded("e1", 1);
    pump(other.outbox);
    expect(other.outbox.seatLost()).toEqual([]);
    expect(other.messages[0]?.delivery).toBe("sent");
    expect(other.outbox.next()).toBeNull();
  });

  it("two orders lost in a row: still offered again, by the same two conditions", () => {
    const { outbox } = setUp("a", "b");
    for (const { envelope, counter } of pump(outbox)) outbox.acknowledged(envelope, counter);
    outbox.refounded("e1", 1_000);
    pump(outbox);
    outbox.refounded("e1", 2_000);
    expect(shown(pump(outbox))).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    outbox.refounded("e2", 3_000);
    expect(outbox.next()).toBeNull();
  });
});

describe("taking back", () => {
  it("only what was never offered", () => {
    const { outbox, messages } = setUp(...Array.from({ length: 17 }, (_, i) => `text ${i}`));
    pump(outbox);
    expect(outbox.remove(get(messages, 0).key)).toBe(false);
    expect(outbox.remove(get(messages, 16).key)).toBe(true);
    expect(outbox.remove(get(messages, 16).key)).toBe(false);
    expect(outbox.pending()).toBe(16);
  });

  it("[§1.7] forgets the acknowledged once it is too old to be offered again", () => {
    const { outbox } = setUp("a");
    outbox.acknowledged(get(pump(outbox), 0).envelope, 1);
    outbox.expire(REOFFER_WINDOW_MS);
    outbox.refounded("e1", 1);
    expect(outbox.next()).toBeNull();
  });
});
