/** Playing without a service worker: chunks are handed to the browser in order, which plays what it has. */
import type { PlayedSource, Playing } from "./player.ts";

/** The browser's own store is full: it lets go of what was seen, so a little later there is room again. */
const FULL_MS = 1_000;

/** `type` is one that MediaSource.isTypeSupported takes. */
export function playPieces(source: PlayedSource, type: string): Playing {
  const media = new MediaSource();
  const url = URL.createObjectURL(media);
  const stopping = new AbortController();
  const { signal } = stopping;

  async function feed(): Promise<void> {
    const buffer = media.addSourceBuffer(type);
    for (let index = 0; index * source.chunkBytes < source.sizeBytes; index++) {
      const bytes = await source.read(index, signal);
      while (!append(buffer, bytes)) await pause(signal);
      await settled(buffer);
      if (signal.aborted || media.readyState !== "open") return;
    }
    media.endOfStream();
  }

  media.addEventListener(
    "sourceopen",
    () =>
      void feed().catch(() => {
        if (!signal.aborted && media.readyState === "open") media.endOfStream("network");
      }),
    { once: true },
  );
  return {
    url,
    way: "mediasource",
    close() {
      stopping.abort();
      URL.revokeObjectURL(url);
    },
  };
}

/** False: there is no room now. @throws for anything else. */
function append(buffer: SourceBuffer, bytes: BufferSource): boolean {
  try {
    buffer.appendBuffer(bytes);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") return false;
    throw error;
  }
}

const settled = (buffer: SourceBuffer): Promise<void> =>
  new Promise((resolve) => buffer.addEventListener("updateend", () => resolve(), { once: true }));

/** @throws when stopped. */
async function pause(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, FULL_MS));
  signal.throwIfAborted();
}
