/**
 * `npm run chaos`: relays, Redis and people under one fault after another, and what they saw of it.
 * Options: `--fault=relay-kill,client-slow` (all), `--repetitions=3`, `--relays=3`, `--rooms=5`,
 * `--members=5`, `--rate=110` (messages a second in all), `--calm=4` (seconds before and after a fault);
 * `--mode=kafka`: regions, each with a Redis and so many relays, and Kafka's own faults too; `--regions=2`.
 * Ends with 1 where anything that must be zero is not.
 */
import { cpus, loadavg } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { runCell, type Outcome } from "./cell.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { KAFKA_FAULTS } from "./kafka-faults.ts";
import { anomaliesOf, details, heading, row } from "./table.ts";

function isKnown(entry: readonly [string, Fault | undefined]): entry is readonly [string, Fault] {
  return entry[1] !== undefined;
}

const { values } = parseArgs({
  options: {
    mode: { type: "string", default: "redis" },
    regions: { type: "string", default: "2" },
    fault: { type: "string", default: "" },
    repetitions: { type: "string", default: "3" },
    relays: { type: "string", default: "3" },
    rooms: { type: "string", default: "5" },
    members: { type: "string", default: "5" },
    rate: { type: "string", default: "110" },
    calm: { type: "string", default: "4" },
  },
});
const isKafka = values.mode === "kafka";
const faults: { readonly [name: string]: Fault } = isKafka
  ? { ...FAULTS, ...KAFKA_FAULTS }
  : FAULTS;
const names = values.fault === "" ? Object.keys(faults) : values.fault.split(",");
const chosen = names.map((name) => [name, faults[name]] as const).filter(isKnown);
if (chosen.length < names.length || !["redis", "kafka"].includes(values.mode)) {
  console.error(`There are: ${Object.keys(faults).join(", ")}.`);
  process.exit(2);
}
const sizes = {
  regions: isKafka ? Number(values.regions) : null,
  relays: Number(values.relays),
  rooms: Number(values.rooms),
  members: Number(values.members),
  messagesPerSecond: Number(values.rate),
};
const timing = { calmMs: Number(values.calm) * 1_000, healMs: 60_000 };

const isBad = (outcome: Outcome): boolean =>
  anomaliesOf(outcome) + outcome.keys.withoutTtl.length + outcome.keys.readable.length > 0 ||
  outcome.keysLeft.length + outcome.clientFaults.length > 0 ||
  outcome.isReadInKafka;

// Ends the servers as well.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const rows: string[] = [];
let bad = 0;

/** Null where the run itself failed, which is as bad. */
async function runOnce(name: string, fault: Fault, nth: number): Promise<Outcome | null> {
  const delay = monitorEventLoopDelay();
  delay.enable();
  try {
    const outcome = await runCell(fault, sizes, timing);
    const lagMs = (delay.percentile(99) / 1e6).toFixed(0);
    const load = `load ${loadavg()[0]?.toFixed(1)}, event loop p99 ${lagMs} ms`;
    console.log(`${name} ${nth}: ${isBad(outcome) ? "BAD" : "ok"} (${load})`);
    for (const text of details(outcome)) console.log(`    ${text}`);
    if (isBad(outcome)) bad += 1;
    return outcome;
  } catch (error) {
    bad += 1;
    console.log(`${name} ${nth}: FAILED to run: ${String(error)}`);
    return null;
  } finally {
    delay.disable();
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}`);
console.log(
  `${isKafka ? `${sizes.regions} regions × ` : ""}${sizes.relays} relays, ${sizes.rooms} rooms × ${sizes.members}, ${sizes.messagesPerSecond} messages/s\n`,
);
for (const [name, fault] of chosen) {
  const outcomes: Outcome[] = [];
  for (let nth = 1; nth <= Number(values.repetitions); nth++) {
    const outcome = await runOnce(name, fault, nth);
    if (outcome !== null) outcomes.push(outcome);
  }
  if (outcomes.length === 0) continue;
  rows.push(row(name, outcomes));
  console.log(`${heading()}\n${rows.at(-1)}\n`);
}
console.log(`\n${[heading(), ...rows].join("\n")}\n`);
console.log(bad === 0 ? "nothing bad" : `${bad} runs were bad`);
process.exit(bad === 0 ? 0 : 1);
