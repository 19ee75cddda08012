import { describe, expect, it } from "vitest";
import { sessionIdOf } from "../../shared/ids.ts";
import type { MessageItem, NoticeItem } from "../state/view.ts";
import { GROUP_MS, linesOf, unseenBelow } from "./lines.ts";

const utc = { locale: "en", timeZone: "UTC" };
const now = Date.UTC(2026, 10, 20, 12);
const day = 86_400_000;
let keys = 0;

function says(nickname: string, sentAtMs: number): MessageItem {
  const sender = sessionIdOf(new Uint8Array(16).fill(nickname.charCodeAt(0)));
  const key = `k${(keys += 1)}`;
  const isOwn = nickname === "alice";
  return {
    kind: "message",
    key,
    sender,
    nickname,
    isOwn,
    sentAtMs,
    text: "hi",
    attachments: [],
    delivery: "sent",
    failReason: null,
    goesAtMs: null,
  };
}
function joins(nickname: string, atMs: number): NoticeItem {
  return {
    kind: "notice",
    key: `k${(keys += 1)}`,
    atMs,
    what: { kind: "joined", nickname, isOwn: false },
  };
}
const starts = (items: readonly (MessageItem | NoticeItem)[]) =>
  linesOf(items, now, utc).map((line) => line.startsGroup);
const days = (items: readonly (MessageItem | NoticeItem)[]) =>
  linesOf(items, now, utc).map((line) => line.dayStartsMs !== null);

describe("grouping", () => {
  it("shows one time for what one sender said within a minute", () => {
    const minute = now - (now % 60_000);
    const items = [
      says("bob", minute),
      says("bob", minute + 59_999),
      says("bob", minute + 60_000),
      says("carol", minute + 60_001),
      joins("dave", minute + 60_002),
    ];
    expect(linesOf(items, now, utc).map(({ endsMinute }) => endsMinute)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it("puts messages of one sender in a row under one author line", () => {
    expect(starts([says("alice", now - 3), says("alice", now - 2), says("bob", now - 1)])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("begins anew after a pause, and says so only then", () => {
    expect(starts([says("bob", now - GROUP_MS), says("bob", now - 1), says("bob", now)])).toEqual([
      true,
      false,
      false,
    ]);
    expect(starts([says("bob", now - GROUP_MS), says("bob", now)])).toEqual([true, true]);
  });

  it("begins anew when something happened between", () => {
    expect(starts([says("bob", now), joins("carol", now), says("bob", now)])).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("begins anew with a new day", () => {
    const midnight = Date.UTC(2026, 10, 20);
    expect(starts([says("bob", midnight - 1000), says("bob", midnight + 1000)])).toEqual([
      true,
      true,
    ]);
  });

  it("never joins two people of the same name", () => {
    const namesake = { ...says("bob", now), sender: sessionIdOf(new Uint8Array(16).fill(9)) };
    expect(starts([says("bob", now), namesake])).toEqual([true, true]);
  });
});

describe("day separators", () => {
  it("stand above the first item of each day", () => {
    const items = [
      joins("bob", now - day),
      says("bob", now - day),
      says("bob", now),
      says("bob", now),
    ];
    expect(days(items)).toEqual([true, false, true, false]);
  });

  it("[HOSTILE: clocks] a sender whose clock is days behind or years ahead scatters none", () => {
    const items = [
      says("alice", now),
      says("bob", now - 9 * day),
      says("alice", now),
      says("bob", now + 999 * day),
      says("alice", now),
    ];
    expect(days(items)).toEqual([true, false, false, false, false]);
  });

  it("[HOSTILE: clocks] an impossible time starts no day and breaks nothing", () => {
    expect(days([says("bob", Number.NaN), says("bob", Infinity), says("alice", now)])).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("a first message from the future counts as today's", () => {
    expect(linesOf([says("bob", now + 3 * day)], now, utc)[0]?.dayStartsMs).toBe(now);
  });
});

describe("what is new to someone who scrolled up", () => {
  const items = [
    says("bob", now),
    says("alice", now),
    joins("carol", now),
    says("carol", now),
    says("bob", now),
  ];
  it("counts others' messages below the last seen item, neither one's own nor notices", () => {
    expect(unseenBelow(items, items[0]?.key ?? "")).toBe(2);
    expect(unseenBelow(items, items[3]?.key ?? "")).toBe(1);
    expect(unseenBelow(items, items[4]?.key ?? "")).toBe(0);
  });
  it("counts all when the last seen one has expired", () => {
    expect(unseenBelow(items, "gone")).toBe(3);
    expect(unseenBelow(items, null)).toBe(3);
  });
});
