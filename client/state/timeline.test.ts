import { expect, it } from "vitest";
import { createTimeline } from "./timeline.ts";
import type { MessageItem } from "./view.ts";

const message = (text: string, given: Partial<MessageItem> = {}): MessageItem => ({
  kind: "message",
  key: text,
  sender: "00" as MessageItem["sender"],
  nickname: "alice",
  isOwn: false,
  sentAtMs: 0,
  text,
  attachments: [],
  delivery: "sent",
  failReason: null,
  goesAtMs: null,
  ...given,
});
const own = (text: string): MessageItem => message(text, { isOwn: true, delivery: "pending" });
const NEVER = Number.POSITIVE_INFINITY;

function setUp() {
  const timeline = createTimeline(() => undefined);
  const keys = (): string[] => timeline.items.value.map(({ key }) => key);
  return { timeline, keys };
}

it("own messages without an answer stay at the end, in the order in which they were said", () => {
  const { timeline, keys } = setUp();
  timeline.add(own("mine 1"), NEVER);
  timeline.add(message("bob's"), 100);
  timeline.add(own("mine 2"), NEVER);
  timeline.notice({ kind: "founded" }, 0, 100);
  expect(keys()).toEqual(["bob's", "notice-1", "mine 1", "mine 2"]);
});

it("[§1.5] an acknowledged message moves to its place in the order: behind all that came before it", () => {
  const { timeline, keys } = setUp();
  timeline.add(own("mine 1"), NEVER);
  timeline.add(own("mine 2"), NEVER);
  timeline.add(message("bob's"), 100);
  timeline.settle("mine 1", 100, 100);
  timeline.add(message("carol's"), 100);
  expect(keys()).toEqual(["bob's", "mine 1", "carol's", "mine 2"]);
  timeline.settle("mine 1", 500, 500);
  expect(keys()).toEqual(["bob's", "mine 1", "carol's", "mine 2"]);
});

it("[§1.7] forgets what has expired and tells when the next will", () => {
  const { timeline, keys } = setUp();
  timeline.add(message("a"), 100);
  timeline.add(message("b"), 200);
  timeline.add(own("mine"), NEVER);
  expect(timeline.expire(99)).toBe(100);
  expect(keys()).toEqual(["a", "b", "mine"]);
  expect(timeline.expire(100)).toBe(200);
  expect(keys()).toEqual(["b", "mine"]);
  expect(timeline.expire(1e9)).toBeNull();
  expect(keys()).toEqual(["mine"]);
});

it("[§1.7] what failed or may have arrived expires from then on", () => {
  const { timeline, keys } = setUp();
  timeline.add(own("mine"), NEVER);
  timeline.change("mine", { delivery: "failed", failReason: "rate" }, 300);
  expect(timeline.items.value).toMatchObject([{ delivery: "failed", failReason: "rate" }]);
  expect(timeline.expire(299)).toBe(300);
  timeline.expire(300);
  expect(keys()).toEqual([]);
});

it("what is gone cannot be changed back into being", () => {
  const { timeline, keys } = setUp();
  timeline.add(own("mine"), NEVER);
  timeline.remove("mine");
  timeline.change("mine", { delivery: "maybe" }, 300);
  timeline.settle("mine", 300, 300);
  expect(keys()).toEqual([]);
  expect(timeline.expire(0)).toBeNull();
});

it("clear forgets everything", () => {
  const { timeline, keys } = setUp();
  timeline.add(message("a"), 100);
  timeline.clear();
  expect(keys()).toEqual([]);
  expect(timeline.expire(0)).toBeNull();
});

it("one that failed waits no more: what comes next stands behind it, before those that wait", () => {
  const { timeline, keys } = setUp();
  for (const text of ["mine 1", "mine 2", "mine 3"]) timeline.add(own(text), NEVER);
  timeline.change("mine 2", { delivery: "failed" }, NEVER);
  timeline.add(message("bob's"), NEVER);
  expect(keys()).toEqual(["mine 2", "bob's", "mine 1", "mine 3"]);
  timeline.settle("mine 2", NEVER, NEVER);
  timeline.settle("mine 1", NEVER, NEVER);
  timeline.add(message("carol's"), NEVER);
  expect(keys()).toEqual(["bob's", "mine 2", "mine 1", "carol's", "mine 3"]);
});

it("what was removed or cleared is waited for no more", () => {
  const { timeline, keys } = setUp();
  for (const text of ["mine 1", "mine 2"]) timeline.add(own(text), NEVER);
  timeline.remove("mine 1");
  timeline.add(message("bob's"), NEVER);
  expect(keys()).toEqual(["bob's", "mine 2"]);
  timeline.clear();
  timeline.add(own("mine 3"), NEVER);
  timeline.add(message("carol's"), NEVER);
  expect(keys()).toEqual(["carol's", "mine 3"]);
});
