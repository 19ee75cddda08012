import { describe, expect, test } from "vitest";
import { lineOf, ONE_FAILED, ONE_PASSED, sum, tallyOf } from "./tally.ts";

const report = (counts: readonly number[], files: readonly (readonly string[])[]) =>
  JSON.stringify({
    numPassedTests: counts[0],
    numFailedTests: counts[1],
    numPendingTests: counts[2],
    numTodoTests: counts[3],
    testResults: files.map(([status, ...tests]) => ({
      status,
      assertionResults: tests.map((each) => ({ status: each })),
    })),
  });

describe("the counts of a run", () => {
  test("tests, skipped and planned ones are counted as vitest reports them", () => {
    const text = report([5, 2, 1, 1], [["failed", "passed", "failed", "failed"]]);
    expect(tallyOf(text, 1)).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  test("a file that could not be loaded is a failure, though it ran no test", () => {
    const text = report([3, 0, 0, 0], [["passed", "passed"], ["failed"]]);
    expect(tallyOf(text, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  test("a run that ends badly without a failed test is a failure", () => {
    expect(tallyOf(report([3, 0, 0, 0], [["passed", "passed"]]), 1).failed).toBe(1);
  });

  test("no report, half a report and a strange report are failures, whatever the exit code", () => {
    const text = report([3, 0, 0, 0], []);
    expect(tallyOf(null, 0)).toEqual(ONE_FAILED);
    expect(tallyOf(text.slice(0, -5), 0)).toEqual(ONE_FAILED);
    expect(tallyOf("{}", 0)).toEqual(ONE_FAILED);
  });

  test("the last line has the sums", () => {
    expect(lineOf(sum([ONE_PASSED, ONE_FAILED, { passed: 4, failed: 0, skipped: 2 }]))).toBe(
      "5 passed, 1 failed, 2 skipped",
    );
  });
});
