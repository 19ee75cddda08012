/**
 * `npm run bench:ui`: how fast it feels, by the browser's own tracing and observers: the built client, a
 * real relay, Chromium. Prints a table; ends with 1 where something is slower than allowed.
 * Options: `--times=5` openings, `--messages=10000`.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startRelay } from "../../client/e2e/relay.ts";
import { HURRY, openWorld } from "../../client/e2e/world.ts";
import { ensureChromium } from "../test/chromium.ts";
import { fillRoom, measureKeys, measurePictures, measureScrolling } from "./ui/full-room.ts";
import { measureOpening, measurePaint } from "./ui/opening.ts";
import { SLOW_4G, SLOW_4G_DEVTOOLS, SLOWER_CPU } from "./ui/phone.ts";
import { measureSending } from "./ui/sending.ts";
import { isBreach, lineOf, type Row } from "./ui/table.ts";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "5" },
    messages: { type: "string", default: "10000" },
  },
});
const times = Number(values.times);
const messages = Number(values.messages);

/** Nobody says so much in so short a time; what is measured is how it is shown. */
const TALKATIVE = {
  ...HURRY,
  LOG_LEVEL: "error",
  LIMIT_POSTS_PER_SECOND: "100000",
  LIMIT_FRAMES_PER_SECOND: "100000",
};

const chromium = await ensureChromium();
if (chromium === null) process.exit(1);
process.env["CHROMIUM"] = chromium;

const rows: Row[] = [];
const print = (title: string, part: readonly Row[]) => {
  console.log(`\n${title}`);
  for (const row of part) console.log(`  ${lineOf(row)}`);
  rows.push(...part);
};

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}`);
const world = await openWorld(await startRelay(TALKATIVE));
try {
  const { latencyMs, downBits } = SLOW_4G;
  const profile = `CPU ÷ ${SLOWER_CPU}, ${latencyMs} ms, ${(downBits / 1e6).toFixed(1)} Mbit/s`;
  print(
    `A slow telephone (${profile}), median of ${times}`,
    await measureOpening(world, SLOW_4G, times),
  );
  const paint = async (what: string, network: typeof SLOW_4G, locale: string): Promise<Row> => {
    const value = await measurePaint(world, network, { locale }, times);
    return { what: `first contentful paint ${what}`, value, unit: "ms", most: null };
  };
  print("For comparison", [
    await paint("in German", SLOW_4G, "de"),
    await paint("by DevTools’ “Slow 4G”", SLOW_4G_DEVTOOLS, "en"),
  ]);
  const room = await fillRoom(world, messages);
  const value = room.messagesPerSecond;
  print(`A desk, a room of ${messages} messages`, [
    { what: "messages that arrive, are opened and shown in a second", value, unit: "", most: null },
    ...(await measureKeys(room)),
  ]);
  print("Scrolling it", await measureScrolling(room));
  print("Pictures", await measurePictures(world, room));
  await room.ada.context.close();
  print("100 MB go up", await measureSending(world));
} finally {
  await world.close();
}
const breaches = rows.filter(isBreach);
for (const { what } of breaches) console.log(`\nBREACH: ${what}`);
process.exit(breaches.length === 0 ? 0 : 1);
