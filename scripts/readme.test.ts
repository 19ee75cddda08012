/** The README says what is so: its table of the configuration is compared with the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LIMIT_SPECS } from "../server/config-limits.ts";
import { describeConfig, parseConfig } from "../server/config.ts";
import { ROOT } from "./test/run.ts";

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const pack: { readonly scripts: { readonly [name: string]: string } } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);

const rows = new Map(
  [...readme.matchAll(/^\| `([A-Z_]+)` \| (.*?) \| (.*) \|$/gm)].map(
    ([, variable = "", value = "", means = ""]) => [variable, { value, means }],
  ),
);

test("the README's table has every variable of the configuration, and no other", () => {
  // The mode that has most variables.
  const configured = parseConfig({
    MAYFLY_MODE: "kafka",
    REDIS_URL: "redis://127.0.0.1",
    KAFKA_BROKERS: "127.0.0.1:9092",
    REGION: "north",
  });
  expect(configured.kind).toBe("configured");
  const text = configured.kind === "configured" ? describeConfig(configured.config) : "";
  const variables = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, variable = ""]) => variable);
  expect([...rows.keys()].toSorted()).toEqual(variables.toSorted());
});

test.each(Object.values(LIMIT_SPECS))(
  "the README gives $variable its default and its meaning",
  ({ variable, value, means }) => {
    expect(rows.get(variable)).toEqual({ value: `\`${value}\``, means });
  },
);

test("every command that the README names exists", () => {
  const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(pack.scripts).toHaveProperty(name);
});
