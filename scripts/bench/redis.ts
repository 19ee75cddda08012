/**
 * `npm run bench:redis`: what a record costs Redis, how many are accepted a second beside a bare script,
 * and what two relays deliver together beside Socket.IO with its Redis adapter; all in one run on one
 * machine. Prints, asserts nothing. Options: `--seconds=4`, `--members=100` (of each of 10 rooms).
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startRedis } from "../../server/drivers/redis/test-redis.ts";
import { saturate } from "./fanout/measure.ts";
import { mayfly } from "./fanout/mayfly.ts";
import { socketio } from "./fanout/socketio.ts";
import { bareScript } from "./redis/bare-script.ts";
import { costOfRecords } from "./redis/cost.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    members: { type: "string", default: "100" },
  },
});
const RELAYS = 2;
const times = { warmUpMs: 1500, measureMs: Number(values.seconds) * 1000 };
const redis = await startRedis();
const together = {
  processes: RELAYS,
  env: { BENCH_REDIS_URL: `redis://127.0.0.1:${redis.port}`, TSX_DISABLE_CACHE: "1" },
};
const onRedis = { ...mayfly, ...together, name: "Mayfly, redis" };
const socketioOnRedis = { ...socketio, ...together, name: "Socket.IO, sharded adapter" };

const row = (...cells: readonly string[]) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(16))).join(" "));
const whole = (value: number) => Math.round(value).toLocaleString("en");
const percent = (share: number) => `${Math.round(share * 100)} %`;

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}`);
console.log(`${RELAYS} relays, one Redis\n`);

console.log("what Redis does for one accepted record, by members of the room");
for (const members of [4, 40]) {
  const cost = await costOfRecords(onRedis, redis.client, members);
  console.log(
    `${members} members: ${whole(cost.bytes)} B of memory (sealed part 512 B); per record:`,
  );
  console.log(
    `  ${cost.commands.map(([name, count]) => `${name} ${count.toFixed(2)}`).join(", ")}`,
  );
}

console.log("\naccepted records a second");
const bare = await bareScript(redis.port, times);
row("SET PX + SPUBLISH, one script", whole(bare));
const small = await saturate(onRedis, { rooms: 10, members: 2 }, times);
row("Mayfly, redis, 10 × 2", whole(small.acceptedPerSecond));
row("ratio", (small.acceptedPerSecond / bare).toFixed(3));

const shape = { rooms: 10, members: Number(values.members) };
console.log(`\ndeliveries over both relays, ${shape.rooms} × ${shape.members}, posts of 256 B`);
row("", "deliveries/s", "servers' cores", "load's core");
for (const contender of [onRedis, socketioOnRedis]) {
  const most = await saturate(contender, shape, times);
  const shares = [percent(most.serverLoad), percent(most.loadLoad)];
  row(contender.name, whole(most.deliveriesPerSecond), ...shares);
}
await redis.stop();
process.exit(0);
