import { beforeAll, expect, test } from "vitest";
import { createHandClock } from "../../../server/stories/hand-clock.ts";
import { fileIdOf, routeIdOf } from "../../../shared/ids.ts";
import type { ClientFrame } from "../../../shared/protocol.ts";
import { ready } from "../../crypto/sodium.ts";
import { createFiles, type FilesDeps } from "./files.ts";
import { headlessFiles } from "./headless.ts";
import { createWorkerStation, type Line } from "./worker-station.ts";

beforeAll(() => ready());

/** A room's files at a relay that says only this to all questions; null: nothing. */
function setUp(answer: "granted" | "unavailable" | null, parts: Partial<FilesDeps> = {}) {
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
      if ((frame.kind !== "ask-reading" && frame.kind !== "ask-upload") || answer === null) return;
      const { ref } = frame;
      const grant = { grant: new Uint8Array(40), validMs: 300_000, heldChunks: 0 };
      clock.soon(() =>
        files.answered(
          answer === "granted"
            ? { kind: answer, ref, ...grant }
            : { kind: "not-granted", ref, reason: answer },
        ),
      );
    },
    held: () => undefined,
    failed: () => undefined,
    ...parts,
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

test("a worker that never starts is told: of what is opened, of what is sent, now and later", async () => {
  const line: Line = {
    postMessage: () => undefined,
    onmessage: null,
    onmessageerror: null,
    onerror: null,
  };
  const station = createWorkerStation(line, () => undefined);
  const failed: string[] = [];
  const { clock, files, picture } = setUp("granted", {
    station,
    failed: (key, why) => void failed.push(`${key}: ${why}`),
  });
  const drafts = await files.examine([new File(["hello"], "a.txt")]);
  const chosen = drafts.map((draft) => ({ draft, alt: "" }));
  files.seated();
  picture?.open();
  files.add("first", chosen);
  await clock.settle();
  expect(picture?.opened.value.kind).toBe("loading");
  line.onerror?.(new Event("error") as ErrorEvent);
  await clock.settle();
  expect(picture?.opened.value).toEqual({ kind: "broken", why: "interrupted" });
  expect(failed).toEqual(["first: other"]);
  files.add("second", chosen);
  await clock.settle();
  expect(failed).toEqual(["first: other", "second: other"]);
});
