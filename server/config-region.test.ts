import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadRegionSecret } from "./config-region.ts";
import { describeConfig, parseConfig, type Environment } from "./config.ts";

const LEAST: Environment = {
  MAYFLY_MODE: "kafka",
  REDIS_URL: "redis://127.0.0.1",
  KAFKA_BROKERS: "kafka:9092",
  REGION: "north-1",
};
const folder = mkdtempSync(join(tmpdir(), "mayfly-region-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function configured(environment: Environment) {
  const result = parseConfig({ ...LEAST, ...environment });
  if (result.kind === "refused") throw new Error(result.problems.join("\n"));
  return result;
}

test("a region alone needs a name only", () => {
  const { config, warnings } = configured({});
  expect(config.region).toEqual({
    name: "north-1",
    peers: [],
    secretFile: null,
    host: "127.0.0.1",
    port: null,
  });
  expect(warnings).toEqual([]);
});

test("peers are addresses, and want a secret to be spoken to", () => {
  const { config, warnings } = configured({
    REGION_PEERS: "https://a.example:8788, http://10.0.0.2:8788",
    REGION_SECRET_FILE: "/run/secrets/region",
    REGION_PORT: "8788",
  });
  expect(config.region?.peers).toEqual(["https://a.example:8788", "http://10.0.0.2:8788"]);
  expect(warnings).toEqual([expect.stringMatching(/^REGION_PEERS: over http/)]);
  expect(describeConfig(config)).toContain("REGION_PEERS=https://a.example:8788,http://10.0.0.2");
});

test.each([
  ["REGION", "North"],
  ["REGION", "n".repeat(33)],
  ["REGION_PEERS", "10.0.0.2:8788"],
  ["REGION_PEERS", "http://10.0.0.2:8788/"],
  ["REGION_PEERS", "http://me:hunter2@10.0.0.2:8788"],
  ["REGION_PORT", "65536"],
  ["REGION_HOST", "a b"],
])("%s is refused where it is wrong, without being repeated: %s", (variable, value) => {
  const result = parseConfig({ ...LEAST, REGION_SECRET_FILE: "/secret", [variable]: value });
  const problems = result.kind === "refused" ? result.problems : [];
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^${variable}: allowed`))]);
  expect(problems.join()).not.toContain("hunter2");
});

test("without a secret no relay of another region is listened or spoken to", () => {
  for (const environment of [{ REGION_PEERS: "http://10.0.0.2:1" }, { REGION_PORT: "0" }]) {
    expect(parseConfig({ ...LEAST, ...environment })).toMatchObject({
      problems: [expect.stringMatching(/^REGION_SECRET_FILE: needed/)],
    });
  }
});

test("the secret is read whole, an end of line aside, and never repeated", () => {
  const path = join(folder, "secret");
  const secret = "s".repeat(40);
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  expect(loadRegionSecret(path)).toEqual({
    secret: new Uint8Array(Buffer.from(secret)),
    isOpenToOthers: false,
  });
  chmodSync(path, 0o644);
  expect(loadRegionSecret(path)).toMatchObject({ isOpenToOthers: true });
  writeFileSync(path, "hunter2");
  expect(loadRegionSecret(path)).toEqual({
    problem: expect.not.stringContaining("hunter2"),
  });
  expect(loadRegionSecret(join(folder, "none"))).toEqual({
    problem: "REGION_SECRET_FILE: the file cannot be read",
  });
});
