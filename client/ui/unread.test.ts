import { expect, it } from "vitest";
import { sessionIdOf } from "../../shared/ids.ts";
import type { TimelineItem } from "../state/view.ts";
import { firstUnread } from "./unread.ts";

const says = (key: string, isOwn = false): TimelineItem => ({
  kind: "message",
  key,
  sender: sessionIdOf(new Uint8Array(16)),
  nickname: isOwn ? "alice" : "bob",
  isOwn,
  sentAtMs: 0,
  text: key,
  attachments: [],
  delivery: "sent",
  failReason: null,
  goesAtMs: 0,
});
const joins = (key: string): TimelineItem => ({
  kind: "notice",
  key,
  atMs: 0,
  what: { kind: "joined", nickname: "carol", isOwn: false },
});

it("names the first of others' messages after the one last seen; notices and own ones are none", () => {
  const items = [says("a"), joins("b"), says("c", true), says("d"), says("e")];
  expect(firstUnread(items, "a")).toBe("d");
  expect(firstUnread(items, "e")).toBeNull();
});

it("where the one last seen has expired, all that is left came after it", () => {
  expect(firstUnread([says("d"), says("e")], "gone")).toBe("d");
  expect(firstUnread([says("d")], null)).toBe("d");
});
