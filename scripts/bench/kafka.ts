/**
 * `npm run bench:kafka`: what a region hop adds to a post's way, and how many posts are accepted and
 * delivered, beside two relays on one Redis; the same relays, people and machine, in one run. Prints,
 * asserts nothing. Options: `--seconds=4`, `--members=100` (of each of 10 rooms).
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { saturate } from "./fanout/measure.ts";
import { measureHop } from "./kafka/hop.ts";
import { inOneRegion, inTwoRegions, onRedis } from "./kafka/regions.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    members: { type: "string", default: "100" },
  },
});
const times = { warmUpMs: 2_000, measureMs: Number(values.seconds) * 1_000 };
const contenders = [onRedis, inOneRegion, inTwoRegions];

const row = (...cells: readonly string[]) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(14))).join(" "));
const whole = (value: number) => Math.round(value).toLocaleString("en");
const percent = (share: number) => `${Math.round(share * 100)} %`;
const at = (ages: readonly number[], share: number) =>
  (ages[Math.floor(ages.length * share)] ?? Number.NaN).toFixed(1);

// Ends the servers as well.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}\n`);
console.log("a post's way, ms, at 100 a second in one room of two");
row("", "back p50", "p99", "to other p50", "p99");
for (const contender of contenders) {
  const { own, other } = await measureHop(contender, times);
  row(contender.name, ...[own, other].flatMap((ages) => [at(ages, 0.5), at(ages, 0.99)]));
}

const shapes = [
  { rooms: 10, members: 2 },
  { rooms: 10, members: Number(values.members) },
];
for (const shape of shapes) {
  console.log(`\n${shape.rooms} rooms × ${shape.members}, posts of 256 B, as many as go`);
  row("", "accepted/s", "deliveries/s", "relays' cores", "load's core");
  for (const contender of contenders) {
    const most = await saturate(contender, shape, times);
    const counts = [most.acceptedPerSecond, most.deliveriesPerSecond].map(whole);
    row(contender.name, ...counts, percent(most.serverLoad), percent(most.loadLoad));
  }
}
process.exit(0);
