import { expect, test } from "vitest";
import { createLogger, faultFields } from "./log.ts";

function logged(use: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  use(createLogger({ level: "debug", instance: "relay-1", write: (line) => lines.push(line) }));
  return lines;
}

test("a line has its time, level, instance, event and allowed fields", () => {
  const [line = ""] = logged((log) => log.info("closed", { reason: 1013, connection: "aZ_-09" }));
  const parsed: unknown = JSON.parse(line);
  expect(parsed).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    instance: "relay-1",
    event: "closed",
    reason: 1013,
    connection: "aZ_-09",
  });
});

const canary = "CANARY0123456789abcdef";

test("fields that are not on the list do not compile, and are dropped all the same", () => {
  const smuggled = {
    reason: 1,
    address: canary,
    url: canary,
    routeId: canary,
    msg: canary,
    err: new Error(canary),
    headers: { "user-agent": canary },
  };
  // @ts-expect-error: a fresh object with another field is refused by the compiler
  const lines = logged((log) => log.error("fault", { address: canary }));
  lines.push(...logged((log) => log.error("fault", smuggled)));
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toContain(canary);
});

const misused: readonly [string, object][] = [
  ["bytes", { reason: new TextEncoder().encode(canary) }],
  ["an object", { note: { text: canary } }],
  ["an error", { fault: new Error(canary) }],
  ["something with a toJSON of its own", { connection: { toJSON: () => canary } }],
  ["a text of another shape: an address", { connection: "203.0.113.7" }],
  ["a URL with a path", { origin: `https://chat.example/${canary}` }],
  ["a route id as reason", { reason: `${canary}${canary}${canary}` }],
];

test.each(misused)("%s in an allowed field is dropped", (_, fields) => {
  const [line = ""] = logged((log) => log.warn("fault", fields));
  expect(line).not.toContain(canary);
  expect(line).not.toContain("203.0.113.7");
  expect(JSON.parse(line)).not.toHaveProperty(Object.keys(fields)[0] ?? "");
});

test("a fault is named with its place, never with its text", () => {
  const fields = faultFields(new RangeError(`an id of ${canary}\n    at ${canary} was expected`));
  expect(fields.fault).toBe("RangeError");
  expect(fields.at).toMatch(/^server\/log\.test\.ts:\d+:\d+$/);
  const [line = ""] = logged((log) => log.error("fault", fields));
  expect(line).toContain("server/log.test.ts");
  expect(line).not.toContain(canary);
  expect(faultFields(canary)).toEqual({ fault: "unknown" });
});

test("below the level nothing is written", () => {
  const lines: string[] = [];
  const log = createLogger({ level: "warn", instance: "a", write: (line) => lines.push(line) });
  log.info("connected");
  log.debug("connected");
  log.warn("warning", { note: "a note" });
  expect(lines).toHaveLength(1);
});
