import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadRegionSecret } from "./config-region.ts";
import { describeConfig, parseConfig, type Environment } from "./config.ts";

const KAFKA: Environment = {
  MAYFLY_MODE: "kafka",
  REDIS_URL: "redis://127.0.0.1",
  KAFKA_BROKERS: "kafka:9092",
  REGION: "north",
};
const OTHERS: Environment = {
  REGION_PEERS: "http://10.1.0.5:8788, https://south.example",
  REGION_SECRET_FILE: "/run/secrets/regions",
  REGION_PORT: "8788",
};

function problemsOf(environment: Environment): readonly string[] {
  const result = parseConfig({ ...KAFKA, ...environment });
  return result.kind === "refused" ? result.problems : [];
}

function configured(environment: Environment) {
  const result = parseConfig({ ...KAFKA, ...environment });
  if (result.kind === "refused") throw new Error(result.problems.join("; "));
  return result;
}

test("the only region needs a name, and listens to nobody", () => {
  const { config, warnings } = configured({});
  const alone = { name: "north", peers: [], secretFile: null, host: "127.0.0.1", port: null };
  expect(config.region).toEqual(alone);
  expect(warnings).toEqual([]);
  expect(problemsOf({ REGION: undefined })).toEqual([
    expect.stringMatching(/^REGION: needed where MAYFLY_MODE is kafka/),
  ]);
});

test("with others there is where they are, and a secret; both are told, the secret is not known here", () => {
  const { config } = configured(OTHERS);
  expect(config.region?.peers).toEqual(["http://10.1.0.5:8788", "https://south.example"]);
  expect(describeConfig(config)).toContain(
    "\nREGION=north\nREGION_PEERS=http://10.1.0.5:8788,https://south.example\nREGION_SECRET_FILE=/run/secrets/regions\nREGION_HOST=127.0.0.1\nREGION_PORT=8788\n",
  );
});

test("peers, or a port for them, without a secret are refused", () => {
  for (const variable of ["REGION_PEERS", "REGION_PORT"] as const) {
    expect(problemsOf({ [variable]: OTHERS[variable] })).toEqual([
      expect.stringMatching(/^REGION_SECRET_FILE: needed where/),
    ]);
  }
});

test("who cannot be copied from, and who talks over the open internet, is warned", () => {
  const { warnings } = configured({ ...OTHERS, REGION_PORT: undefined });
  expect(warnings).toEqual([
    expect.stringMatching(/^REGION_PORT: without it/),
    expect.stringMatching(/^REGION_PEERS: over http/),
  ]);
  const safe = "https://south.example,http://127.0.0.1:1,http://[::1]:1,http://localhost:1";
  expect(configured({ ...OTHERS, REGION_PEERS: safe }).warnings).toEqual([]);
});

test("where Redis orders there are no regions: warned of by name", () => {
  const result = parseConfig({ MAYFLY_MODE: "memory", ...OTHERS, REGION: "north" });
  expect(result).toMatchObject({
    kind: "configured",
    config: { region: null },
    warnings: [expect.stringContaining("REGION, REGION_PEERS, REGION_PORT, REGION_SECRET_FILE")],
  });
});

test.each([
  ["REGION", ""],
  ["REGION", "North"],
  ["REGION", "a b"],
  ["REGION", "x".repeat(33)],
  ["REGION_PEERS", ""],
  ["REGION_PEERS", "10.1.0.5:8788"],
  ["REGION_PEERS", "http://10.1.0.5:8788/"],
  ["REGION_PEERS", "http://10.1.0.5:8788/copies"],
  ["REGION_PEERS", "http://10.1.0.5:80"],
  ["REGION_PEERS", "http://me:hunter2@10.1.0.5:8788"],
  ["REGION_PEERS", "http://10.1.0.5:8788,"],
  ["REGION_PEERS", "ftp://10.1.0.5"],
  ["REGION_SECRET_FILE", ""],
  ["REGION_HOST", "two words"],
  ["REGION_PORT", "65536"],
  ["REGION_PORT", "-1"],
])("%s=%s is refused by name, with what is allowed, repeating nothing", (variable, value) => {
  const problems = problemsOf({ ...OTHERS, [variable]: value });
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^${variable}: .*allowed: `))]);
  expect(problems.join()).not.toContain("hunter2");
});

describe("the regions' secret", () => {
  let folder = "";
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "mayfly-region-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function written(text: string, mode = 0o600): string {
    const path = join(folder, "secret");
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  test("is what stands in the file, without its last line's end", () => {
    const secret = new Uint8Array(Buffer.from("x".repeat(32)));
    const safe = { secret, isOpenToOthers: false };
    expect(loadRegionSecret(written("x".repeat(32)))).toEqual(safe);
    expect(loadRegionSecret(written(`${"x".repeat(32)}\n`))).toEqual(safe);
  });

  test("that everyone on the machine can read is told", () => {
    expect(loadRegionSecret(written("x".repeat(32), 0o644))).toMatchObject({
      isOpenToOthers: true,
    });
  });

  test("that is short, endless or missing is refused, and not repeated", () => {
    for (const text of ["", "hunter2", `${"x".repeat(31)}\n`, "x".repeat(4_097)]) {
      const found = loadRegionSecret(written(text));
      expect(found).toEqual({ problem: expect.stringMatching(/^REGION_SECRET_FILE: allowed/) });
    }
    expect(loadRegionSecret(join(folder, "none"))).toEqual({
      problem: "REGION_SECRET_FILE: the file cannot be read",
    });
    expect(loadRegionSecret(folder)).toHaveProperty("problem");
  });
});
