/** A page and a service worker across real channels, without a browser: what is asked, what is answered, what is let go. */
import { afterEach, describe, expect, test } from "vitest";
import type { Bytes } from "../../../shared/bytes.ts";
import { familyOf, kindOf, mimeOf } from "../kinds.ts";
import { answerPlay, PLAYED_MIMES } from "./play-answer.ts";
import { answerWorker, askPage, type RemoteContent } from "./play-line.ts";
import type { PlayedSource } from "./player.ts";

const CHUNK = 10;
const ports: MessagePort[] = [];

afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Each byte says where it is. */
const contentOf = (sizeBytes: number) => Uint8Array.from({ length: sizeBytes }, (_, i) => i % 251);

interface Film extends PlayedSource {
  /** Indices in the order in which they were asked for, and those whose reading was stopped. */
  readonly asked: number[];
  readonly stopped: number[];
}

function film(sizeBytes: number, read?: (chunk: Bytes, index: number) => Promise<Bytes>): Film {
  const content = contentOf(sizeBytes);
  const asked: number[] = [];
  const stopped: number[] = [];
  return {
    sizeBytes,
    mime: "video/mp4",
    chunkBytes: CHUNK,
    asked,
    stopped,
    read(index, signal) {
      asked.push(index);
      signal.addEventListener("abort", () => stopped.push(index));
      const chunk = content.slice(index * CHUNK, (index + 1) * CHUNK);
      return read === undefined ? Promise.resolve(chunk) : read(chunk, index);
    },
  };
}

/** The worker asks alice's page, which has `sources`. */
function ask(id: string, sources: ReadonlyMap<string, PlayedSource | null>) {
  return askPage(
    {
      postMessage(asked, [port]) {
        ports.push(port as MessagePort);
        answerWorker(port as MessagePort, sources.get(asked.play) ?? null);
      },
    },
    id,
  );
}

async function play(source: PlayedSource | null, range: string | null): Promise<Response> {
  return answerPlay(range, await ask("abc", new Map([["abc", source]])));
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const never = () => new Promise<Bytes>(() => undefined);

describe("an answer", () => {
  test("is the part that was asked for, and says so", async () => {
    const source = film(95);
    const response = await play(source, "bytes=12-33");
    expect(response.status).toBe(206);
    expect(Object.fromEntries(response.headers)).toEqual({
      "accept-ranges": "bytes",
      "cache-control": "no-store",
      "content-length": "22",
      "content-range": "bytes 12-33/95",
      "content-security-policy": "default-src 'none'; sandbox",
      "content-type": "video/mp4",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    expect(await bytesOf(response)).toEqual(contentOf(95).slice(12, 34));
    expect(source.asked).toEqual([1, 2, 3]);
  });

  test("holds four chunks at most, so that it is not open for long", async () => {
    const source = film(95);
    const response = await play(source, "bytes=5-");
    expect(response.headers.get("content-range")).toBe("bytes 5-39/95");
    expect(await bytesOf(response)).toEqual(contentOf(95).slice(5, 40));
    expect(source.asked).toEqual([0, 1, 2, 3]);
  });

  test("is all of it for who asks for no part", async () => {
    const response = await play(film(95), null);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-range")).toBeNull();
    expect(await bytesOf(response)).toEqual(contentOf(95));
  });

  test("to a part that there is not, reads nothing and says how long the content is", async () => {
    const source = film(95);
    for (const range of ["bytes=95-", "bytes=1-0", "bytes=0-1,3-4", "pages=1-2", ""]) {
      const response = await play(source, range);
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe("bytes */95");
      expect((await bytesOf(response)).length).toBe(0);
    }
    expect(source.asked).toEqual([]);
  });

  test("for what the page has no more, is that it is not there", async () => {
    const response = await play(null, "bytes=0-");
    expect(response.status).toBe(404);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(answerPlay("bytes=0-", null).status).toBe(404);
  });

  test("is never of a type that is not for playing, whatever the page says", async () => {
    for (const mime of ["text/html", "image/svg+xml", "video/mp4; x", "application/pdf", ""]) {
      const source = { ...film(95), mime };
      expect((await play(source, "bytes=0-")).status).toBe(404);
    }
  });

  test("can be of the types of all films and sounds that there are", () => {
    const kinds = ["mp4", "mov", "webm", "mp3", "m4a", "ogg", "wav", "flac"].map(kindOf);
    expect(kinds.every((kind) => ["video", "audio"].includes(familyOf(kind)))).toBe(true);
    expect(new Set(PLAYED_MIMES)).toEqual(new Set(kinds.map(mimeOf)));
  });
});

describe("backpressure", () => {
  test("nothing is read before the element takes anything, and then two chunks ahead at most", async () => {
    const source = film(95);
    const response = await play(source, "bytes=0-");
    await ask("other", new Map());
    expect(source.asked).toEqual([]);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBe(CHUNK);
    await ask("other", new Map());
    expect(source.asked).toEqual([0, 1]);
    await reader?.read();
    await ask("other", new Map());
    expect(source.asked).toEqual([0, 1, 2]);
    await reader?.cancel();
  });

  test("chunks that come in another order are given in theirs", async () => {
    const later: (() => void)[] = [];
    const source = film(95, (chunk, index) =>
      index === 0
        ? new Promise((resolve) => later.push(() => resolve(chunk)))
        : Promise.resolve(chunk).finally(() => later.shift()?.()),
    );
    expect(await bytesOf(await play(source, "bytes=0-19"))).toEqual(contentOf(95).slice(0, 20));
  });
});

describe("letting go", () => {
  test("an element that seeks away stops what was being read for it", async () => {
    const source = film(95, never);
    const response = await play(source, "bytes=0-");
    const reader = response.body?.getReader();
    void reader?.read();
    await expect.poll(() => source.asked).toEqual([0, 1]);
    await reader?.cancel();
    await expect.poll(() => source.stopped).toEqual([0, 1]);
    expect(source.asked).toEqual([0, 1]);
  });

  test("a chunk that cannot be had ends the answer with an error, and the rest is not read", async () => {
    const source = film(95, (chunk, index) =>
      index === 1 ? Promise.reject(new Error("gone")) : Promise.resolve(chunk),
    );
    const response = await play(source, "bytes=0-");
    await expect(bytesOf(response)).rejects.toThrow("could not be had");
    await expect.poll(() => source.stopped).toContain(1);
    expect(source.asked).not.toContain(3);
  });

  test("a chunk of another length is none", async () => {
    const source = film(95, (chunk) => Promise.resolve(chunk.slice(1)));
    await expect(bytesOf(await play(source, "bytes=0-"))).rejects.toThrow("could not be had");
  });

  test("after its last byte nothing of an answer is left open at the page", async () => {
    const source = film(95);
    await bytesOf(await play(source, "bytes=0-"));
    await expect.poll(() => source.stopped).toEqual([0, 1, 2, 3]);
  });
});

test("a worker that was stopped and knows nothing asks again, and the film goes on", async () => {
  const source = film(95);
  const page = new Map([["abc", source]]);
  const first: RemoteContent | null = await ask("abc", page);
  expect(first?.facts).toEqual({ sizeBytes: 95, mime: "video/mp4", chunkBytes: CHUNK });
  // The first worker's end of the channel is gone with it; nobody said goodbye.
  ports.splice(0).forEach((port) => port.close());
  const response = answerPlay("bytes=40-", await ask("abc", page));
  expect(await bytesOf(response)).toEqual(contentOf(95).slice(40, 80));
});
