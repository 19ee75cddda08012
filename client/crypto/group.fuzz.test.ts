import { beforeAll, describe, expect, test } from "vitest";
import { fuzzRoom } from "./group-fuzz.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

const CASES = 10;
const RUNS = 20;
const MINUTE_MS = 60_000;

describe("[§1] rooms at random keep every promise of the group:", () => {
  test.each(Array.from({ length: CASES }, (_, index) => 1 + index * RUNS))(
    "seeds from %i",
    async (first) => {
      const total: Record<string, number> = {};
      for (let seed = first; seed < first + RUNS; seed++) {
        const counts = await fuzzRoom({ seed, steps: 40, mostMembers: 16 });
        for (const [what, times] of Object.entries(counts))
          total[what] = (total[what] ?? 0) + times;
      }
      const often = ["joins", "joins lost", "removed", "posts opened", "posts lost", "garbage"];
      const sometimes = ["commits lost", "posts sealed anew", "ghosts kept out", "signals"];
      // Nothing that should have been tried was left out.
      expect([...often, ...sometimes].filter((what) => total[what] === undefined)).toEqual([]);
      expect(often.filter((what) => (total[what] ?? 0) < 5)).toEqual([]);
    },
    5 * MINUTE_MS,
  );
});
