import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = (path: string) => new URL(path, import.meta.url);
const sources = (path: string) =>
  readdirSync(folder(path))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(folder(path + name), "utf8"));

/** Labels as they are written in the code, a NUL byte as its escape. */
const LABEL = /"(mayfly v\d+ [^"]+)"/g;
const labels = [...sources("./"), ...sources("../../shared/")].flatMap((text) =>
  [...text.matchAll(LABEL)].map(([, label]) => label ?? ""),
);

describe("labels", () => {
  it("are each used for one thing only", () => {
    expect(labels.length).toBeGreaterThanOrEqual(17);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it("are all in the readme's table, and nothing else is", () => {
    const readme = readFileSync(folder("./README.md"), "utf8");
    const listed = [...readme.matchAll(/^\| `(mayfly v\d+ [^`]+)` \|/gm)].map(([, label]) => label);
    expect(new Set(listed)).toEqual(new Set(labels));
    expect(listed).toHaveLength(labels.length);
  });
});
