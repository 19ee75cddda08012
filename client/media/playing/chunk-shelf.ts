/** The newest chunks of what plays, kept opened: elements ask for the same part again and again, seldom for all of it. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { PlayedSource } from "./player.ts";

/** Of 256 KiB each; room for what lies around a place and for a film's index at its other end. */
const KEPT_CHUNKS = 12;

interface Shelved {
  readonly content: Promise<Bytes>;
  readonly stopping: AbortController;
  /** Who waits for it. */
  users: number;
  isHere: boolean;
}

/** A source that reads a chunk once for all who want it, aborts it when nobody does any more, and keeps a few. */
export function onShelf(source: PlayedSource): PlayedSource {
  /** The one used last is last. */
  const shelf = new Map<number, Shelved>();

  function start(index: number): Shelved {
    const stopping = new AbortController();
    const content = source.read(index, stopping.signal);
    const shelved: Shelved = { content, stopping, users: 0, isHere: false };
    const arrived = (): void => {
      shelved.isHere = true;
      trim();
    };
    content.then(arrived, () => drop(index, shelved));
    return shelved;
  }

  function drop(index: number, shelved: Shelved): void {
    if (shelf.get(index) === shelved) shelf.delete(index);
  }

  function trim(): void {
    const here = [...shelf].filter(([, { isHere }]) => isHere);
    for (const [index] of here.slice(0, Math.max(0, here.length - KEPT_CHUNKS)))
      shelf.delete(index);
  }

  async function read(index: number, signal: AbortSignal): Promise<Bytes> {
    signal.throwIfAborted();
    const shelved = shelf.get(index) ?? start(index);
    shelf.delete(index);
    shelf.set(index, shelved);
    shelved.users++;
    const leave = (): void => {
      if (--shelved.users > 0 || shelved.isHere) return;
      drop(index, shelved);
      shelved.stopping.abort();
    };
    signal.addEventListener("abort", leave);
    try {
      return await shelved.content;
    } finally {
      signal.removeEventListener("abort", leave);
      if (!signal.aborted) shelved.users--;
    }
  }

  return { ...source, read };
}
