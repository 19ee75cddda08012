/** A page with the client's own player and nothing else: films come from a file of the disk, chunk by chunk, and counted. */
import { CHUNK_BYTES } from "../../../shared/limits.ts";
import { createPlayer } from "../../media/playing/browser-player.ts";
import type { Playing } from "../../media/playing/player.ts";

export interface Stage {
  /** Opens the chosen film for a new element; its way, or null. */
  open(mime: string): Promise<string | null>;
  /** So many more chunks come; what is read beyond them waits until more may. */
  allow(chunks: number): void;
  /** Of all that come, each takes so long. */
  slow(chunkMs: number): void;
  element(): HTMLMediaElement;
  /** Indices of chunks in the order in which they were read, until now. */
  readonly read: number[];
  /** Chunks that came, of those. */
  came(): number;
  /** From now on no chunk can be had. */
  lose(): void;
  url(): string;
  closeFilm(): void;
  closePlayer(): void;
}

const player = createPlayer();
const read: number[] = [];
let playing: Playing | null = null;
let element: HTMLMediaElement | null = null;
let isLost = false;
/** Which chunks may come, and how fast. */
const gate: { chunkMs: number; allowed: number; came: number; waiting: (() => void)[] } = {
  chunkMs: 0,
  allowed: Infinity,
  came: 0,
  waiting: [],
};

/** Resolves when one more chunk may come; rejects when nobody wants it any more. */
async function turn(signal: AbortSignal): Promise<void> {
  while (gate.allowed <= 0) {
    await new Promise<void>((resolve) => {
      gate.waiting.push(resolve);
      signal.addEventListener("abort", () => resolve());
    });
    signal.throwIfAborted();
  }
  gate.allowed--;
  await new Promise((resolve) => setTimeout(resolve, gate.chunkMs));
  signal.throwIfAborted();
  gate.came++;
}

const stage: Stage = {
  read,
  allow(chunks) {
    gate.allowed = chunks;
    for (const go of gate.waiting.splice(0)) go();
  },
  slow(chunkMs) {
    gate.chunkMs = chunkMs;
  },
  came: () => gate.came,
  async open(mime) {
    const file = document.querySelector("input")?.files?.[0];
    if (file === undefined) throw new Error("no film was chosen");
    playing = await player.open({
      sizeBytes: file.size,
      mime,
      chunkBytes: CHUNK_BYTES,
      async read(index, signal) {
        if (isLost) throw new Error("lost");
        read.push(index);
        await turn(signal);
        const part = file.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
        return new Uint8Array(await part.arrayBuffer());
      },
    });
    if (playing === null) return null;
    element?.remove();
    element = document.createElement(mime.startsWith("audio/") ? "audio" : "video");
    element.muted = true;
    element.preload = "auto";
    element.src = playing.url;
    document.body.append(element);
    return playing.way;
  },
  element() {
    if (element === null) throw new Error("nothing plays");
    return element;
  },
  lose() {
    isLost = true;
  },
  url: () => playing?.url ?? "",
  closeFilm: () => playing?.close(),
  closePlayer() {
    player.close();
    // As the screens do right afterwards.
    element?.removeAttribute("src");
    element?.load();
  },
};

Object.assign(globalThis, { stage });
