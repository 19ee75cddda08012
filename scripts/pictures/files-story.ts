/** Files in a room of their own: looked at, on their way, held, shown, enlarged, taken back. */
import { join as joinRoom } from "../../client/e2e/people.ts";
import { openFilmStudio } from "../../client/e2e/film.ts";
import { openFileStudio } from "../../client/e2e/made-files.ts";
import type { Look, Window, World } from "../../client/e2e/world.ts";

type Shot = (window: Window, name: string) => Promise<void>;

/** Tells it in a window of this look. @throws where there is no ffmpeg */
export async function tellFiles(world: World, look: Look, shot: Shot): Promise<void> {
  const studio = await openFileStudio();
  const films = await openFilmStudio();
  try {
    const picture = await studio.picture("IMG_2041.jpg", "Pixel 9 Pro");
    const plan = await studio.pdf("The plan (3).pdf", "Ada Lovelace");
    const short = await films.film("fast-start", 6);
    const long = await films.film("fast-start");
    const ada = await world.open("Ada", look);
    const bob = await world.open("Bob");
    await makeRoomAs(ada);
    await joinRoom(bob, await ada.page.locator(".input-link").inputValue());

    await choose(ada, picture, plan, short.path);
    await ada.page.locator(".draft .input").first().fill("The lake on Saturday");
    await shot(ada, "files-looked-at");
    await send(ada);
    await ada.page.locator(".upload").first().waitFor({ state: "detached", timeout: 60_000 });
    await ada.page.locator(".take-back").waitFor();
    await choose(ada, long.path);
    await send(ada);
    await ada.page.locator(".upload .button").first().waitFor();
    await shot(ada, "file-going");
    await ada.page.locator(".upload .button").first().click();
    await shot(ada, "file-held");
    await ada.page.locator(".upload .button").first().click();
    await ada.page.locator(".upload").first().waitFor({ state: "detached", timeout: 60_000 });

    await choose(bob, picture);
    await bob.page.locator(".draft .input").first().fill("And from the other side");
    await bob.page.locator(".preview textarea").fill("The boat is over there, behind the reeds.");
    await send(bob);
    await ada.page.locator(".message-other .picture img").waitFor();
    await shot(ada, "files-shown");
    await ada.page.locator(".film-closed").last().click();
    await ada.page.locator("video").waitFor();
    await ada.page.locator("video").scrollIntoViewIfNeeded();
    await shot(ada, "film-played");
    await ada.page.locator(".message-other .picture").click();
    await ada.page.locator(".enlarged img").waitFor();
    await shot(ada, "picture-enlarged");
    await ada.page.locator(".dialog-close").click();
    await ada.page.locator(".take-back").last().click();
    await shot(ada, "files-taken-back");
    await ada.context.close();
    await bob.context.close();
  } finally {
    await Promise.all([studio.close(), films.close()]);
  }
}

/** By what the parts are, not by their names, which differ from language to language. */
async function makeRoomAs({ page, origin, name }: Window): Promise<void> {
  await page.goto(origin);
  await page.locator(".card .input").first().fill(name);
  await page.locator(".card .button-main").click();
  await page.locator(".composer-field").waitFor();
  await page.locator(".input-link").waitFor();
}

async function choose({ page }: Window, ...paths: readonly string[]): Promise<void> {
  await page.locator("input[type=file]").setInputFiles([...paths]);
  await page
    .locator(".drafts > li")
    .nth(paths.length - 1)
    .waitFor({ timeout: 60_000 });
}

const send = ({ page }: Window) => page.locator(".preview .button-main").click();
