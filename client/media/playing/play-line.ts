/**
 * What the service worker and a page say to each other. The worker asks anew for each answer that it gives, over a channel
 * of its own, and remembers nothing in between: browsers stop it whenever they like, and it must never hold a key.
 */
import type { Bytes } from "../../../shared/bytes.ts";
import type { PlayedSource } from "./player.ts";

/** Where the service worker's script lies: an address of its own above all that it serves. */
export const WORKER_PATH = "/media-worker.js";
/** Addresses below it are the worker's; a relay has nothing there. */
export const PLAY_PATH = "/play/";

/** To the worker: take this page under you, though it was loaded without you. */
export const CLAIM = "claim";

/** To a page, with a port: what is there by this id? */
export interface PlayAsked {
  readonly play: string;
}

export type ContentFacts = Pick<PlayedSource, "sizeBytes" | "mime" | "chunkBytes">;

/** Through the port. From the worker: the index of a chunk, or null for the end; from the page: */
type Told =
  | { readonly facts: ContentFacts | null }
  | { readonly index: number; readonly bytes: Bytes | null };

/** The content of a page, in the worker. */
export interface RemoteContent {
  readonly facts: ContentFacts;
  /** Null: it cannot be had. Each index is asked for once. Never rejects. */
  read(index: number): Promise<Bytes | null>;
  /** Nothing more is read; what is under way, the page aborts. */
  close(): void;
}

/** In the worker: what `page` has by that id; null where it has nothing by it any more. */
export function askPage(
  page: { postMessage(asked: PlayAsked, transfer: Transferable[]): void },
  id: string,
): Promise<RemoteContent | null> {
  const { port1: port, port2 } = new MessageChannel();
  const waiting = new Map<number, (bytes: Bytes | null) => void>();
  const close = (): void => {
    port.postMessage(null);
    port.close();
  };
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Told>) => {
      if ("index" in data) {
        waiting.get(data.index)?.(data.bytes);
        waiting.delete(data.index);
        return;
      }
      if (data.facts === null) port.close();
      resolve(data.facts && { facts: data.facts, read, close });
    };
    page.postMessage({ play: id }, [port2]);
  });

  function read(index: number): Promise<Bytes | null> {
    return new Promise((resolve) => {
      waiting.set(index, resolve);
      port.postMessage(index);
    });
  }
}

/** On the page: answers what is asked through `port`. Null: there is nothing by that id any more. */
export function answerWorker(port: MessagePort, source: PlayedSource | null): void {
  const tell = (told: Told): void => port.postMessage(told);
  if (source === null) return tell({ facts: null });
  const stopping = new AbortController();
  port.onmessage = ({ data: index }: MessageEvent<number | null>) => {
    if (index === null) {
      stopping.abort();
      return port.close();
    }
    source.read(index, stopping.signal).then(
      (bytes) => tell({ index, bytes }),
      () => tell({ index, bytes: null }),
    );
  };
  const { sizeBytes, mime, chunkBytes } = source;
  tell({ facts: { sizeBytes, mime, chunkBytes } });
}
