/** A file of 100 MB that goes up while the page is in use: how long the page is ever busy meanwhile. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRoom } from "../../../client/e2e/people.ts";
import { choose } from "../../../client/e2e/sharing.ts";
import type { World } from "../../../client/e2e/world.ts";
import type { Row } from "./table.ts";

const BLOCK_BYTES = 1_000_000;
const BLOCKS = 100;
/** Longer, and a finger notices. */
const MOST_BUSY_MS = 50;

/** Alone in a room: who else is there costs this page nothing. */
export async function measureSending(world: World): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-sending-"));
  try {
    const path = join(folder, "large.bin");
    const file = await open(path, "w");
    for (let i = 0; i < BLOCKS; i += 1) await file.write(Buffer.alloc(BLOCK_BYTES, `${i} mayfly `));
    await file.close();
    return await measure(world, path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(world: World, path: string): Promise<readonly Row[]> {
  const dave = await world.open("Dave");
  await makeRoom(dave);
  const { page } = dave;
  const sheet = await choose(dave, path);
  await page.evaluate(() => {
    const busy: number[] = [];
    Object.assign(globalThis, { busy });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) busy.push(duration);
    }).observe({ type: "longtask" });
  });
  const startMs = performance.now();
  await sheet.getByRole("button", { name: "Send", exact: true }).click();
  await page.locator(".upload").waitFor();
  await page.locator(".upload").waitFor({ state: "detached", timeout: 180_000 });
  await page.locator(".message-pending").waitFor({ state: "detached" });
  const seconds = (performance.now() - startMs) / 1_000;
  const busy = await page.evaluate(() => (globalThis as unknown as { busy: number[] }).busy);
  await dave.context.close();
  return [
    // The browser tells of tasks from 50 ms on only.
    {
      what: "the page's longest task",
      value: Math.max(MOST_BUSY_MS, ...busy),
      unit: "ms",
      most: MOST_BUSY_MS,
    },
    { what: "tasks longer than that", value: busy.length, unit: "", most: null },
    {
      what: "sealed and sent in a second",
      value: (BLOCKS * BLOCK_BYTES) / 1e6 / seconds,
      unit: "MB",
      most: null,
    },
  ];
}
