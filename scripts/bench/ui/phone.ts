/** A slow telephone on a slow network, as Lighthouse's mobile profile has it, by the browser's own brakes. */
import type { BrowserContext, Page } from "playwright-core";

const BITS_PER_BYTE = 8;

export const PHONE = { width: 390, height: 844 };
/** "Slow 4G": the numbers that Lighthouse reckons with (its `mobileSlow4G.throttlingValues`). */
export const SLOW_4G = { latencyMs: 150, downBits: 1_638_400, upBits: 768_000 };
/** The same as DevTools' switch has it: for each request 3.75 such latencies, since it brakes no handshakes. */
export const SLOW_4G_DEVTOOLS = { latencyMs: 562.5, downBits: 1_474_560, upBits: 691_200 };
export const SLOWER_CPU = 4;

/** Brakes this page from now on. */
export async function slowDown(
  context: BrowserContext,
  page: Page,
  { latencyMs, downBits, upBits }: typeof SLOW_4G,
): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: latencyMs,
    downloadThroughput: downBits / BITS_PER_BYTE,
    uploadThroughput: upBits / BITS_PER_BYTE,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER_CPU });
}
