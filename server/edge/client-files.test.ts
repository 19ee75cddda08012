import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadClientFiles } from "./client-files.ts";

let folder = "";
const script = "const mayfly = 1;\n".repeat(200);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mayfly-files-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<!doctype html>");
  await writeFile(join(folder, "robots.txt"), "User-agent: *\n");
  await writeFile(join(folder, "media-worker.js"), script);
  await writeFile(join(folder, "assets", "app-1a2b.js"), script);
  await writeFile(join(folder, "assets", "app-1a2b.js.map"), "{}");
  await writeFile(join(folder, "assets", ".secret"), "no");
  await symlink("/etc/hostname", join(folder, "assets", "link.txt"));
});
afterAll(() => rm(folder, { recursive: true }));

test("only files of known types that lie there themselves are served, the page as /", async () => {
  const files = await loadClientFiles(folder);
  expect([...(files?.keys() ?? [])].toSorted()).toEqual([
    "/",
    "/assets/app-1a2b.js",
    "/media-worker.js",
    "/robots.txt",
  ]);
});

test("the page is never kept, hashed files for good, others are asked for again", async () => {
  const files = await loadClientFiles(folder);
  expect(files?.get("/")?.cacheControl).toBe("no-store");
  expect(files?.get("/assets/app-1a2b.js")?.cacheControl).toContain("immutable");
  expect(files?.get("/robots.txt")?.cacheControl).toBe("no-cache");
});

test("the service worker, whose address stays, is a script that is asked for again", async () => {
  const worker = (await loadClientFiles(folder))?.get("/media-worker.js");
  expect(worker?.type).toBe("text/javascript; charset=utf-8");
  expect(worker?.cacheControl).toBe("no-cache");
});

test("compressed forms are the same bytes, kept where they are smaller", async () => {
  const files = await loadClientFiles(folder);
  const app = files?.get("/assets/app-1a2b.js");
  expect(app?.type).toBe("text/javascript; charset=utf-8");
  expect(brotliDecompressSync(app?.brotli ?? "").toString()).toBe(script);
  expect(gunzipSync(app?.gzip ?? "").toString()).toBe(script);
  expect(files?.get("/")?.gzip).toBeNull();
});

test("a folder without a page, or none at all, is a client that was not built", async () => {
  expect(await loadClientFiles(join(folder, "assets"))).toBeNull();
  expect(await loadClientFiles(join(folder, "nothing"))).toBeNull();
});
