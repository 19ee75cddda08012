/** The worker's start: it seals and opens chunks beside the page, which stays free for the person. */
import { ready } from "./crypto/sodium.ts";
import { createChunkRequests } from "./net/chunk-requests.ts";
import { createStation, type Station } from "./state/files/station.ts";
import { serveStation, type Line } from "./state/files/worker-station.ts";

const station = createStation(createChunkRequests((url, init) => fetch(url, init), ""));

/** What comes before libsodium is ready waits for it; where it never is, serveStation says so. */
const whenReady: Station = {
  ...station,
  send: (job, signal) => ready().then(() => station.send(job, signal)),
  fetch: (job, signal) => ready().then(() => station.fetch(job, signal)),
};

// The library for pages and the one for workers exclude each other; this is all of the latter's scope that is used.
serveStation(globalThis as unknown as Line, whenReady);
