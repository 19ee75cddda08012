import { describe, expect, it } from "vitest";
import { t } from "./i18n.ts";

describe("texts", () => {
  it("are there at once, without waiting", () => {
    expect(t("app.name")).toBe("Mayfly");
  });

  it("choose the plural form", () => {
    expect(t("timeline.unseen", { count: 1 })).toBe("1 new message");
    expect(t("timeline.unseen", { count: 2 })).toBe("2 new messages");
  });

  it("[HOSTILE 46] do not interpret what is put into them", () => {
    const address = "https://a.example/?$t(app.name)&{{count}}&<b>&$&";
    expect(t("message.opens", { address })).toBe(`Opens ${address}`);
  });
});
