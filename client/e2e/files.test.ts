/** Pictures, films and files between real windows, made on the spot and looked for at the relay. */
import { createHash } from "node:crypto";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHUNK_BYTES } from "../../shared/limits.ts";
import { openFilmStudio, type FilmStudio } from "./film.ts";
import { openFileStudio, type MadeFiles } from "./made-files.ts";
import { allSent, join as joinRoom, leave, linkOf, makeRoom, say, sees } from "./people.ts";
import { choose, chunksAskedBy, play, saved, seek, seesPicture, share } from "./sharing.ts";
import { tellStories } from "./story.ts";
import { storedBy, type Window } from "./world.ts";

const { person } = tellStories("Alice", "Bob");
let alice: Window;
let bob: Window;
let files: MadeFiles;
let films: FilmStudio;

beforeAll(async () => {
  [files, films] = await Promise.all([openFileStudio(), openFilmStudio()]);
});
afterAll(() => Promise.all([files.close(), films.close()]));

beforeEach(async () => {
  alice = person("Alice");
  bob = person("Bob");
  await makeRoom(alice);
  await joinRoom(bob, await linkOf(alice));
});

const CANARY = "Canary-7f3a";

describe("a picture", () => {
  test("[HOSTILE 53] alice sees what is removed; bob sees the picture, and none of it anywhere", async () => {
    alice.wire.record();
    const path = await files.picture(`${CANARY}-holiday.jpg`, `${CANARY}-camera`);
    const sheet = await choose(alice, path);
    const found = await sheet.getByRole("listitem").first().innerText();
    expect(found).toContain("Removed before it is sent:");
    expect(found).toContain(`${CANARY}-camera`);
    expect(found).toMatch(/Where it was taken: .*35\.68/);
    expect(found).toContain("2026");
    await sheet.getByRole("textbox", { name: "Described" }).fill(`${CANARY} stripes`);
    await sheet.getByRole("textbox", { name: "Caption" }).fill(`${CANARY} look`);
    await sheet.getByRole("button", { name: "Send", exact: true }).click();
    await sees(bob, `${CANARY} look`);
    expect(await seesPicture(bob, `${CANARY} stripes`)).toEqual({ width: 1600, height: 1200 });

    await bob.page.getByRole("button", { name: "Enlarge" }).click();
    const large = bob.page.getByRole("dialog", { name: `${CANARY} stripes` });
    const [download] = await Promise.all([
      bob.page.waitForEvent("download"),
      large.getByRole("button", { name: "Save" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${CANARY}-holiday.jpg`);
    const got = await readFile(await download.path());
    expect(got.length).toBeGreaterThan(10_000);
    for (const trace of ["Exif", CANARY, "2026:11"]) expect(got.includes(trace)).toBe(false);

    // What the relay had of all this: sealed bytes, and nothing that could be read in them.
    const relayed = Buffer.concat([...alice.wire.recorded(), ...alice.carried(), ...bob.carried()]);
    expect(relayed.length).toBeGreaterThan(got.length);
    const traces = [CANARY, "Exif", "image/jpeg", ".jpg", "holiday", "stripes"];
    expect(traces.filter((trace) => relayed.includes(trace))).toEqual([]);
    expect(relayed.includes(got.subarray(1_000, 1_032))).toBe(false);
  });

  test("has its place before it is there: nothing jumps", async () => {
    let arrive = (): void => undefined;
    const held = new Promise<void>((resolve) => (arrive = resolve));
    await bob.page.route("**/media/**", async (route) => {
      await held;
      await route.continue();
    });
    await share(alice, [await files.picture("a.jpg", CANARY)], "here");
    await sees(bob, "here");
    const place = () => bob.page.locator(".picture").boundingBox();
    await bob.page.getByRole("button", { name: "Loading" }).waitFor();
    const before = await place();
    arrive();
    await seesPicture(bob, "a.jpg");
    expect(before?.height).toBeGreaterThan(100);
    expect(await place()).toEqual(before);
  });

  test("that moves stands still for who prefers that, until it is enlarged", async () => {
    await bob.page.emulateMedia({ reducedMotion: "reduce" });
    await share(alice, [await files.moving("dance.gif")]);
    await bob.page.getByRole("button", { name: "Enlarge: dance.gif" }).waitFor();
    await bob.page.locator(".picture canvas").waitFor();
  });
});

describe("more pictures than are held opened at once (HOSTILE 57)", () => {
  test("come and go as they are looked at; nobody fetches them for ever", async () => {
    const paths: string[] = [];
    for (let i = 0; i < 16; i++) paths.push(await files.picture(`p${i}.jpg`, CANARY));
    for (const caption of ["first", "second", "third"]) {
      await share(alice, paths, caption);
      await sees(bob, caption);
    }
    const log = bob.page.getByRole("log");
    const seesFirstOf = async (caption: string) => {
      const message = log.locator(".message", { hasText: caption });
      await message.getByRole("img", { name: "p0.jpg" }).scrollIntoViewIfNeeded();
    };
    // Down and up again: what was closed meanwhile is opened once more as it comes near.
    for (const caption of ["first", "second", "third", "second", "first"]) {
      await log
        .locator(".message", { hasText: caption })
        .locator(".picture")
        .first()
        .scrollIntoViewIfNeeded();
      await seesFirstOf(caption);
    }
    // Rested: between two messages hardly anything is asked for.
    await say(alice, "Seen?");
    await sees(bob, "Seen?");
    const fetched = chunksAskedBy(bob).length;
    await say(alice, "Enough.");
    await sees(bob, "Enough.");
    expect(chunksAskedBy(bob).length - fetched).toBeLessThan(5);
    expect(fetched).toBeLessThan(5 * paths.length * 3);
  });
});

describe("a film of 30 s with sound", () => {
  test("its first frame is there when a twentieth has come, and seeking asks for the middle only", async () => {
    const film = await films.film("fast-start");
    const chunks = Math.ceil(film.sizeBytes / CHUNK_BYTES);
    await share(alice, [film.path]);
    await play(bob);
    expect(chunksAskedBy(bob).length).toBeLessThanOrEqual(Math.ceil(chunks * 0.05) + 4);
    await bob.page.evaluate(() => document.querySelector("video")?.pause());
    await expect
      .poll(() => bob.page.evaluate(() => document.querySelector("video")?.networkState))
      .toBe(1);
    const before = chunksAskedBy(bob).length;
    await seek(bob, 25);
    const asked = chunksAskedBy(bob).slice(before);
    expect(asked.length).toBeLessThanOrEqual(Math.ceil(chunks * 0.1));
    expect(Math.min(...asked, chunks)).toBeGreaterThan(chunks * 0.6);
    await leave(bob);
    expect((await storedBy(bob))["workers"]).toBe(0);
  });
});

describe("other files", () => {
  test("[HOSTILE 51] are never shown, only saved, as they are and under clean names", async () => {
    const text = await files.text("notes.txt", "what was said");
    const pdf = await files.pdf("plan.pdf", CANARY);
    const page = await files.text("page.html", "<script>document.title = 'run'</script>");
    const svg = await files.text("drawing.png", "<svg onload=\"document.title = 'run'\"/>");
    const sheet = await choose(alice, text, pdf, page, svg);
    expect(await sheet.innerText()).toContain("it cannot be removed here");
    await sheet.getByRole("button", { name: "Send", exact: true }).click();
    expect((await saved(bob, "notes.txt")).toString()).toBe("what was said");
    expect(await saved(bob, "plan.pdf")).toEqual(await readFile(pdf));
    expect((await saved(bob, "page.html")).toString()).toContain("<script>");
    expect((await saved(bob, "drawing.png")).toString()).toContain("<svg");
    expect(await bob.page.getByRole("log").getByRole("img").count()).toBe(0);
    expect(await bob.page.title()).toContain("Mayfly");
  });

  test("pasted and dropped ones are looked at first too", async () => {
    const give = (kind: "paste" | "drop") =>
      alice.page.evaluate((how) => {
        const data = new DataTransfer();
        data.items.add(new File(["hello"], `${how}.txt`));
        const target = document.querySelector(how === "paste" ? "textarea" : "main");
        const init = { bubbles: true, cancelable: true };
        target?.dispatchEvent(
          how === "paste"
            ? new ClipboardEvent("paste", { ...init, clipboardData: data })
            : new DragEvent("drop", { ...init, dataTransfer: data }),
        );
      }, kind);
    for (const kind of ["paste", "drop"] as const) {
      await give(kind);
      const sheet = alice.page.getByRole("dialog", { name: "Send 1 file" });
      await sheet.getByText(`${kind}.txt`, { exact: true }).waitFor();
      await sheet.getByRole("button", { name: "Send", exact: true }).click();
      expect((await saved(bob, `${kind}.txt`)).toString()).toBe("hello");
    }
  });
});

describe("100 MB", () => {
  test("go up while alice writes and bob reads; then bob has them byte for byte", async () => {
    const path = join(files.folder, "large.bin");
    const file = await open(path, "w");
    const block = Buffer.alloc(1_000_000, "mayfly ");
    for (let i = 0; i < 100; i++) await file.write(block);
    await file.close();
    expect((await stat(path)).size).toBe(100_000_000);
    await share(alice, [path]);
    await alice.page.evaluate(() => {
      const busy: number[] = [];
      Object.assign(globalThis, { busy });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) busy.push(Math.round(duration));
      }).observe({ type: "longtask" });
    });
    await say(alice, "it takes a while");
    await sees(bob, "it takes a while");
    await allSent(alice);
    const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    expect(hash(await saved(bob, "large.bin"))).toBe(hash(await readFile(path)));
    const busy = await alice.page.evaluate(
      () => (globalThis as unknown as { busy: number[] }).busy,
    );
    console.info(
      `long tasks of alice's page while 100 MB went up, ms: ${busy.join(", ") || "none"}`,
    );
  });
});
