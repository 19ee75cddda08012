/** Windows in other languages: the whole page turned for Persian, German plural forms, and the choice by hand. */
import { beforeEach, describe, expect, test } from "vitest";
import { catalogue as de } from "../i18n/de.ts";
import { en } from "../i18n/en.ts";
import { catalogue as fa } from "../i18n/fa.ts";
import { catalogue as fr } from "../i18n/fr.ts";
import { faultsOf } from "./axe.ts";
import { allSent, join, linkOf, makeRoom, messagesOf, say, sees } from "./people.ts";
import { tellStories } from "./story.ts";
import { storedBy, type Window } from "./world.ts";

const { world, person } = tellStories("Alice");
const PATIENCE_MS = 30_000;
const WIDTH = 1200;

let alice: Window;
beforeEach(() => {
  alice = person("Alice");
});

/** Language and direction of the page, as it says. */
const pageOf = ({ page }: Window) =>
  page.evaluate(() => {
    const { lang, dir } = document.documentElement;
    return { lang, dir };
  });

/** Enters by a link, in the words of a catalogue. */
async function enterIn(
  texts: typeof fa | typeof de,
  { page, name }: Window,
  link: string,
): Promise<void> {
  await page.goto(link);
  await page.getByRole("textbox", { name: texts.name.joinAs }).fill(name);
  await page.getByRole("button", { name: texts.invited.enter, exact: true }).click();
  await page.getByText(texts.status.sealed, { exact: true }).waitFor({ timeout: PATIENCE_MS });
}

/** Left and right edge of what a selector finds first, in px. */
async function edgesOf({ page }: Window, selector: string) {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not shown`);
  return { left: Math.round(box.x), right: Math.round(box.x + box.width) };
}

/** Expects that things keep the same distance from the other edge of a window of the same width. */
async function areMirrored(usual: Window, turned: Window, edges: Edges): Promise<void> {
  for (const [selector, edge] of Object.entries(edges)) {
    const { left, right } = await edgesOf(usual, selector);
    const other = await edgesOf(turned, selector);
    const distancePx = edge === "begin" ? left - (WIDTH - other.right) : WIDTH - right - other.left;
    expect({ selector, distancePx: Math.abs(distancePx) <= 1 ? 0 : distancePx }).toEqual({
      selector,
      distancePx: 0,
    });
  }
}

/** By selector, the edge that does not depend on how long the words in it are. */
interface Edges {
  readonly [selector: string]: "begin" | "end";
}

describe("Persian", () => {
  test("turns start and room around, and nothing of it is English", async () => {
    const bob = await world().open("Bob", { width: WIDTH });
    const sara = await world().open("سارا", { width: WIDTH, locale: "fa-IR" });
    await bob.page.goto(bob.origin);
    await sara.page.goto(sara.origin);
    await sara.page.getByRole("button", { name: fa.start.make }).waitFor();
    expect(await pageOf(sara)).toEqual({ lang: "fa", dir: "rtl" });
    expect(await pageOf(bob)).toEqual({ lang: "en", dir: "ltr" });
    await areMirrored(bob, sara, {
      ".brand": "begin",
      ".pitch": "begin",
      ".start-forms": "end",
      ".start-forms .button-main": "begin",
      ".start-foot": "begin",
    });
    expect(await faultsOf(sara.page)).toEqual([]);

    await makeRoom(alice);
    const link = await linkOf(alice);
    await join(bob, link);
    await enterIn(fa, sara, link);
    await sara.page.getByRole("textbox", { name: fa.composer.label }).fill("سلام");
    await sara.page.keyboard.press("Enter");
    await sees(bob, "سلام");
    await say(bob, "Hello Sara, see https://example.org/a?b=c.");
    await say(alice, "Hello both");
    await allSent(bob);
    await sees(sara, "Hello both");
    await sees(bob, "Hello both");
    await areMirrored(bob, sara, {
      ".room-head .brand": "begin",
      ".room-actions": "end",
      ".status": "begin",
      ".roster": "end",
      ".person .figure": "begin",
      ".message-own .bubble": "end",
      ".message-other .bubble": "begin",
      ".composer": "begin",
      ".composer .button-main": "end",
    });
    expect(await messagesOf(sara)).toEqual(await messagesOf(bob));
    expect(await faultsOf(sara.page)).toEqual([]);

    const shown = await sara.page.locator("body").innerText();
    const english = [en.status.sealed, en.room.people, en.leave.button, en.invite.button, "Today"];
    expect(english.filter((text) => shown.includes(text))).toEqual([]);
    expect(await sara.page.locator(".message .time").first().innerText()).toMatch(
      /^[۰-۹]+:[۰-۹]+$/,
    );
    expect(shown).toContain("۱ ساعت");
  });

  test("keeps the safety code, keys and links as they are for everybody", async () => {
    const sara = await world().open("Sara", { width: WIDTH, locale: "fa" });
    await makeRoom(alice);
    const link = await linkOf(alice);
    await enterIn(fa, sara, link);
    const codeIn = async ({ page }: Window, name: string) => {
      await page.getByRole("button", { name }).click();
      const groups = page.locator(".safety-code > li");
      const texts = await groups.allInnerTexts();
      const first = await groups.nth(0).boundingBox();
      const second = await groups.nth(1).boundingBox();
      await page.keyboard.press("Escape");
      return { texts, isLeftToRight: (first?.x ?? 0) < (second?.x ?? 0) };
    };
    const code = await codeIn(sara, fa.safety.button);
    expect(code).toEqual(await codeIn(alice, en.safety.button));
    expect(code.isLeftToRight).toBe(true);
    const suffix = sara.page.locator(".roster .suffix").first();
    expect(await suffix.evaluate((each) => getComputedStyle(each).direction)).toBe("ltr");
    await sara.page.getByRole("button", { name: fa.invite.button, exact: true }).click();
    const field = sara.page.getByRole("textbox", { name: fa.invite.link });
    expect(await field.inputValue()).toBe(link);
    expect(await field.evaluate((each) => getComputedStyle(each).direction)).toBe("ltr");
  });

  test("moves the divider the way its arrow points", async () => {
    const sara = await world().open("Sara", { width: WIDTH, locale: "fa" });
    await makeRoom(alice);
    await enterIn(fa, sara, await linkOf(alice));
    for (const { window, wider } of [
      { window: alice, wider: "ArrowLeft" },
      { window: sara, wider: "ArrowRight" },
    ]) {
      await window.page.setViewportSize({ width: WIDTH, height: 760 });
      const divider = window.page.locator(".divider");
      const before = Number(await divider.getAttribute("aria-valuenow"));
      await divider.focus();
      await window.page.keyboard.press(wider);
      expect(Number(await divider.getAttribute("aria-valuenow"))).toBe(before + 1);
    }
  });
});

describe("German", () => {
  test("has its plural forms, its times and its numbers", async () => {
    const bernd = await world().open("Bernd", { locale: "de-AT" });
    await makeRoom(alice);
    await enterIn(de, bernd, await linkOf(alice));
    expect(await pageOf(bernd)).toEqual({ lang: "de", dir: "ltr" });
    const { page } = bernd;
    for (let i = 1; i <= 40; i += 1) await say(alice, `Line ${i}`);
    await allSent(alice);
    await sees(bernd, "Line 40");
    await page.getByRole("log").focus();
    await page.keyboard.press("Home");
    await page.getByRole("button", { name: de.timeline.latest }).waitFor();
    await say(alice, "One more");
    await page.getByRole("button", { name: "1 neue Nachricht", exact: true }).waitFor();
    await say(alice, "And another");
    await page.getByRole("button", { name: "2 neue Nachrichten", exact: true }).waitFor();
    expect(await page.getByText("Nachrichten bleiben 1 Stunde.").count()).toBe(1);
    expect(await page.locator(".message .time").first().innerText()).toMatch(/^\d\d:\d\d$/);
  });
});

describe("the choice of a language", () => {
  test("keeps the link that was opened, what was typed and the focus, and stores nothing", async () => {
    await makeRoom(alice);
    const link = await linkOf(alice);
    const bob = await world().open("Bob");
    const { page } = bob;
    await page.goto(link);
    await page.getByRole("textbox", { name: en.name.joinAs }).fill("Bob who types");
    const choice = page.getByRole("combobox", { name: en.language.label });
    expect(await choice.locator("option").allInnerTexts()).toEqual([
      "Deutsch",
      "English",
      "Español",
      "فارسی",
      "Français",
    ]);
    await choice.focus();
    await choice.selectOption("de");
    await page.getByRole("heading", { name: de.invited.title }).waitFor();
    expect(await pageOf(bob)).toEqual({ lang: "de", dir: "ltr" });
    expect(page.url()).toBe(link);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("SELECT");

    await page.getByRole("combobox", { name: de.language.label }).selectOption("fa");
    await page.getByRole("heading", { name: fa.invited.title }).waitFor();
    expect(await pageOf(bob)).toEqual({ lang: "fa", dir: "rtl" });
    expect(page.url()).toBe(link);
    const name = page.getByRole("textbox", { name: fa.name.joinAs });
    expect(await name.inputValue()).toBe("Bob who types");
    const stored = await storedBy(bob);
    expect(stored).toMatchObject({ localStorage: [], sessionStorage: [], databases: [] });
    expect(stored).toMatchObject({ caches: [], cookie: "", cookies: [] });

    await page.getByRole("button", { name: fa.invited.enter, exact: true }).click();
    await page.getByText(fa.status.sealed, { exact: true }).waitFor({ timeout: PATIENCE_MS });
    await sees(alice, /^Bob who types joined/);
  });

  test("proposes a name in that language, unless one was typed", async () => {
    const { page } = alice;
    await page.goto(alice.origin);
    const proposed = await page.getByRole("textbox", { name: en.name.label }).inputValue();
    await page.getByRole("combobox", { name: en.language.label }).selectOption("fa");
    const name = page.getByRole("textbox", { name: fa.name.label });
    await expect.poll(() => name.inputValue()).not.toBe(proposed);
    expect(await name.inputValue()).toMatch(/^\p{Script=Arabic}+ \p{Script=Arabic}+$/u);
    await name.fill("Alice");
    await page.getByRole("combobox", { name: fa.language.label }).selectOption("en");
    const back = page.getByRole("textbox", { name: en.name.label });
    expect(await back.inputValue()).toBe("Alice");
  });
});

describe("the first paint", () => {
  test("is in the person's language: no other one is seen before it", async () => {
    const claire = await world().open("Claire", { locale: "fr-CA" });
    const { page } = claire;
    await page.addInitScript(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      new MutationObserver(() => seen.push(document.body?.innerText ?? "")).observe(document, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await page.goto(claire.origin);
    await page.getByText(fr.app.pitch).waitFor();
    const seen = await page.evaluate<string[]>("globalThis.seen");
    expect(seen.filter((text) => text.includes(fr.start.make)).length).toBeGreaterThan(0);
    expect(seen.filter((text) => text.includes(en.start.make))).toEqual([]);
  });

  test("is in English where the language cannot be fetched", async () => {
    const claire = await world().open("Claire", { locale: "fr" });
    const { page } = claire;
    world().expectOutage();
    await page.route("**/language-fr-*.js", (route) => route.abort());
    await page.goto(claire.origin);
    await page.getByText(en.app.pitch).waitFor();
    expect(await pageOf(claire)).toEqual({ lang: "en", dir: "ltr" });
  });
});
