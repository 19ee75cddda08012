/** What people do in their windows, in their words. Everything is found as a person would: by role and label. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Window } from "./world.ts";

/** A step may take so long before a test gives up on it. */
const PATIENCE_MS = 30_000;

interface Wishes {
  readonly passphrase?: string;
}

/** Makes a room, and waits until its window stands in it. */
export async function makeRoom(window: Window, wishes: Wishes = {}): Promise<void> {
  const { page, name } = window;
  await page.goto(window.origin);
  await nameYourself(page, name);
  if (wishes.passphrase !== undefined) {
    await page.getByText("Settings", { exact: true }).click();
    await page.getByRole("textbox", { name: "Passphrase" }).fill(wishes.passphrase);
  }
  await page.getByRole("button", { name: "Make a room" }).click();
  await standsInRoom(window);
}

/** The room's link, by the button and the clipboard. */
export async function linkOf({ page }: Window): Promise<string> {
  await page.bringToFront();
  const invite = page.getByRole("button", { name: "Invite" });
  const copy = page.getByRole("button", { name: "Copy link" });
  await invite.waitFor({ timeout: PATIENCE_MS });
  // Who is alone has it before the eyes.
  const isAlone = await copy.isVisible();
  if (!isAlone) await invite.click();
  await copy.click();
  await page.getByText("Link copied").waitFor({ timeout: PATIENCE_MS });
  const link = await page.evaluate(() => navigator.clipboard.readText());
  if (!isAlone) await page.keyboard.press("Escape");
  return link;
}

/** Opens a link and asks to enter; where that leads, the test looks. */
export async function enter(window: Window, link: string, wishes: Wishes = {}): Promise<void> {
  await window.page.goto(link);
  await enterInvited(window, wishes);
}

/** Enters by the link that the window has open already. */
export async function enterInvited(window: Window, wishes: Wishes = {}): Promise<void> {
  const { page, name } = window;
  await nameYourself(page, name);
  if (wishes.passphrase !== undefined) {
    await page.getByRole("textbox", { name: "Passphrase" }).fill(wishes.passphrase);
  }
  await page.getByRole("button", { name: "Join", exact: true }).click();
}

/** Opens a link, enters, and waits until somebody has confirmed the newcomer. */
export async function join(window: Window, link: string, wishes: Wishes = {}): Promise<void> {
  await enter(window, link, wishes);
  await standsInRoom(window);
  await isEncrypted(window);
}

async function nameYourself(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: /^(Your name|Join as)$/ }).fill(name);
}

async function standsInRoom({ page }: Window): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).waitFor({ timeout: PATIENCE_MS });
}

export async function isEncrypted({ page }: Window): Promise<void> {
  await page
    .getByRole("region", { name: "Connection and encryption" })
    .getByText("End-to-end encrypted", { exact: true })
    .waitFor({ timeout: PATIENCE_MS });
}

/** Writes and presses Enter; the text is shown at once, sent or not. */
export async function say({ page }: Window, text: string): Promise<void> {
  const field = page.getByRole("textbox", { name: "Message" });
  await field.fill(text);
  await field.press("Enter");
  await page.getByRole("log").getByText(text, { exact: true }).waitFor({ timeout: PATIENCE_MS });
}

/** Waits until a text stands in the timeline. */
export async function sees({ page, name }: Window, text: string | RegExp): Promise<void> {
  const line = page.getByRole("log").getByText(text, { exact: true }).first();
  await line.waitFor({ timeout: PATIENCE_MS }).catch(async () => {
    const shown = await page.locator("body").innerText();
    throw new Error(`${name} does not see ${String(text)}, but:\n${shown}`);
  });
}

/** Texts of all messages shown, in order, own ones included. */
export function messagesOf({ page }: Window): Promise<string[]> {
  return page.getByRole("log").locator(".message .text").allInnerTexts();
}

/** The status line's words. */
export function statusOf({ page }: Window): Promise<string> {
  return page.getByRole("region", { name: "Connection and encryption" }).innerText();
}

/** Waits until exactly these names, in any order, are on the list of people. */
export async function peopleAre({ page }: Window, ...names: readonly string[]): Promise<void> {
  const people = page.getByRole("list", { name: "People" }).locator("bdi");
  await expect
    .poll(async () => (await people.allInnerTexts()).toSorted(), { timeout: PATIENCE_MS })
    .toEqual(names.toSorted());
}

/** Waits until none of one's own messages is under way any more. */
export async function allSent({ page }: Window): Promise<void> {
  await expect
    .poll(() => page.getByRole("log").getByText("Sending…").count(), { timeout: PATIENCE_MS })
    .toBe(0);
}

export async function leave({ page }: Window): Promise<void> {
  await page.getByRole("button", { name: "Leave", exact: true }).click();
  await isTold({ page }, "You have left the room");
}

/** Waits for a heading. */
export async function isTold({ page }: Pick<Window, "page">, title: string): Promise<void> {
  await page.getByRole("heading", { name: title }).waitFor({ timeout: PATIENCE_MS });
}

/** The room's safety code, as shown. */
export async function safetyCodeOf({ page }: Window): Promise<string> {
  await page.getByRole("button", { name: "Safety code" }).click();
  const dialog = page.getByRole("dialog", { name: "Safety code" });
  const groups = (await dialog.innerText()).match(/\b\d{5}\b/g) ?? [];
  await dialog.getByRole("button", { name: "Close" }).click();
  return groups.join(" ");
}
