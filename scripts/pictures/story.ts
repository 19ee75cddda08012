/**
 * A room from its beginning to its end, with a real relay and three windows; the one that is looked at is
 * used by what its parts are, not by their names, since those differ from language to language.
 */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { join as joinRoom, makeRoom, say, sees } from "../../client/e2e/people.ts";
import { HURRY, openWorld, type Window, type World } from "../../client/e2e/world.ts";
import { startRelay } from "../../client/e2e/relay.ts";
import { tellFiles } from "./files-story.ts";
import type { NamedLook } from "./looks.ts";

/** Until what moves has come to rest. */
const REST_MS = 450;
/** A relay is told to be out of reach after 8 s, an outage to be long after 10. */
const OUTAGE_MS = 12_000;

const TALK: readonly (readonly ["bob" | "carol" | "ada", string])[] = [
  ["bob", "Morning! Did everybody find the link?"],
  ["carol", "Yes. Just scanned it from Bob’s screen."],
  ["ada", "Good. Then: Saturday, the lake, if the weather holds."],
  ["bob", "I can bring the boat."],
  ["bob", "And the kettle. https://example.org/lake/map?from=north"],
  ["carol", "1. bread\n2. cheese\n3. something for the ducks"],
  ["ada", "Half past nine at the station, by the big clock. I bring tickets and a book."],
  ["carol", "See you there!"],
];

/** Tells it in a window of this look, drawing into `folder`; resolves with what pages did that they must not. */
export async function tellStory({ look }: NamedLook, folder: string): Promise<readonly string[]> {
  const world = await openWorld(await startRelay(HURRY));
  let count = 0;
  const shot = async (window: Window, name: string) => {
    await window.page.waitForTimeout(REST_MS);
    count += 1;
    const path = join(folder, `${String(count).padStart(2, "0")}-${name}.png`);
    await window.page.screenshot({ path });
  };
  try {
    const ada = await world.open("Ada", look);
    await tellBeginning(ada, shot);
    await tellRoom(world, ada, shot);
    await ada.context.close();
    await tellFiles(world, look, shot);
    await tellTurnedAway(world, look, shot);
    return world.complaints();
  } finally {
    await world.close();
  }
}

type Shot = (window: Window, name: string) => Promise<void>;

async function tellBeginning(ada: Window, shot: Shot): Promise<void> {
  const { page } = ada;
  await page.goto(ada.origin);
  await shot(ada, "start");
  await page.locator(".operator-button").click();
  await shot(ada, "operator");
  await page.locator(".more > summary").last().click();
  await shot(ada, "operator-how");
  await page.locator(".dialog-close").click();
  await page.locator(".settings > summary").click();
  await shot(ada, "start-settings");
  await page.locator(".settings > summary").click();
  await page.locator(".card .input").first().fill("\u200B");
  await page.locator(".card .button-main").click();
  await shot(ada, "start-name-refused");
  await page.locator(".card .input").first().fill("Ada");
  await page.locator(".card .button-main").click();
  await page.locator(".composer-field").waitFor();
}

async function tellRoom(world: World, ada: Window, shot: Shot): Promise<void> {
  const { page } = ada;
  await page.locator(".qr path[d^=M]").waitFor({ state: "attached" });
  await shot(ada, "room-alone");
  await page.locator(".invite .button-main").click();
  await shot(ada, "room-link-copied");
  const link = await page.locator(".input-link").inputValue();
  const bob = await world.open("Bob");
  const carol = await world.open("Carol");
  await joinRoom(bob, link);
  await joinRoom(carol, link);
  const windows = { bob, carol };
  for (const [who, text] of TALK) {
    const last = text.split("\n").at(-1)?.split(" ").at(-1) ?? "";
    if (who === "ada") await write(page, text);
    else if (text.includes("\n") || text.includes("://")) await write(windows[who].page, text);
    else await say(windows[who], text);
    await page.locator(".text", { hasText: last }).first().waitFor();
  }
  await shot(ada, "room-talk");
  await page
    .locator(".room-actions .button", { has: page.locator("svg") })
    .last()
    .click();
  await shot(ada, "invite");
  await page.locator(".dialog-close").click();
  if (await page.locator(".people-button").isVisible()) {
    await page.locator(".people-button").click();
    await shot(ada, "people");
    await page.locator(".roster-close").click();
  }
  await page.locator(".safety-button").click();
  await shot(ada, "safety-code");
  await page.locator(".safety-answers .button").last().click();
  await shot(ada, "safety-differs");
  await page.locator(".safety-answers .button").first().click();
  await shot(ada, "safety-compared");
  await page.locator(".dialog-close").click();
  await shot(ada, "room-compared");
  await page.locator(".composer-field").fill("x".repeat(16 * 1024 - 30));
  await shot(ada, "composer-near-limit");
  await page.locator(".composer-field").fill("");
  await page.keyboard.press("Escape");
  await page.locator(".timeline").focus();
  await page.keyboard.press("?");
  await shot(ada, "shortcuts");
  await page.keyboard.press("Escape");

  world.expectOutage();
  ada.wire.cut();
  await page.locator(".status .status-text").nth(1).waitFor();
  await write(page, "Is the train on time?");
  await shot(ada, "reconnecting");
  await page.locator(".room-actions .button", { hasNotText: "?" }).last().click();
  if (await page.locator("dialog").isVisible()) {
    await shot(ada, "leave-unsent");
    await page.locator(".dialog-close").click();
  }
  await page.waitForTimeout(OUTAGE_MS);
  await shot(ada, "reconnecting-long");
  ada.wire.mend();
  await sees(bob, "Is the train on time?");
  await page.locator(".room-actions .button:not(.shortcuts-button)").last().click();
  await page.locator(".telling").waitFor();
  await shot(ada, "over-left");
}

async function tellTurnedAway(world: World, look: NamedLook["look"], shot: Shot): Promise<void> {
  const dora = await world.open("Dora", look);
  const host = await world.open("Host");
  await makeRoom(host, { passphrase: "correct horse" });
  const link = await host.page.locator(".input-link").inputValue();
  const { page } = dora;
  await page.goto(link.slice(0, -1));
  await page.locator(".telling").waitFor();
  await shot(dora, "link-damaged");
  await page.goto("about:blank");
  await page.goto(link);
  await page.locator(".single .button-main").waitFor();
  await shot(dora, "invited-passphrase");
  await page.locator(".single .button-main").click();
  await shot(dora, "passphrase-missing");
  await page.locator(".input").nth(1).fill("correct house");
  await page.locator(".single .button-main").click();
  await page.locator(".telling").waitFor({ timeout: 30_000 });
  await shot(dora, "over-no-such-room");

  const plain = await world.open("Plain");
  await makeRoom(plain);
  const open = await plain.page.locator(".input-link").inputValue();
  await page.locator(".telling .actions > .button").last().click();
  await page.locator(".open .input").fill(open);
  await page.locator(".open .button").click();
  await page.locator(".signs-quiet").waitFor();
  await shot(dora, "invited");
  world.expectOutage();
  dora.wire.cut();
  await page.locator(".single .button-main").click();
  await page.locator(".card-notice").waitFor({ timeout: 30_000 });
  await shot(dora, "relay-unreachable");
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator(".composer-field").fill(text);
  await page.locator(".composer-field").press("Enter");
}
