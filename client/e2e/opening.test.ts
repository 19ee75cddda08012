/** What the first screen fetches, and when. */
import { expect, test } from "vitest";
import { tellStories } from "./story.ts";

const { world, person } = tellStories("Alice");
/** Chunks that only a room needs. */
const ROOM = /\/assets\/(engine|station|RoomScreen)-/;

test("the first screen is there before anything of the room has come; then all of it comes by itself", async () => {
  const { page, origin } = person("Alice");
  let held = 0;
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(ROOM, async (route) => {
    held += 1;
    await gate;
    await route.continue();
  });
  const [wasm] = await Promise.all([
    page.waitForResponse(/libsodium-.*\.wasm$/),
    (async () => {
      await page.goto(origin, { waitUntil: "commit" });
      await page.getByRole("button", { name: "Make a room" }).waitFor();
      await expect.poll(() => held).toBeGreaterThanOrEqual(2);
      letGo();
    })(),
  ]);
  expect(wasm.status()).toBe(200);
});

test("what fails behind the first screen is asked for again at the press", async () => {
  const alice = person("Alice");
  world().expectOutage();
  let failed = 0;
  await alice.page.route(ROOM, (route) => {
    failed += 1;
    return route.abort();
  });
  await alice.page.goto(alice.origin);
  await expect.poll(() => failed).toBeGreaterThan(0);
  await alice.page.unroute(ROOM);
  await alice.page.getByRole("button", { name: "Make a room" }).click();
  await alice.page.getByRole("textbox", { name: "Message" }).waitFor();
});
