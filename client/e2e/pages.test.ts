/** Every page but the room: what is seen first, what a link leads to, and what is said at the end. */
import jsQR from "jsqr";
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { enterInvited, isEncrypted, isTold, join, leave, linkOf, makeRoom, say } from "./people.ts";
import { tellStories } from "./story.ts";
import type { Window } from "./world.ts";

const { world, person } = tellStories("Alice", "Bob");
let alice: Window;
let bob: Window;

beforeEach(() => {
  alice = person("Alice");
  bob = person("Bob");
});

const OPERATOR = "What the operator can and cannot see";
const focused = ({ page }: Window) =>
  page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");

describe("the start", () => {
  test.each([
    { width: 390, height: 844 },
    { width: 360, height: 640 },
  ])("at $width × $height one sentence and one button stand before the fold", async (look) => {
    const phone = await world().open("Phone", look);
    await phone.page.goto(phone.origin);
    const button = phone.page.getByRole("button", { name: "Make a room" });
    const { y = Infinity, height = 0 } = (await button.boundingBox()) ?? {};
    expect(y + height).toBeLessThan(look.height);
    expect(await phone.page.getByText("Group chat that leaves nothing behind.").isVisible()).toBe(
      true,
    );
    // Of the settings, none asks to be understood first.
    expect(await phone.page.getByRole("combobox", { name: "Room for" }).count()).toBe(0);
  });

  test("settings wait behind a line that says what they are", async () => {
    await alice.page.goto(alice.origin);
    await alice.page.getByText("Messages stay for 1 hour. 25 people at most.").click();
    await alice.page
      .getByRole("combobox", { name: "Messages disappear after" })
      .selectOption("5 minutes");
    await alice.page.getByRole("combobox", { name: "Room for" }).selectOption("2 people");
    await alice.page.getByRole("textbox", { name: "Passphrase" }).fill("x");
    await alice.page
      .getByText("Messages stay for 5 minutes. 2 people at most, with a passphrase.")
      .waitFor();
  });
});

describe("a dialog", () => {
  test("is named, keeps the focus, and gives it back however it is closed", async () => {
    const { page } = alice;
    await page.goto(alice.origin);
    const button = page.getByRole("button", { name: OPERATOR });
    const dialog = page.getByRole("dialog", { name: OPERATOR });
    const closings = [
      () => page.keyboard.press("Escape"),
      () => dialog.getByRole("button", { name: "Close" }).click(),
      () => page.mouse.click(5, 5),
    ];
    for (const close of closings) {
      await button.click();
      await dialog.getByText("what you write, and your files").waitFor();
      for (let i = 0; i < 5; i++) {
        await page.keyboard.press("Tab");
        const isOutside = await page.evaluate(() => {
          const { activeElement } = document;
          // The browser's own buttons take a turn; of the page, only what is in the dialog does.
          return activeElement !== document.body && activeElement?.closest("dialog") === null;
        });
        expect(isOutside).toBe(false);
      }
      await close();
      await dialog.waitFor({ state: "detached" });
      expect(await focused(alice)).toBe(OPERATOR);
    }
  });

  test("is a sheet on a phone, and pushed shut by its head", async () => {
    const phone = await world().open("Phone", { width: 390, height: 844 });
    const { page } = phone;
    await page.goto(phone.origin);
    await page.getByRole("button", { name: OPERATOR }).click();
    const dialog = page.getByRole("dialog", { name: OPERATOR });
    await expect
      .poll(async () => {
        const box = await dialog.boundingBox();
        return [box?.x, box?.width, Math.round((box?.y ?? 0) + (box?.height ?? 0))];
      })
      .toEqual([0, 390, 844]);
    const head = await dialog.getByRole("heading", { name: OPERATOR }).boundingBox();
    const y = (head?.y ?? 0) + 5;
    await page.mouse.move(120, y);
    await page.mouse.down();
    await page.mouse.move(120, y + 40, { steps: 3 });
    await page.mouse.up();
    expect(await dialog.isVisible()).toBe(true);
    await page.mouse.move(120, y);
    await page.mouse.down();
    await page.mouse.move(120, y + 140, { steps: 5 });
    await page.mouse.up();
    await dialog.waitFor({ state: "detached" });
    expect(await focused(phone)).toBe(OPERATOR);
  });
});

/** What a reader of QR codes finds in the room's code, as it is drawn. */
async function scanned(page: Page): Promise<string | null> {
  await page.locator(".qr path[d^=M]").waitFor();
  const { data, width } = await page.locator(".qr").evaluate((code) => {
    const [x = 0, y = 0, side = 0] = (code.getAttribute("viewBox") ?? "").split(" ").map(Number);
    const scale = 4;
    const canvas = document.createElement("canvas");
    canvas.width = side * scale;
    canvas.height = side * scale;
    const pen = canvas.getContext("2d");
    if (pen === null) throw new Error("no canvas");
    pen.fillStyle = getComputedStyle(code).backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const path = code.querySelector("path");
    pen.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
    pen.fillStyle = path === null ? "" : getComputedStyle(path).fill;
    const modules = new Path2D(path?.getAttribute("d") ?? "");
    // A canvas is filled, no array.
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type
    pen.fill(modules);
    const { data: pixels } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return { data: [...pixels], width: canvas.width };
  });
  return jsQR(Uint8ClampedArray.from(data), width, width)?.data ?? null;
}

describe("inviting", () => {
  test.each(["light", "dark"] as const)(
    "[DESIGN 3] by %s the empty room is the invite: its code reads as the link, and leads in",
    async (colorScheme) => {
      const host = await world().open("Host", { colorScheme });
      await makeRoom(host);
      const link = await linkOf(host);
      expect(await scanned(host.page)).toBe(link);
      await join(bob, (await scanned(host.page)) ?? "");
      await host.page.getByText("You are the only one here").waitFor({ state: "detached" });
      await host.page.getByRole("button", { name: "Invite" }).click();
      expect(await scanned(host.page)).toBe(link);
    },
  );

  test("where the page may not copy, the link is selected to be copied by hand", async () => {
    await alice.page.addInitScript(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
    });
    await makeRoom(alice);
    await alice.page.getByRole("button", { name: "Copy link" }).click();
    await alice.page.getByText("The link is selected").waitFor();
    const selected = await alice.page.evaluate(() => {
      const field = document.activeElement;
      if (!(field instanceof HTMLInputElement)) return null;
      return field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
    });
    expect(selected).toMatch(/^http:.*\/#10[\w-]{43}$/);
  });
});

describe("an invited person", () => {
  test("is told that nothing was sent, and nothing was; has a name proposed", async () => {
    await makeRoom(alice);
    await bob.page.goto(await linkOf(alice));
    await isTold(bob, "You are invited to a room");
    await bob.page.getByText("Nothing was sent yet by this page.").waitFor();
    const name = await bob.page.getByRole("textbox", { name: "Join as" }).inputValue();
    expect(name).toMatch(/^\w+ \w+$/);
    expect(bob.carried()).toEqual([]);
  });

  test("who finds the relay out of reach is told so, and comes in when it is back", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    // All of the page is there already; only the relay is missing.
    await join(bob, link);
    await leave(bob);
    await bob.page.getByRole("button", { name: "Back to the start" }).click();
    await bob.page.getByRole("textbox", { name: "Invite link" }).fill(link);
    await bob.page.getByRole("button", { name: "Open", exact: true }).click();
    await isTold(bob, "You are invited to a room");
    world().expectOutage();
    bob.wire.cut();
    await enterInvited(bob);
    await bob.page.getByRole("alert").getByText("The relay does not answer").waitFor();
    bob.wire.mend();
    await isEncrypted(bob);
  });

  test("who loses the network before the encryption has come is told so, and reloads into the same invitation", async () => {
    await makeRoom(alice);
    await bob.page.route(/\/assets\/engine-/, (route) => route.abort());
    await bob.page.goto(await linkOf(alice));
    world().expectOutage();
    await enterInvited(bob);
    await isTold(bob, "The encryption could not be started");
    await bob.page.unroute(/\/assets\/engine-/);
    await bob.page.getByRole("button", { name: "Reload the page" }).click();
    await isTold(bob, "You are invited to a room");
    await enterInvited(bob);
    await isEncrypted(bob);
  });

  test("who finds the room full is told so, and can try again from there", async () => {
    await alice.page.goto(alice.origin);
    await alice.page.getByText("Settings", { exact: true }).click();
    await alice.page.getByRole("combobox", { name: "Room for" }).selectOption("2 people");
    await alice.page.getByRole("button", { name: "Make a room" }).click();
    const link = await linkOf(alice);
    await join(bob, link);
    const carol = await world().open("Carol");
    await carol.page.goto(link);
    await enterInvited(carol);
    await isTold(carol, "The room is full");
    await leave(bob);
    await carol.page.getByRole("button", { name: "Try the link again" }).click();
    await enterInvited(carol);
    await isEncrypted(carol);
  });
});

describe("a goodbye", () => {
  test("says what is gone; the link goes from the address bar on request", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    await join(bob, link);
    await say(bob, "see you");
    await leave(bob);
    const { page } = bob;
    await page.getByText("everything that was said").waitFor();
    await page.getByText("the room’s keys, and yours").waitFor();
    expect(await page.getByText("see you").count()).toBe(0);
    expect(page.url()).toBe(link);
    await page.getByRole("button", { name: "Take it out" }).click();
    expect(new URL(page.url()).hash).toBe("");
    await page.getByRole("button", { name: "Back to the start" }).click();
    await page.getByRole("button", { name: "Make a room" }).waitFor();
  });
});
