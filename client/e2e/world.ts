/** The world of a browser test: a relay, and people with a window each, on wires of their own. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { findChromium } from "../../scripts/test/chromium.ts";
import { collectComplaints, type Complaints } from "./complaints.ts";
import { startRelay, type Relay } from "./relay.ts";
import { startWire, type Wire } from "./wire.ts";

const SCREENSHOTS = fileURLToPath(new URL("screenshots/", import.meta.url));
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Chromium asks its maker about every form; that is the browser, not the page.
  "--disable-features=AutofillServerCommunication",
];

/** What a person's window looks like. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  readonly contrast?: "more";
  /** There is no mouse, but a finger. */
  readonly isTouched?: boolean;
  /** What the browser says its language is. */
  readonly locale?: string;
}

/** One person with one window, in a browser profile of its own. */
export interface Window {
  readonly name: string;
  /** Where its relay is. */
  readonly origin: string;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly wire: Wire;
  /** Payloads of all its WebSocket frames so far, both ways, unmasked. */
  carried(): readonly Buffer[];
}

export interface World {
  readonly relay: Relay;
  /** Opens an empty window for a person. */
  open(name: string, look?: Look): Promise<Window>;
  /** The network fails from now on, on purpose: failed connections are no complaint. */
  expectOutage(): void;
  /** When each window's sockets were opened and closed, for who looks for the cause of a failure. */
  sockets(): readonly string[];
  /** What pages did that they must not; a test ends by expecting none. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

/** All windows share one address, and tests hurry. */
export const HURRY = {
  LIMIT_ROOMS_PER_MINUTE: "1000",
  LIMIT_CONNECTS_PER_MINUTE: "10000",
  LIMIT_SOCKETS_PER_ADDRESS: "1000",
  LOG_LEVEL: "debug",
};

/** Starts a browser around a new relay. */
export async function startWorld(): Promise<World> {
  return openWorld(await startRelay(HURRY));
}

/** Starts a browser around a relay that runs. @throws where there is no Chromium. */
export async function openWorld(relay: Relay): Promise<World> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("no Chromium; npm test says how to get one");
  const browser: Browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const windows: Window[] = [];
  const collected: Complaints[] = [];
  const sockets: string[] = [];

  const open = async (name: string, look: Look = {}): Promise<Window> => {
    const wire = await startWire(relay.address);
    const { width = 1000, height = 760, colorScheme = "light", locale = "en" } = look;
    const context = await browser.newContext({
      proxy: { server: wire.server },
      viewport: { width, height },
      colorScheme,
      contrast: look.contrast ?? "no-preference",
      locale,
      hasTouch: look.isTouched ?? false,
      isMobile: look.isTouched ?? false,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    collected.push(await collectComplaints(context, name, relay.origin));
    const page = await context.newPage();
    const frames: Buffer[] = [];
    const note = (text: string) => sockets.push(`${new Date().toISOString()} ${name} ${text}`);
    page.on("websocket", (socket) => {
      note("opens a socket");
      socket.on("socketerror", (error) => note(`socket failed: ${error}`));
      socket.on("close", () => note("socket closed"));
      socket.on("framesent", ({ payload }) => frames.push(Buffer.from(payload)));
      socket.on("framereceived", ({ payload }) => frames.push(Buffer.from(payload)));
    });
    const carried = () => frames;
    const window = { name, origin: relay.origin, context, wire, page, carried };
    windows.push(window);
    return window;
  };
  return {
    relay,
    open,
    sockets: () => sockets,
    expectOutage: () => collected.forEach((each) => each.expectOutage()),
    complaints: () => [
      ...relay.falls(),
      ...collected.flatMap(({ list }) => list),
      ...windows.flatMap(({ name, wire }) => wire.strangers.map((host) => `${name}: ${host}`)),
    ],
    close: async () => {
      await browser.close();
      await Promise.all(windows.map(({ wire }) => wire.close()));
      await relay.end("SIGKILL");
    },
  };
}

/** Writes what a window shows to screenshots/, which is not kept in the repository. */
export async function screenshot(window: Window, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await window.page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}

/** Everything that this origin has stored in the browser, by kind; all must be empty. */
export async function storedBy(window: Window): Promise<{ readonly [kind: string]: unknown }> {
  const inPage = await window.page.evaluate(async () => ({
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name ?? ""),
    caches: await caches.keys(),
    cookie: document.cookie,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  return { ...inPage, cookies: await window.context.cookies() };
}
