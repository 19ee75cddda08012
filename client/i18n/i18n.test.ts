import { effect } from "@preact/signals-core";
import { afterEach, describe, expect, it } from "vitest";
import { language, LANGUAGES, locale, speak, t } from "./i18n.ts";

afterEach(() => speak(["en"]));

describe("texts", () => {
  it("are there at once, without waiting", () => {
    expect(t("app.name")).toBe("Mayfly");
  });

  it("choose the plural form", () => {
    expect(t("timeline.unseen", { count: 1 })).toBe("1 new message");
    expect(t("timeline.unseen", { count: 2 })).toBe("2 new messages");
    expect(t("timeline.unseen", { count: 0 })).toBe("0 new messages");
  });

  it("write numbers as the language does", () => {
    expect(t("timeline.unseen", { count: 12_345 })).toBe("12,345 new messages");
  });

  it("[HOSTILE 46] do not interpret what is put into them", () => {
    const address = "https://a.example/?$t(app.name)&{{count}}&{{address}}&<b>&$&";
    expect(t("message.opens", { address })).toBe(`Opens ${address}`);
  });

  it("are refused by the compiler with a wrong key, or without what belongs in them", () => {
    // Never run: the compiler is what is asked, by `npm run types`.
    const refused = () => {
      // @ts-expect-error: there is no such key
      t("app.nmae");
      // @ts-expect-error: there is no such section
      t("apps.name");
      // @ts-expect-error: a key has no plural form
      t("timeline.unseen_one", { count: 1 });
      // @ts-expect-error: the count is missing
      t("timeline.unseen");
      // @ts-expect-error: a count is a number
      t("timeline.unseen", { count: "1" });
      // @ts-expect-error: the name is missing
      t("notice.missing", { count: 1 });
      // @ts-expect-error: what goes in has another name
      t("message.opens", { adress: "" });
      // @ts-expect-error: nothing goes in
      t("app.name", { name: "" });
    };
    expect(refused).toBeTypeOf("function");
  });
});

describe("languages", () => {
  it("are those that there is a file for", () => {
    expect(LANGUAGES).toContain("en");
    expect(LANGUAGES).toEqual(LANGUAGES.toSorted());
  });

  it("stay English where nobody's is known", async () => {
    await speak(["tlh", "is"]);
    expect([language(), locale()]).toEqual(["en", "en"]);
  });

  it("tell those who read a text when another is spoken", async () => {
    const read: string[] = [];
    const stop = effect(() => void read.push(`${locale()} ${t("app.name")}`));
    await speak(["en-GB"]);
    stop();
    expect(read).toEqual(["en Mayfly", "en-GB Mayfly"]);
  });
});
