import { signal } from "@preact/signals-core";
import { expect, test } from "vitest";
import type { Bytes } from "../../../shared/bytes.ts";
import { createHandClock } from "../../../server/stories/hand-clock.ts";
import { film } from "../../media/specimens/iso.ts";
import { png } from "../../media/specimens/pictures.ts";
import type { PlayedSource } from "../../media/playing/player.ts";
import type { OpenFailure, Upload } from "./attachment.ts";
import { createAttachment } from "./opening.ts";

/** One attachment in a browser that plays; what it opens waits until the test lets it go on. */
function setUp(
  kind: "mp4" | "png",
  wholeOf: (parts: Bytes[]) => Blob = (parts) => new Blob(parts),
) {
  const { settle } = createHandClock();
  /** Addresses that show something. */
  const alive = new Set<string>();
  const openings: (() => void)[] = [];
  const told: string[] = [];
  let addresses = 0;
  let played: PlayedSource | null = null;
  let content: Bytes | OpenFailure = new Uint8Array(
    kind === "mp4" ? film("mp4").bytes : png().bytes,
  );

  const lend = (): string => {
    const url = `address ${(addresses += 1)}`;
    alive.add(url);
    return url;
  };
  const revoke = (url: string): void => void alive.delete(url);
  const held = <T>(make: () => T): Promise<T> =>
    new Promise((resolve) => openings.push(() => resolve(make())));

  const attachment = createAttachment(
    {
      key: "a",
      meta: { kind, name: "a", sizeBytes: 1_000, dimensions: null, isAnimated: false, alt: "" },
      source: {
        isLocal: false,
        chunk: () => Promise.resolve(content),
        whole: () => held(() => (typeof content === "string" ? content : wholeOf([content]))),
      },
    },
    {
      host: {
        createUrl: lend,
        revokeUrl: revoke,
        toJpeg: () => Promise.resolve(null),
        save: () => undefined,
        player: {
          open: (source) =>
            held(() => {
              played = source;
              const url = lend();
              return { url, way: "stream", close: () => revoke(url) };
            }),
          close: () => undefined,
        },
      },
      shown: () => undefined,
    },
    signal<Upload>({ kind: "done" }),
    { pause: () => undefined, resume: () => undefined },
  );
  attachment.opened.subscribe(({ kind: now }) => void told.push(`${now}, ${alive.size} alive`));

  return {
    attachment,
    alive,
    told,
    settle,
    /** Lets one opening go on; they count from 0, in the order in which they began. */
    async goOn(at: number): Promise<void> {
      await settle();
      openings[at]?.();
      await settle();
    },
    /** The element wants a chunk, and this comes of it. */
    async read(what: Bytes | OpenFailure, stop = new AbortController().signal): Promise<void> {
      content = what;
      await played?.read(1, stop).catch(() => null);
    },
  };
}

test.each([["tampered"], ["gone"], ["interrupted"]] as const)(
  "a film that turns out %s while it plays is given back, then that is said",
  async (why) => {
    const { attachment, alive, told, goOn, read } = setUp("mp4");
    attachment.open();
    await goOn(0);
    expect(attachment.opened.value).toMatchObject({ kind: "shown", way: "stream" });
    await read(why);
    expect(attachment.opened.value).toEqual({ kind: "broken", why });
    expect(alive.size).toBe(0);
    expect(told.slice(-2)).toEqual(["shown, 1 alive", "broken, 0 alive"]);
  },
);

test("a part of a film that is not wanted any more says nothing of it", async () => {
  const { attachment, goOn, read } = setUp("mp4");
  attachment.open();
  await goOn(0);
  await read("interrupted", AbortSignal.abort());
  expect(attachment.opened.value.kind).toBe("shown");
});

test.each([["mp4"], ["png"]] as const)(
  "%s: opened twice, the older ending last, shows the newer, which is given back when it is closed",
  async (kind) => {
    const { attachment, alive, goOn, settle } = setUp(kind);
    attachment.open();
    await settle();
    attachment.close();
    attachment.open();
    await goOn(1);
    expect(attachment.opened.value).toMatchObject({ kind: "shown", url: "address 1" });
    await goOn(0);
    expect(attachment.opened.value).toMatchObject({ kind: "shown", url: "address 1" });
    expect([...alive]).toEqual(["address 1"]);
    attachment.close();
    expect(alive.size).toBe(0);
  },
);

/** As browsers have it of a file that was moved or deleted since it was chosen. */
class Unreadable extends Blob {
  override slice = (): Blob => this;
  override arrayBuffer = (): Promise<never> =>
    Promise.reject(new DOMException("", "NotReadableError"));
}

test("a picture of one's own that was deleted meanwhile is said to be gone", async () => {
  const { attachment, alive, goOn } = setUp("png", (parts) => new Unreadable(parts));
  attachment.open();
  await goOn(0);
  expect(attachment.opened.value).toEqual({ kind: "broken", why: "gone" });
  expect(alive.size).toBe(0);
});
