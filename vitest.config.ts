import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** `unit`: everything that needs no browser. `e2e`: real Chromium windows against a real relay. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "shared/**/*.test.ts",
            "server/**/*.test.ts",
            "client/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: ["client/e2e/**", "**/node_modules/**"],
          testTimeout: 60_000,
          // Brokers and checkers start in hooks, on machines that may be busy with other things.
          hookTimeout: 60_000,
          // Many tests wait for servers, clocks and each other; by default one core would be left to do nothing.
          maxWorkers: Math.max(2, availableParallelism()),
        },
      },
      {
        test: {
          name: "e2e",
          include: ["client/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Each file has its own browser and relay, and mostly waits for them; more at once than two, and windows starve.
          maxWorkers: 2,
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
  },
});
