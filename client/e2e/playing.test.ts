/** Films that play while they arrive, in a real browser, on a page that a real relay serves under its policy. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CDPSession, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHUNK_BYTES } from "../../shared/limits.ts";
import { openFilmStudio, type Film, type FilmStudio } from "./film.ts";
import type { Stage } from "./playing/page.ts";
import { startRelay } from "./relay.ts";
import { HURRY, openWorld, storedBy, type Window, type World } from "./world.ts";

declare const stage: Stage;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let client = "";
let studio: FilmStudio;
let film: Film;
let world: World;
let alice: Window;
/** What the browser says of a request that fails on purpose. */
const NOTHING = /^$/;
let expected = NOTHING;

beforeAll(async () => {
  client = await mkdtemp(join(tmpdir(), "mayfly-playing-"));
  await build({
    configFile: here("../vite.config.ts"),
    root: here("playing"),
    publicDir: false,
    logLevel: "warn",
    build: { outDir: client },
  });
  studio = await openFilmStudio();
  film = await studio.film("fast-start");
});

afterAll(async () => {
  await studio.close();
  await rm(client, { recursive: true });
});

beforeEach(async () => {
  world = await openWorld(await startRelay({ ...HURRY, CLIENT_FOLDER: client }));
  alice = await world.open("alice");
  await alice.page.goto(world.relay.origin);
});

afterEach(async () => {
  const complaints = world.complaints().filter((each) => !expected.test(each));
  expected = NOTHING;
  await world.close();
  expect(complaints).toEqual([]);
});

async function open(page: Page, { path }: Film, mime = "video/mp4"): Promise<string | null> {
  await page.setInputFiles("input", path);
  return page.evaluate((type) => stage.open(type), mime);
}

const allow = (page: Page, chunks: number) => page.evaluate((count) => stage.allow(count), chunks);
const slow = (page: Page, chunkMs: number) => page.evaluate((ms) => stage.slow(ms), chunkMs);

/** Resolves when a picture is there, with how many chunks had come by then. */
const firstFrame = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const element = stage.element();
        const look = () => {
          if (element.error !== null) reject(new Error(element.error.message));
          if (element.readyState >= 2) resolve(stage.came());
        };
        element.addEventListener("loadeddata", look);
        element.addEventListener("error", look);
        look();
      }),
  );

/** Resolves when the element shows what is at `seconds`, with the chunks that were asked for meanwhile. */
const seek = (page: Page, seconds: number) =>
  page.evaluate(
    (to) =>
      new Promise<number[]>((resolve, reject) => {
        const element = stage.element();
        const before = stage.read.length;
        element.addEventListener("seeked", () => resolve(stage.read.slice(before)), { once: true });
        element.addEventListener("error", () => reject(new Error(element.error?.message)));
        element.currentTime = to;
      }),
    seconds,
  );

/** Plays on for so long and says how far that came. */
const playOn = (page: Page, seconds: number) =>
  page.evaluate(async (length) => {
    const element = stage.element();
    const until = element.currentTime + length;
    await element.play();
    await new Promise<void>((resolve, reject) => {
      element.addEventListener("error", () => reject(new Error(element.error?.message)));
      element.addEventListener("timeupdate", () => element.currentTime >= until && resolve());
    });
    element.pause();
    return element.currentTime;
  }, seconds);

const chunksOf = ({ sizeBytes }: Film) => Math.ceil(sizeBytes / CHUNK_BYTES);

/** Stops the service worker as a browser does that wants its memory back; what asks next starts it again. */
async function stopWorker(window: Window): Promise<void> {
  const session: CDPSession = await window.context.newCDPSession(window.page);
  const running = new Set<string>();
  const stopped = new Set<string>();
  session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
    for (const { versionId, runningStatus } of versions) {
      if (runningStatus === "running") running.add(versionId);
      if (runningStatus === "stopped") stopped.add(versionId);
    }
  });
  await session.send("ServiceWorker.enable");
  await expect.poll(() => running.size).toBe(1);
  for (const versionId of running) await session.send("ServiceWorker.stopWorker", { versionId });
  await expect.poll(() => [...stopped]).toEqual([...running]);
  await session.detach();
}

/** Resolves when the browser has as much ahead as it wants. */
const rest = (page: Page) =>
  expect.poll(() => page.evaluate(() => stage.element().networkState)).toBe(1);

const readBy = (page: Page) => page.evaluate(() => stage.read);

describe("[issue 7] a film through the service worker", () => {
  test("its first picture is there when no more than a twentieth of it has come", async () => {
    await allow(alice.page, Math.floor(chunksOf(film) / 20));
    expect(await open(alice.page, film)).toBe("stream");
    expect(await firstFrame(alice.page)).toBeGreaterThan(0);
  });

  test("one whose index is at its end needs that too, and no more", async () => {
    const late = await studio.film("index-last");
    await allow(alice.page, Math.floor(chunksOf(late) / 20));
    expect(await open(alice.page, late)).toBe("stream");
    await firstFrame(alice.page);
    expect(await readBy(alice.page)).toContain(chunksOf(late) - 1);
  });

  test("seeking to the middle asks for the middle only", async () => {
    await open(alice.page, film);
    await firstFrame(alice.page);
    await rest(alice.page);
    await allow(alice.page, Math.floor(chunksOf(film) / 12));
    const asked = await seek(alice.page, 15);
    // From the whole picture before it on: this film has one each second, which is a thirtieth.
    expect(asked.length).toBeGreaterThan(0);
    expect(Math.min(...asked)).toBeGreaterThan(chunksOf(film) * 0.44);
    expect(Math.max(...asked)).toBeLessThan(chunksOf(film) * 0.54);
  });

  test("it plays to its end, and almost no chunk is read twice", async () => {
    await open(alice.page, film);
    await firstFrame(alice.page);
    await alice.page.evaluate(async () => {
      const element = stage.element();
      element.playbackRate = 8;
      await element.play();
      await new Promise((resolve, reject) => {
        element.addEventListener("ended", resolve);
        element.addEventListener("error", () => reject(new Error(element.error?.message)));
      });
    });
    const asked = await readBy(alice.page);
    expect(new Set(asked).size).toBe(chunksOf(film));
    expect(asked.length).toBeLessThanOrEqual(chunksOf(film) * 1.05);
  });

  test("sound alone too", async () => {
    const sound = await studio.film("sound", 300);
    expect(await open(alice.page, sound, "audio/mp4")).toBe("stream");
    await firstFrame(alice.page);
    await seek(alice.page, 200);
    expect(await playOn(alice.page, 1)).toBeGreaterThan(200);
  });

  test("a chunk that cannot be had is an error of the element, and the page lives", async () => {
    await alice.page.evaluate(() => stage.lose());
    await open(alice.page, film);
    await expect(firstFrame(alice.page)).rejects.toThrow(/./);
    expect(await alice.page.title()).toBe("Playing");
  });
});

describe("[issue 7] the service worker", () => {
  test("may be stopped at any time: what comes next is asked for anew, and plays on", async () => {
    await open(alice.page, film);
    await firstFrame(alice.page);
    await rest(alice.page);
    await stopWorker(alice);
    const asked = await seek(alice.page, 20);
    expect(asked.length).toBeGreaterThan(0);
    await stopWorker(alice);
    expect(await playOn(alice.page, 3)).toBeGreaterThan(22.9);
  });

  test("may be stopped in the midst of an answer", async () => {
    await open(alice.page, film);
    await firstFrame(alice.page);
    await rest(alice.page);
    await slow(alice.page, 400);
    const before = (await readBy(alice.page)).length;
    const seeking = seek(alice.page, 20);
    await expect.poll(async () => (await readBy(alice.page)).length).toBeGreaterThan(before);
    await stopWorker(alice);
    await seeking;
    expect(await playOn(alice.page, 1)).toBeGreaterThan(20.9);
  });

  test("leaves nothing in the browser, while it plays and afterwards", async () => {
    const nothing = {
      localStorage: [],
      sessionStorage: [],
      databases: [],
      caches: [],
      cookie: "",
      workers: 0,
      cookies: [],
    };
    await open(alice.page, film);
    await firstFrame(alice.page);
    expect(await storedBy(alice)).toEqual(nothing);
    await alice.page.evaluate(() => stage.closePlayer());
    await alice.page.reload();
    expect(await storedBy(alice)).toEqual(nothing);
    const isServed = await alice.page.evaluate(() => navigator.serviceWorker.controller !== null);
    expect(isServed).toBe(false);
  });

  test("serves several films and several windows, each its own", async () => {
    await open(alice.page, film);
    await firstFrame(alice.page);
    const second = await alice.context.newPage();
    await second.goto(world.relay.origin);
    await open(second, film);
    await firstFrame(second);
    await seek(alice.page, 20);
    await seek(second, 10);

    expected = /status of 404/;
    const url = await alice.page.evaluate(() => stage.url());
    const outcome = await second.evaluate(
      (other) =>
        new Promise<string>((resolve) => {
          const element = document.createElement("video");
          element.onerror = () => resolve("nothing there");
          element.onloadedmetadata = () => resolve("played");
          element.src = other;
        }),
      url,
    );
    expect(outcome).toBe("nothing there");

    await alice.page.close();
    expect(await playOn(second, 2)).toBeGreaterThan(11.9);
    await second.evaluate(() => stage.closeFilm());
    expect(await open(second, film)).toBe("stream");
    await firstFrame(second);
  });

  test("starts for several windows at once, and is registered by none afterwards", async () => {
    const others = [await alice.context.newPage(), await alice.context.newPage()];
    for (const page of others) await page.goto(world.relay.origin);
    const pages = [alice.page, ...others];
    expect(await Promise.all(pages.map((page) => open(page, film)))).toEqual(
      pages.map(() => "stream"),
    );
    for (const page of pages) {
      await page.bringToFront();
      await firstFrame(page);
    }
    expect((await storedBy(alice))["workers"]).toBe(0);
  });

  test("left behind by a window that crashed, is used by the next one and then gone", async () => {
    const crashed = await alice.context.newPage();
    await crashed.goto(world.relay.origin);
    await crashed.evaluate(async () => {
      const { trustedTypes } = globalThis as unknown as {
        trustedTypes: {
          createPolicy(
            name: string,
            rules: object,
          ): { readonly createScriptURL: (url: string) => string };
        };
      };
      const rules = { createScriptURL: (url: string) => url };
      const policy = trustedTypes.createPolicy("mayfly-workers", rules);
      await navigator.serviceWorker.register(policy.createScriptURL("/media-worker.js"));
      await navigator.serviceWorker.ready;
    });
    await crashed.close();
    await alice.page.reload();
    expect((await storedBy(alice))["workers"]).toBe(1);
    expect(await open(alice.page, film)).toBe("stream");
    await firstFrame(alice.page);
    expect((await storedBy(alice))["workers"]).toBe(0);
    await alice.page.reload();
    expect(await alice.page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  });

  test("gives a film to media elements only, and forgets it when it is closed", async () => {
    await open(alice.page, film);
    await firstFrame(alice.page);
    await rest(alice.page);
    expected = /status of 404/;
    const url = await alice.page.evaluate(() => stage.url());
    const fetched = await alice.page.evaluate(async (own) => (await fetch(own)).status, url);
    expect(fetched).toBe(404);
    await alice.page.evaluate(() => stage.closeFilm());
    await expect(seek(alice.page, 20)).rejects.toThrow(/./);
    expect((await alice.page.goto(world.relay.origin + url))?.status()).toBe(404);
    await alice.page.goto(world.relay.origin);
  });
});

describe("[issue 7] without a service worker", () => {
  beforeEach(async () => {
    await alice.page.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "serviceWorker");
    });
    await alice.page.reload();
  });

  const forms: readonly (readonly [string, () => Promise<Film>])[] = [
    ["video/mp4", () => studio.film("pieces")],
    ["video/webm", () => studio.webm()],
  ];
  test.each(forms)("a long %s made of pieces plays while it arrives", async (mime, make) => {
    const pieces = await make();
    await allow(alice.page, Math.floor(chunksOf(pieces) / 20));
    expect(await open(alice.page, pieces, mime)).toBe("mediasource");
    await firstFrame(alice.page);
    await allow(alice.page, Infinity);
    expect(await playOn(alice.page, 2)).toBeGreaterThan(1.9);
  });

  test("one that is not made of pieces, and a short one, must be there as a whole", async () => {
    expect(await open(alice.page, film)).toBeNull();
    expect(await open(alice.page, await studio.film("pieces", 18))).toBeNull();
  });
});
