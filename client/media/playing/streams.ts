/** What this page plays through the service worker, by what each address ends in. One map for the page: the worker's questions name no room. */
import { toHex } from "../../../shared/bytes.ts";
import { onShelf } from "./chunk-shelf.ts";
import { answerWorker, PLAY_PATH, type PlayAsked } from "./play-line.ts";
import type { PlayedSource, Playing } from "./player.ts";

const ID_BYTES = 16;

const streams = new Map<string, PlayedSource>();
let isListening = false;

/** `container` is the page's own, with a worker that serves it. */
export function openStream(container: ServiceWorkerContainer, source: PlayedSource): Playing {
  listen(container);
  const id = toHex(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
  const stopping = new AbortController();
  const read: PlayedSource["read"] = (index, signal) =>
    source.read(index, AbortSignal.any([signal, stopping.signal]));
  streams.set(id, onShelf({ ...source, read }));
  return {
    url: PLAY_PATH + id,
    way: "stream",
    close() {
      streams.delete(id);
      stopping.abort();
    },
  };
}

function listen(container: ServiceWorkerContainer): void {
  if (isListening) return;
  isListening = true;
  container.addEventListener("message", ({ data, ports: [port] }: MessageEvent<PlayAsked>) => {
    if (port !== undefined) answerWorker(port, streams.get(data.play) ?? null);
  });
  container.startMessages();
}
