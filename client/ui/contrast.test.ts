/** Measures the colours of tokens.css in every theme: who cannot read a pair cannot use the room. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL(".", import.meta.url);
const styles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".css"),
);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

type Rgb = readonly [number, number, number];

/** Colours of each theme by name; what a later theme does not say, it has from those before it. */
const themes = themesIn(read("tokens.css"));

function themesIn(css: string) {
  const light = coloursAfter(css, ":root");
  const dark = coloursAfter(css, "@media (prefers-color-scheme: dark)");
  const more = coloursAfter(css, "@media (prefers-contrast: more) {");
  const moreDark = coloursAfter(css, "@media (prefers-contrast: more) and");
  return {
    light,
    dark: new Map([...light, ...dark]),
    "light, more contrast": new Map([...light, ...more]),
    "dark, more contrast": new Map([...light, ...dark, ...more, ...moreDark]),
  };
}

function coloursAfter(css: string, head: string): ReadonlyMap<string, Rgb> {
  const start = css.indexOf("{", css.indexOf(head));
  expect(css).toContain(head);
  const block = css.slice(start, css.indexOf("\n}", start));
  const colours = [...block.matchAll(/--([\w-]+):\s*#([0-9a-f]{6})\s*;/g)];
  return new Map(
    colours.map(([, name = "", hex = ""]) => {
      const part = (at: number) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
      return [name, [part(0), part(2), part(4)]];
    }),
  );
}

/** sRGB to linear light, as WCAG 2.2 defines relative luminance by. */
function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function contrastOf(one: Rgb, other: Rgb): number {
  const luminance = ([red, green, blue]: Rgb) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["ground", "surface", "surface-raised"];
const SKY = ["sky-high", "sky-low"];
const BUBBLES = ["bubble-own", "bubble-other"];
const MEMBERS = [1, 2, 3, 4, 5, 6].map((number) => `member-${number}`);

/** What is written in the first may stand on each of the second. */
const WRITTEN: readonly (readonly [string, readonly string[]])[] = [
  ["text", [...GROUNDS, ...SKY, ...BUBBLES, "accent-soft"]],
  ["text-muted", [...GROUNDS, ...SKY, ...BUBBLES, "accent-soft"]],
  ["accent", [...GROUNDS, ...SKY, ...BUBBLES, "accent-soft"]],
  ["danger", [...GROUNDS, ...BUBBLES]],
  ["on-accent", ["accent", "accent-strong"]],
  ["on-danger", ["danger"]],
  ["warn-text", ["warn-ground"]],
  ["code", ["code-ground"]],
  ...MEMBERS.map((member) => [member, [...GROUNDS, ...BUBBLES, "accent-soft"]] as const),
];
/** Borders that say where something is, and figures. */
const DRAWN: readonly (readonly [string, readonly string[]])[] = [
  ["line-field", [...GROUNDS, ...BUBBLES]],
  ["warn-line", [...GROUNDS, "warn-ground"]],
  ["dawn", [...GROUNDS, ...SKY, ...BUBBLES]],
  ["dusk", [...GROUNDS, ...SKY, ...BUBBLES]],
];

function faultsIn(
  colours: ReadonlyMap<string, Rgb>,
  pairs: readonly (readonly [string, readonly string[]])[],
  least: number,
): string[] {
  return pairs.flatMap(([upper, lowers]) =>
    lowers.flatMap((lower) => {
      const [one, other] = [colours.get(upper), colours.get(lower)];
      if (one === undefined || other === undefined) return [`${upper} or ${lower} is missing`];
      const contrast = contrastOf(one, other);
      return contrast < least ? [`${upper} on ${lower}: ${contrast.toFixed(2)}`] : [];
    }),
  );
}

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear light. */
const EYES = {
  "people who see all colours": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "people with protanopia": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "people with deuteranopia": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "people with tritanopia": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

/** Of 100; the figures differ in shape besides. */
const LEAST_DIFFERENCE = 7;

function seen(colour: Rgb, eye: (typeof EYES)[keyof typeof EYES]): Rgb {
  const [red, green, blue] = colour;
  const row = ([r, g, b]: readonly [number, number, number]) =>
    Math.min(1, Math.max(0, r * red + g * green + b * blue));
  return [row(eye[0]), row(eye[1]), row(eye[2])];
}

/** Oklab (Ottosson 2020): distances in it are about those that people see. */
function oklab([red, green, blue]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function differenceOf(one: Rgb, other: Rgb): number {
  const [a, b] = [oklab(one), oklab(other)];
  return 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

describe.each(Object.entries(themes))("%s", (name, colours) => {
  const isMore = name.includes("more");

  it("every pair that is read has at least 4.5:1, and 7:1 where more contrast is asked for", () => {
    expect(faultsIn(colours, WRITTEN, isMore ? 7 : 4.5)).toEqual([]);
  });

  it("every border and figure has at least 3:1", () => {
    expect(faultsIn(colours, DRAWN, isMore ? 4.5 : 3)).toEqual([]);
  });
});

describe.each(["light", "dark"] as const)("six people's colours by %s", (theme) => {
  it.each(Object.entries(EYES))("differ for %s", (_, eye) => {
    const list = [...themes[theme]]
      .filter(([name]) => MEMBERS.includes(name))
      .map(([, colour]) => seen(colour, eye));
    expect(list).toHaveLength(MEMBERS.length);
    const near = list
      .flatMap((one, at) => list.slice(at + 1).map((other) => differenceOf(one, other)))
      .filter((difference) => difference < LEAST_DIFFERENCE);
    expect(near).toEqual([]);
  });
});

describe("the measuring itself", () => {
  it("knows black on white, and a pair that is just too faint", () => {
    expect(contrastOf([0, 0, 0], [1, 1, 1])).toBeCloseTo(21, 5);
    const grey = linear(0x77 / 255);
    expect(contrastOf([grey, grey, grey], [1, 1, 1])).toBeCloseTo(4.48, 2);
  });

  it("measures every colour that has a name, but for those that only decorate", () => {
    const measured = new Set(
      [...WRITTEN, ...DRAWN].flatMap(([upper, lowers]) => [upper, ...lowers]),
    );
    const unmeasured = [...themes.light.keys()].filter((name) => !measured.has(name));
    expect(unmeasured).toEqual(["line"]);
  });

  it.each(styles.filter((name) => name !== "tokens.css"))("%s names no colour itself", (name) => {
    const css = read(name).replaceAll(/\/\*[\s\S]*?\*\//g, "");
    expect(css.match(/#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|oklab|lab|lch)a?\(/gi) ?? []).toEqual([]);
  });
});
