/** The player of a browser: through the service worker; where there is none, long films in pieces; else not at all. */
import { toHex } from "../../../shared/bytes.ts";
import { onShelf } from "./chunk-shelf.ts";
import { pieceType } from "./fragmented.ts";
import { playPieces } from "./media-source.ts";
import { answerWorker, PLAY_PATH, type PlayAsked } from "./play-line.ts";
import type { PlayedSource, Player, Playing } from "./player.ts";
import { startServiceWorker } from "./service-worker.ts";

/** Without a service worker, what is no longer is better had as a whole: it can be sought in. */
const SHORT_BYTES = 32 * 2 ** 20;
/** About what browsers keep of a film in pieces; of a longer one its beginning would be lost while it plays. */
const PIECES_BYTES = 96 * 2 ** 20;

/** For one room; several may be there at once, in this window and in others. */
export function createPlayer(): Player {
  const workers = "serviceWorker" in navigator ? navigator.serviceWorker : undefined;
  /** By what their addresses end in. Null: closed, to be told to who still asks. */
  const streams = new Map<string, PlayedSource | null>();
  const playing = new Set<Playing>();
  let isListening = false;

  function listen(container: ServiceWorkerContainer): void {
    if (isListening) return;
    isListening = true;
    container.addEventListener("message", ({ data, ports }: MessageEvent<PlayAsked>) => {
      const source = streams.get(data.play);
      const [port] = ports;
      if (source !== undefined && port !== undefined) answerWorker(port, source);
    });
    container.startMessages();
  }

  function stream(container: ServiceWorkerContainer, source: PlayedSource): Playing {
    listen(container);
    const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
    const stopping = new AbortController();
    const read: PlayedSource["read"] = (index, signal) =>
      source.read(index, AbortSignal.any([signal, stopping.signal]));
    streams.set(id, onShelf({ ...source, read }));
    return {
      url: PLAY_PATH + id,
      way: "stream",
      close() {
        streams.set(id, null);
        stopping.abort();
      },
    };
  }

  async function piecesOf(source: PlayedSource): Promise<Playing | null> {
    const { sizeBytes } = source;
    if (sizeBytes <= SHORT_BYTES || sizeBytes > PIECES_BYTES || !("MediaSource" in globalThis))
      return null;
    const head = await source.read(0, new AbortController().signal).catch(() => null);
    const type = head && pieceType(source.mime, head);
    return type !== null && MediaSource.isTypeSupported(type) ? playPieces(source, type) : null;
  }

  let isClosed = false;
  return {
    async open(source) {
      const isServed = await startServiceWorker(workers);
      if (isClosed) return null;
      const opened =
        isServed && workers !== undefined ? stream(workers, source) : await piecesOf(source);
      if (opened === null) return null;
      const close = (): void => {
        playing.delete(opened);
        opened.close();
      };
      if (isClosed) {
        close();
        return null;
      }
      playing.add(opened);
      return { ...opened, close };
    },
    close() {
      isClosed = true;
      for (const each of playing) each.close();
      playing.clear();
    },
  };
}
