/**
 * The service worker's coming and going. It is registered when something is first played, and its registration is ended
 * as soon as it serves this page: by the standard it goes on serving the pages that it has, even after it was stopped, and is gone
 * with the last of them, whether or not that one says goodbye. So nothing is left in the browser that a later visit would find.
 */
import { scriptUrl } from "../script-url.ts";
import { CLAIM, WORKER_PATH } from "./play-line.ts";

/** A worker that serves this page by then serves it; else there is none to be had here. */
const START_MS = 10_000;

/** True once a service worker of ours serves this page; false where there can be none. Never rejects. */
export async function startServiceWorker(container: ServiceWorkerContainer): Promise<boolean> {
  try {
    if (container.controller === null) await takeControl(container);
    // A window that another one closed too early for this leaves it to the next.
    const registration = await container.getRegistration();
    await registration?.unregister();
  } catch {
    // Refused: private windows, settings; or the script did not come.
  }
  return container.controller !== null;
}

async function takeControl(container: ServiceWorkerContainer): Promise<void> {
  const isServed = once(container, "controllerchange", () => container.controller !== null);
  const { installing, waiting, active } = await container.register(scriptUrl(WORKER_PATH), {
    scope: "/",
    updateViaCache: "none",
  });
  const worker = installing ?? waiting ?? active;
  if (worker === null) return;
  await once(worker, "statechange", () => ["activated", "redundant"].includes(worker.state));
  if (worker.state !== "activated") return;
  worker.postMessage(CLAIM, []);
  await isServed;
}

/** Resolves when `holds`, looked at now and at each `kind` of event; or when it took too long. */
function once(target: EventTarget, kind: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (holds()) settle();
    };
    const settle = (): void => {
      clearTimeout(timer);
      target.removeEventListener(kind, look);
      resolve();
    };
    const timer = setTimeout(settle, START_MS);
    target.addEventListener(kind, look);
    look();
  });
}
