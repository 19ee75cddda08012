import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanNickname, MAX_NICKNAME_GRAPHEMES, NAMELESS, shownNickname } from "./nickname.ts";

const RLO = "\u202E";
const family = "👩‍👩‍👧‍👦";

describe("[HOSTILE 45] a nickname is cleaned", () => {
  const cases: readonly (readonly [title: string, typed: string, clean: string])[] = [
    ["a plain name stays", "Alice", "Alice"],
    ["spaces around and between are tidied", "  Ada \t\n  Lovelace ", "Ada Lovelace"],
    ["a no-break or ideographic space is a space", "Ada\u00A0\u3000B", "Ada B"],
    ["letters and marks are composed (NFC)", "Rene\u0301", "Ren\u00E9"],
    ["a right-to-left override goes", `bob${RLO}exe.gpj`, "bobexe.gpj"],
    ["isolates and marks of direction go", "\u2066a\u2067b\u2068c\u2069\u200E\u200F\u061C", "abc"],
    ["zero-width characters inside go", "a\u200Bl\u2060i\uFEFFce", "alice"],
    ["control characters go", "a\u0000l\u0007i\u001B[31mce\u007F", "ali[31mce"],
    ["half a surrogate pair goes", "a\uD800b", "ab"],
    ["fillers and joiners that hide go", "\u3164a\u115F\u1160\u034F\u2800b\u00AD", "ab"],
    ["tag characters go", "a\u{E0041}\u{E007F}", "a"],
    ["private and unassigned characters go", "a\uE000\u0378b", "ab"],
    ["a mark without a letter under it goes", "\u0301\u0302 bob", "bob"],
    [
      "a tower of 1,000 marks is cut to four",
      `z${"\u0322".repeat(1000)}`,
      `z${"\u0322".repeat(4)}`,
    ],
    ["a family emoji stays whole", family, family],
    ["a heart keeps its colour", "\u2764\uFE0F bob", "\u2764\uFE0F bob"],
    ["a joiner between letters hides nothing", "al\u200Dice\u200C", "alice"],
    ["Persian keeps the joiner it is spelt with", "می\u200Cخواهم", "می\u200Cخواهم"],
    ["Sinhala keeps the joiner it is spelt with", "ශ්\u200Dරී", "ශ්\u200Dරී"],
    ["Hebrew and Arabic stay", "שלום محمد", "שלום محمد"],
    ["markup is text like any other", "<img src=x onerror>", "<img src=x onerror>"],
    ["a template is text like any other", "{{constructor}}", "{{constructor}}"],
    ["48 bytes in 12 graphemes are allowed", "👻".repeat(12), "👻".repeat(12)],
    ["32 letters are allowed", "x".repeat(32), "x".repeat(32)],
  ];
  it.each(cases)("%s", (_, typed, clean) => {
    expect(cleanNickname(typed)).toBe(clean);
    expect(shownNickname(typed)).toBe(clean);
  });
});

describe("[HOSTILE 45] a nickname is refused", () => {
  const cases: readonly (readonly [title: string, typed: string, shown: string])[] = [
    ["that is empty", "", NAMELESS],
    ["of spaces", " \u00A0\t", NAMELESS],
    ["of zero-width characters only", "\u200B\u200C\u200D\u2060\uFEFF", NAMELESS],
    ["of bidi controls only", `${RLO}\u2066\u2069`, NAMELESS],
    ["of fillers only", "\u3164\u115F\u2800", NAMELESS],
    ["of combining marks only", "\u0301\u0302", NAMELESS],
    ["of 33 letters", "x".repeat(33), "x".repeat(32)],
    ["of 52 bytes in 13 graphemes", "👻".repeat(13), "👻".repeat(12)],
    ["of 10,000 joined emoji", Array(10_000).fill("👩").join("\u200D"), NAMELESS],
    ["of 50,000 letters", "x".repeat(50_000), "x".repeat(32)],
  ];
  it.each(cases)("%s; another's is cut, never empty", (_, typed, shown) => {
    expect(cleanNickname(typed)).toBeNull();
    expect(shownNickname(typed)).toBe(shown);
  });
});

describe("[HOSTILE 45] whatever the text", () => {
  const wild = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc
      .array(
        fc.constantFrom("a", " ", "\u0301", "\u200D", "\u200C", "👩", "\uFE0F", "م", RLO, "\uD83D"),
        {
          maxLength: 30,
        },
      )
      .map((parts) => parts.join("")),
  );

  it("a clean name is within bounds, NFC, without bidi controls, and clean already", () => {
    fc.assert(
      fc.property(wild, (typed) => {
        const name = cleanNickname(typed);
        if (name === null) return;
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(48);
        expect(name).toBe(name.normalize("NFC"));
        expect(name).not.toMatch(/[\p{Bidi_Control}\p{Cc}\p{Cs}]/u);
        expect(cleanNickname(name)).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });

  it("a shown name could have been chosen, or is the nameless sign", () => {
    fc.assert(
      fc.property(wild, (typed) => {
        expect(cleanNickname(shownNickname(typed))).toBe(shownNickname(typed));
      }),
      { numRuns: 2000 },
    );
  });

  it(`never has more than ${MAX_NICKNAME_GRAPHEMES} graphemes`, () => {
    const names = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 48 });
    fc.assert(
      fc.property(names, (typed) => {
        const parts = new Intl.Segmenter("en").segment(shownNickname(typed));
        expect([...parts].length).toBeLessThanOrEqual(MAX_NICKNAME_GRAPHEMES);
      }),
    );
  });
});
