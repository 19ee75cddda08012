/** Reads every component's source: rules that no compiler and no linter of ours checks. */
import { readdirSync, readFileSync } from "node:fs";
import { parseAst } from "vite";
import { describe, expect, it } from "vitest";

const folder = new URL(".", import.meta.url);
const components = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".tsx") && !name.startsWith("preview"),
);

/** Attributes whose value a person reads or hears. */
const SPOKEN = new Set(["aria-label", "aria-description", "title", "placeholder", "alt", "label"]);

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}

/** All nodes of a syntax tree. */
function* nodesOf(value: unknown): Generator<Node> {
  if (isNode(value)) yield value;
  const children: unknown[] = Array.isArray(value)
    ? value
    : isNode(value)
      ? Object.values(value)
      : [];
  for (const child of children) yield* nodesOf(child);
}

const isWord = (value: unknown) => typeof value === "string" && /\p{L}/u.test(value);

/** Words for people that stand in the source instead of the catalogue, and what breaks the page's policy. */
function faultsIn(source: string): string[] {
  const faults: string[] = [];
  for (const node of nodesOf(parseAst(source, { lang: "tsx" }))) {
    if (node.type === "JSXText" && isWord(node["value"]))
      faults.push(`text: ${String(node["value"])}`);
    if (node.type === "JSXElement" || node.type === "JSXFragment") {
      for (const child of childrenOf(node))
        if (isWord(child)) faults.push(`text: ${String(child)}`);
    }
    if (node.type !== "JSXAttribute" || !isNode(node["name"])) continue;
    const name = String(node["name"]["name"]);
    if (name === "style" || name === "dangerouslySetInnerHTML") faults.push(`attribute: ${name}`);
    const value = node["value"];
    if (SPOKEN.has(name) && isNode(value) && isWord(value["value"]))
      faults.push(`attribute: ${name}`);
  }
  return faults;
}

/** Literals in braces that an element shows: `{"Hello"}`, `{isOpen && "Hello"}`, `` {`Hello`} ``. */
function childrenOf(element: Node): unknown[] {
  const children = Array.isArray(element["children"]) ? element["children"] : [];
  return children.flatMap((child: unknown) =>
    isNode(child) && child.type === "JSXExpressionContainer"
      ? shownLiterals(child["expression"])
      : [],
  );
}

function shownLiterals(expression: unknown): unknown[] {
  if (!isNode(expression)) return [];
  if (expression.type === "Literal") return [expression["value"]];
  if (expression.type === "TemplateLiteral") {
    return [...nodesOf(expression["quasis"])].flatMap((quasi) => {
      const value = quasi["value"];
      return typeof value === "object" && value !== null && "raw" in value ? [value.raw] : [];
    });
  }
  if (expression.type === "ConditionalExpression")
    return [...shownLiterals(expression["consequent"]), ...shownLiterals(expression["alternate"])];
  if (expression.type === "LogicalExpression") return shownLiterals(expression["right"]);
  return [];
}

describe("components", () => {
  it("are found", () => {
    expect(components).toContain("App.tsx");
    expect(components.length).toBeGreaterThan(20);
  });

  it.each(components)("%s says everything by key and keeps to the page's policy", (name) => {
    expect(faultsIn(readFileSync(new URL(name, folder), "utf8"))).toEqual([]);
  });

  it.each([
    "<p>Hello</p>",
    '<p>{"Hello"}</p>',
    "<p>{`Hello ${name}`}</p>",
    '<p>{isOpen ? "Hello" : null}</p>',
    '<p>{isOpen && "Hello"}</p>',
    '<button aria-label="Close" />',
    '<input placeholder="Name" />',
    "<p style={{ color }} />",
    '<p style="color: red" />',
    "<p dangerouslySetInnerHTML={html} />",
  ])("would be caught with %s", (planted) => {
    expect(faultsIn(`export const planted = ${planted};`)).not.toEqual([]);
  });

  it.each([
    '<p class="hint">{t("app.name")} {" "}</p>',
    "<p>{name}: {count}</p>",
    '<input type="text" />',
  ])("may contain %s", (innocent) => {
    expect(faultsIn(`export const innocent = ${innocent};`)).toEqual([]);
  });
});
