/** Builds the client once and puts it on the page; only here do screens, state and browser meet. */
import { render } from "preact";
import { speak } from "./i18n/i18n.ts";
import { browserClock } from "./net/browser-clock.ts";
import { webSockets } from "./net/socket.ts";
import { createClient } from "./state/client.ts";
import type { Engine } from "./state/engine.ts";
import { App } from "./ui/App.tsx";
import { loadRoomScreen } from "./ui/room-screen.ts";
import { followLanguage } from "./ui/page-language.ts";
import { followVisualViewport } from "./ui/viewport.ts";

/** The relay's door, on the page's own host. */
function socketUrl(): string {
  const url = new URL("/ws", location.origin);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return url.href;
}

/** What only a room needs; the first screen waits for none of it. */
async function loadEngine(): Promise<Engine> {
  const [engine] = await Promise.all([import("./state/engine.ts"), loadRoomScreen()]);
  return engine.loadEngine();
}

const client = createClient({
  clock: browserClock,
  random: Math.random,
  origin: location.origin,
  openSocket: webSockets(WebSocket, socketUrl()),
  loadEngine,
  loadFiles: async () => (await import("./browser-files.ts")).lendFiles,
  isOnline: () => navigator.onLine,
  // Called as a method of anything else it throws.
  failed: (error) => reportError(error),
});

function openAddress(): void {
  const phase = client.phase.peek().kind;
  // A link that is pasted over a running room must not throw away what is being said in it.
  if (location.hash !== "" && phase !== "room" && phase !== "entering")
    client.openLink(location.href);
}

openAddress();
addEventListener("hashchange", openAddress);
addEventListener("online", () => client.networkChanged());
addEventListener("offline", () => client.networkChanged());
document.addEventListener("visibilitychange", () =>
  client.setVisible(document.visibilityState === "visible"),
);
// Closing the tab is leaving: the others see it at once, and the seat is not kept (DESIGN §5.5).
addEventListener("pagehide", () => {
  const phase = client.phase.peek();
  if (phase.kind === "room") phase.room.leave();
});
followVisualViewport();

/** Nothing is shown before the person's language has come: no other one shall be seen. */
async function show(root: Element): Promise<void> {
  await speak(navigator.languages);
  followLanguage();
  render(<App client={client} />, root);
  // Behind the first screen, so that who presses its button does not wait either. What fails is asked for again then.
  requestAnimationFrame(() => setTimeout(() => void loadEngine().catch(() => undefined)));
}

const root = document.getElementById("app");
if (root !== null) void show(root);
