import { describe, expect, it } from "vitest";
import { chooseLanguage, preferring } from "./choose.ts";

const all = ["de", "en", "fa"];

describe("the language that is spoken first", () => {
  it("is the dearest of the person's that there is, in their own variety", () => {
    expect(chooseLanguage(["de-CH", "en"], all)).toEqual({ language: "de", locale: "de-CH" });
    expect(chooseLanguage(["is", "fa-AF", "de"], all)).toEqual({ language: "fa", locale: "fa-AF" });
    expect(chooseLanguage(["en-GB", "de"], all)).toEqual({ language: "en", locale: "en-GB" });
  });

  it("is English, with English dates, for who speaks none of them", () => {
    expect(chooseLanguage(["is", "ja-JP"], all)).toEqual({ language: "en", locale: "en" });
    expect(chooseLanguage([], all)).toEqual({ language: "en", locale: "en" });
  });

  it.each(["", "*", "d", "de_DE", "../de", "x-klingon"])("breaks by no tag, such as %j", (tag) => {
    expect(chooseLanguage([tag, "fa"], all)).toEqual({ language: "fa", locale: "fa" });
  });
});

describe("a language that is asked for", () => {
  it("is spoken in the person's variety, where they have one", () => {
    const mine = ["en-GB", "de-AT", "de"];
    expect(chooseLanguage(preferring("de", mine), all).locale).toBe("de-AT");
    expect(chooseLanguage(preferring("fa", mine), all).locale).toBe("fa");
  });
});
