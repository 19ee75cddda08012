/**
 * `npm run bench:fanout`: what one relay carries, beside a plain `ws` loop and Socket.IO, in one run on
 * one machine. Prints, asserts nothing. Options: `--only=mayfly,plain,socketio`, `--seconds=4`,
 * `--idle=5000` (0: no weighing).
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Contender, Shape } from "./fanout/contender.ts";
import { pace, saturate, weigh } from "./fanout/measure.ts";
import { mayfly } from "./fanout/mayfly.ts";
import { plain } from "./fanout/plain.ts";
import { socketio } from "./fanout/socketio.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "mayfly,plain,socketio" },
    seconds: { type: "string", default: "4" },
    idle: { type: "string", default: "5000" },
  },
});
const CONTENDERS: { readonly [name: string]: Contender } = { mayfly, plain, socketio };
const SHAPES: readonly Shape[] = [
  { rooms: 10, members: 100 },
  { rooms: 1, members: 1000 },
];
const PACED_DELIVERIES_PER_SECOND = 40_000;
const IDLE_MEMBERS = 100;

const contenders = values.only.split(",").flatMap((name) => CONTENDERS[name] ?? []);
const measureMs = Number(values.seconds) * 1000;
const times = { warmUpMs: 1500, measureMs };
const idle = { rooms: Math.floor(Number(values.idle) / IDLE_MEMBERS), members: IDLE_MEMBERS };

const row = (...cells: readonly string[]) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(15))).join(" "));
const whole = (value: number) => Math.round(value).toLocaleString("en");
const percent = (share: number) => `${Math.round(share * 100)} %`;

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}\n`);
for (const shape of SHAPES) {
  console.log(`${shape.rooms} × ${shape.members}, posts of 256 B`);
  row("", "deliveries/s", "server's core", "load's core", "at", "p50 ms", "p99 ms");
  for (const contender of contenders) {
    const most = await saturate(contender, shape, times);
    const paced = await pace(contender, shape, {
      ...times,
      deliveriesPerSecond: PACED_DELIVERIES_PER_SECOND,
    });
    row(
      contender.name,
      whole(most.deliveriesPerSecond),
      percent(most.serverLoad),
      percent(most.loadLoad),
      whole(paced.deliveriesPerSecond),
      paced.p50Ms.toFixed(2),
      paced.p99Ms.toFixed(2),
    );
  }
  console.log();
}
if (idle.rooms > 0) {
  console.log(`idle: ${idle.rooms} × ${idle.members}`);
  row("", "KiB/connection");
  for (const contender of contenders) {
    const { bytesPerConnection } = await weigh(contender, idle, 3000);
    row(contender.name, (bytesPerConnection / 1024).toFixed(1));
  }
}
process.exit(0);
