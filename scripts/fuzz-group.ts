/**
 * A longer fuzz of the group: `node --import tsx scripts/fuzz-group.ts [seed] [runs] [steps] [members]`.
 * Ends with status 1 at the first broken promise, naming the seed that shows it again.
 */
import { fuzzRoom } from "../client/crypto/group-fuzz.ts";
import { ready } from "../client/crypto/sodium.ts";

const [seed = 1, runs = 50, steps = 300, mostMembers = 64] = process.argv.slice(2).map(Number);

await ready();
const total: Record<string, number> = {};
for (let run = seed; run < seed + runs; run++) {
  const counts = await fuzzRoom({ seed: run, steps, mostMembers });
  for (const [what, times] of Object.entries(counts)) total[what] = (total[what] ?? 0) + times;
  console.log(`seed ${run}: ${JSON.stringify(counts)}`);
}
console.log(`${runs} runs, 0 broken promises: ${JSON.stringify(total)}`);
