/**
 * Every screen and dialog, as axe sees it: by day, by night, and both with more contrast; on a telephone and
 * on a desk. Most come from the preview, where each state can be had; what needs files, from a real room.
 */
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createServer, type ViteDevServer } from "vite";
import { findChromium } from "../../scripts/test/chromium.ts";
import { faultsOf } from "./axe.ts";
import { openFileStudio } from "./made-files.ts";
import { isTold, join, linkOf, makeRoom, say, statusOf } from "./people.ts";
import { choose, seesPicture } from "./sharing.ts";
import { tellStories } from "./story.ts";

const CLIENT = fileURLToPath(new URL("..", import.meta.url));
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
const THEMES = [
  { colorScheme: "light", contrast: "no-preference", extent: "everything" },
  { colorScheme: "dark", contrast: "no-preference", extent: "colours" },
  { colorScheme: "light", contrast: "more", extent: "contrast" },
  { colorScheme: "dark", contrast: "more", extent: "contrast" },
] as const;

/** What axe finds in each theme, with the theme's name before it; by its colours alone after the first one. */
async function faultsInThemes(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { colorScheme, contrast, extent } of THEMES) {
    await page.emulateMedia({ colorScheme, contrast });
    const faults = await faultsOf(page, extent);
    found.push(...faults.map((fault) => `${colorScheme}, ${contrast}: ${fault}`));
  }
  return found;
}

type Step = (page: Page) => Promise<unknown>;
const press =
  (name: string | RegExp): Step =>
  (page) =>
    page.getByRole("button", { name }).click();
const dialog = (name: string | RegExp) => (page: Page) =>
  page.getByRole("dialog", { name }).waitFor();

/** What takes some seconds to be told is told now. */
const later: Step = (page) => page.clock.fastForward("00:30");

/** Scenes of the preview, by what is shown; what is done there first. */
type Scene = readonly [shown: string, scene: string, ...steps: readonly Step[]];
const SCENES: readonly Scene[] = [
  ["start", "start"],
  ["start, the settings open", "start", (page) => page.getByText("Settings").click()],
  [
    "start, without a name",
    "start",
    (page) => page.getByRole("textbox", { name: "Your name" }).fill(""),
    press("Make a room"),
    (page) => page.getByRole("alert").waitFor(),
  ],
  [
    "what the operator sees",
    "start",
    (page) => page.locator(".operator-button").click(),
    (page) => page.getByRole("dialog").locator("summary").click(),
  ],
  ["a damaged link", "start-damaged"],
  ["a browser that cannot", "start-crypto-failed"],
  ["invited", "invited"],
  [
    "invited, the passphrase missing",
    "invited-passphrase",
    press("Join"),
    (page) => page.getByRole("alert").waitFor(),
  ],
  ["entering", "entering"],
  [
    "entering, the relay out of reach",
    "entering",
    later,
    (page) => page.getByRole("alert").waitFor(),
  ],
  ["alone", "room-alone"],
  ["an empty room", "room-empty"],
  ["talk", "room-talk"],
  ["long talk, further up", "room-long", (page) => page.getByRole("log").press("Home")],
  ["messages in every state", "room-deliveries"],
  [
    "notices, their meanings open",
    "room-notices",
    async (page) => {
      const meanings = await page.locator(".meaning summary").all();
      for (const meaning of meanings) await meaning.click();
    },
  ],
  ["strangers' names and texts", "room-hostile"],
  ["offline", "room-offline"],
  ["reconnecting", "room-reconnecting"],
  [
    "reconnecting for long",
    "room-reconnecting",
    later,
    (page) => page.getByText(/Still trying/).waitFor(),
  ],
  ["joining", "room-joining"],
  ["nobody confirms", "room-unconfirmed"],
  ["sent all the same", "room-released"],
  ["a split", "room-split"],
  ["a split by nobody knows whom", "room-split-unknown"],
  ["a crowd", "room-crowd"],
  ["inviting", "room-talk", press("Invite"), dialog("Invite")],
  ["the safety code", "room-talk", press("Safety code"), dialog("Safety code")],
  ["the safety code, compared", "room-talk", press("Safety code"), press("They match")],
  ["the safety code, another one", "room-talk", press("Safety code"), press("They don’t match")],
  [
    "the keys",
    "room-talk",
    (page) => page.getByRole("log").press("?"),
    dialog("Keyboard shortcuts"),
  ],
  ["leaving with something unsent", "room-deliveries", press(/^Leave/), dialog("not sent")],
  ...["left", "ended", "no-such-room", "replaced", "full", "upgrade-required", "refused"].map(
    (why) => [`over: ${why}`, `over-${why}`] as const,
  ),
];

describe.each([
  ["a telephone", PHONE],
  ["a desk", DESK],
] as const)("on %s axe finds nothing wrong with", (_, viewport) => {
  let server: ViteDevServer;
  let browser: Browser;
  let page: Page;
  let origin = "";

  beforeAll(async () => {
    server = await createServer({
      root: CLIENT,
      logLevel: "error",
      server: { port: 0, hmr: false, watch: null },
    });
    await server.listen();
    origin = server.resolvedUrls?.local[0] ?? "";
    const executablePath = findChromium();
    if (executablePath === null) throw new Error("no Chromium; npm test says how to get one");
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    page = await browser.newPage({ viewport, locale: "en" });
    await page.clock.install();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test.each(SCENES.map(([shown, ...rest]) => ({ shown, rest })))("$shown", async ({ rest }) => {
    const [scene, ...steps] = rest;
    await page.emulateMedia({ colorScheme: "light", contrast: "no-preference" });
    await page.goto(`${origin}ui/preview/?scene=${scene}`);
    await page.getByRole("main").waitFor();
    for (const step of steps) await step(page);
    expect(await faultsInThemes(page)).toEqual([]);
  });
});

describe.each([
  ["a telephone", PHONE],
  ["a desk", DESK],
] as const)("in a real room on %s axe finds nothing wrong with", (_, look) => {
  const { world, person } = tellStories("Bob");

  test("files: looked at before they are sent, on their way, as cards, played, and a picture enlarged", async () => {
    const studio = await openFileStudio();
    try {
      const alice = await world().open("Alice", look);
      const bob = person("Bob");
      await makeRoom(alice);
      await join(bob, await linkOf(alice));
      const { page } = alice;
      const picture = await studio.picture("lake.jpg", "kestrel");
      const sheet = await choose(alice, picture, await studio.pdf("plan.pdf", "kestrel"));
      await sheet
        .getByRole("textbox", { name: "Described for those who cannot see it" })
        .fill("The lake");
      expect(await faultsInThemes(page)).toEqual([]);
      await sheet.getByRole("button", { name: "Send", exact: true }).click();
      await seesPicture(alice, "The lake");
      await seesPicture(bob, "The lake");
      expect(await faultsInThemes(page)).toEqual([]);
      await page.getByRole("button", { name: "The lake" }).click();
      await page.getByRole("dialog", { name: "The lake" }).getByRole("img").waitFor();
      expect(await faultsInThemes(page)).toEqual([]);
    } finally {
      await studio.close();
    }
  });

  test("people, reconnecting with something unsent, the question before leaving, and the goodbye", async () => {
    const alice = await world().open("Alice", look);
    await makeRoom(alice);
    await join(person("Bob"), await linkOf(alice));
    const { page } = alice;
    if (look === PHONE) {
      await page.getByRole("button", { name: "2 people in the room" }).click();
      expect(await faultsInThemes(page)).toEqual([]);
      await page.keyboard.press("Escape");
    }
    world().expectOutage();
    alice.wire.cut();
    await expect.poll(() => statusOf(alice)).toContain("Reconnecting");
    await say(alice, "on its way");
    expect(await faultsInThemes(page)).toEqual([]);
    await page.getByRole("button", { name: "Leave", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    expect(await faultsInThemes(page)).toEqual([]);
    await page.getByRole("button", { name: "Leave anyway" }).click();
    await isTold(alice, "You have left the room");
    expect(await faultsInThemes(page)).toEqual([]);
  });
});
