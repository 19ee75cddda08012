/** The player of a browser: through the service worker; where there is none, long films in pieces; else not at all. */
import { pieceType } from "./fragmented.ts";
import { playPieces } from "./media-source.ts";
import type { PlayedSource, Player, Playing } from "./player.ts";
import { startServiceWorker } from "./service-worker.ts";
import { openStream } from "./streams.ts";

/** Without a service worker, what is no longer is better had as a whole: it can be sought in. */
const SHORT_BYTES = 32 * 2 ** 20;
/** About what browsers keep of a film in pieces; of a longer one its beginning would be lost while it plays. */
const PIECES_BYTES = 96 * 2 ** 20;

/** For one room; several may be there at once, in this window and in others. */
export function createPlayer(): Player {
  // Not where the page is not secure, nor in some private windows.
  const container = "serviceWorker" in navigator ? navigator.serviceWorker : undefined;
  const playing = new Set<Playing>();
  let isClosed = false;

  async function start(source: PlayedSource): Promise<Playing | null> {
    if (container !== undefined && (await startServiceWorker(container)))
      return openStream(container, source);
    return openPieces(source);
  }

  return {
    async open(source) {
      const opened = await start(source);
      if (opened === null) return null;
      const close = (): void => {
        playing.delete(opened);
        opened.close();
      };
      playing.add(opened);
      if (!isClosed) return { ...opened, close };
      close();
      return null;
    },
    close() {
      isClosed = true;
      for (const each of playing) each.close();
      playing.clear();
    },
  };
}

async function openPieces(source: PlayedSource): Promise<Playing | null> {
  const { sizeBytes, mime } = source;
  const isFit = sizeBytes > SHORT_BYTES && sizeBytes <= PIECES_BYTES;
  if (!isFit || !("MediaSource" in globalThis)) return null;
  const head = await source.read(0, new AbortController().signal).catch(() => null);
  const type = head && pieceType(mime, head);
  return type !== null && MediaSource.isTypeSupported(type) ? playPieces(source, type) : null;
}
