/**
 * The service worker's start. It answers the media elements of our pages at /play/…, looks at no other request, stores nothing,
 * and knows nothing but what the page that asks tells it while it asks. Built apart from all else, as one plain script.
 */
import { answerPlay } from "./play-answer.ts";
import { askPage, CLAIM, PLAY_PATH, type PlayAsked } from "./play-line.ts";

interface Waiting {
  waitUntil(done: Promise<unknown>): void;
}
interface Asking {
  readonly request: Request;
  readonly clientId: string;
  respondWith(response: Promise<Response>): void;
}
interface Page {
  postMessage(asked: PlayAsked, transfer: Transferable[]): void;
}
/** The library for pages and the one for workers exclude each other; this is all of the latter's scope that is used. */
interface WorkerScope {
  skipWaiting(): Promise<void>;
  readonly clients: {
    claim(): Promise<void>;
    get(id: string): Promise<Page | undefined>;
  };
  addEventListener(kind: "install", hear: (event: Waiting) => void): void;
  addEventListener(kind: "message", hear: (event: Waiting & { data: unknown }) => void): void;
  addEventListener(kind: "fetch", hear: (event: Asking) => void): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));

// Not when it starts: a worker that another window already has does not start again.
scope.addEventListener("message", (event) => {
  if (event.data === CLAIM) event.waitUntil(scope.clients.claim());
});

scope.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin === location.origin && pathname.startsWith(PLAY_PATH))
    event.respondWith(answer(event, pathname.slice(PLAY_PATH.length)));
});

/** Only the page whose element asks is asked; an address that was carried elsewhere is nobody's. */
async function answer({ request, clientId }: Asking, id: string): Promise<Response> {
  const isPlayed = request.destination === "video" || request.destination === "audio";
  const page = isPlayed ? await scope.clients.get(clientId) : undefined;
  const content = page === undefined ? null : await askPage(page, id);
  return answerPlay(request.headers.get("Range"), content);
}
