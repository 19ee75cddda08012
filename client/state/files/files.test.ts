import { expect, test } from "vitest";
import { createHandClock } from "../../../server/stories/hand-clock.ts";
import { fileIdOf, routeIdOf } from "../../../shared/ids.ts";
import type { ClientFrame } from "../../../shared/protocol.ts";
import { createFiles } from "./files.ts";
import { headlessFiles } from "./headless.ts";

/** A room's files at a relay that is asked, but never grants anything: `reason` is all it says; null: nothing. */
function setUp(reason: "unavailable" | null) {
  const clock = createHandClock();
  const asked: ClientFrame[] = [];
  const files = createFiles({
    ...headlessFiles({ fetch, origin: "http://mayfly.test", saved: () => undefined })(),
    clock,
    random: () => 0,
    routeId: routeIdOf(new Uint8Array(16)),
    randomBytes: (lengthBytes) => new Uint8Array(lengthBytes),
    send(frame) {
      asked.push(frame);
      if (frame.kind !== "ask-reading" || reason === null) return;
      clock.soon(() => files.answered({ kind: "not-granted", ref: frame.ref, reason }));
    },
    held: () => undefined,
    failed: () => undefined,
  });
  const seal = { file: fileIdOf(new Uint8Array(16)), key: new Uint8Array(32), sizeBytes: 10 };
  const meta = {
    kind: "png",
    name: "a.png",
    dimensions: null,
    isAnimated: false,
    alt: "",
  } as const;
  const [picture] = files.announced("bob's", [{ ...seal, ...meta }]);
  return { clock, asked, files, picture };
}

test.each([["unavailable"], [null]] as const)(
  "a relay that answers %j is asked to read again and again, until the room is over",
  async (reason) => {
    const { clock, asked, files, picture } = setUp(reason);
    files.seated();
    picture?.open();
    await clock.advance(60_000);
    expect(asked.length).toBeGreaterThan(5);
    files.clear();
    const before = asked.length;
    await clock.advance(3_600_000);
    expect(asked).toHaveLength(before);
    expect(clock.waiting()).toBe(0);
  },
);

test("nothing is asked of a room that was over before there was a seat", async () => {
  const { clock, asked, files, picture } = setUp(null);
  picture?.open();
  await clock.settle();
  files.clear();
  files.seated();
  await clock.advance(60_000);
  expect(asked).toEqual([]);
  expect(picture?.opened.value).toEqual({ kind: "closed" });
});
