import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkify } from "./linkify.ts";

const links = (text: string) => linkify(text).filter((piece) => piece.kind === "link");
const hrefs = (text: string) => links(text).map((piece) => piece.href);

describe("[HOSTILE 46] addresses that may be opened", () => {
  const cases: readonly (readonly [text: string, shown: string, href: string])[] = [
    ["see https://a.example/b?c=d#e now", "https://a.example/b?c=d#e", "https://a.example/b?c=d#e"],
    ["HTTP://A.example", "HTTP://A.example", "http://a.example/"],
    ["http://[::1]:8080/x", "http://[::1]:8080/x", "http://[::1]:8080/x"],
    ["mailto:bob@a.example", "mailto:bob@a.example", "mailto:bob@a.example"],
    ["(https://a.example/x)", "https://a.example/x", "https://a.example/x"],
    ["https://a.example/x_(y)", "https://a.example/x_(y)", "https://a.example/x_(y)"],
    ["look: https://a.example/x...!?", "https://a.example/x", "https://a.example/x"],
    ["“https://a.example/x”", "https://a.example/x", "https://a.example/x"],
    ["<https://a.example/x>", "https://a.example/x", "https://a.example/x"],
    ["你好https://a.example/你", "", ""],
    ["你好 https://a.example/你", "https://a.example/你", "https://a.example/%E4%BD%A0"],
  ];
  it.each(cases)("%s", (text, shown, href) => {
    expect(links(text).map((piece) => [piece.text, piece.href])).toEqual(
      href === "" ? [] : [[shown, href]],
    );
  });

  it("keeps every word around them", () => {
    expect(linkify("a http://b.example c")).toEqual([
      { kind: "text", text: "a " },
      { kind: "link", text: "http://b.example", href: "http://b.example/" },
      { kind: "text", text: " c" },
    ]);
    expect(linkify("")).toEqual([]);
  });
});

describe("[HOSTILE 46] everything else stays text", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt://a.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:x",
    "intent://a.example#Intent;end",
    "file:///etc/passwd",
    "<img src=x onerror=alert(1)>",
    "https:",
    "https://",
    "https:///evil.example",
    "https:\\\\evil.example",
    "https://[evil",
    "mailto:",
    "mailto:nobody",
    "xhttps://a.example",
    "www.a.example",
    "{{constructor.constructor('alert(1)')()}}",
  ])("%s", (text) => {
    expect(linkify(text)).toEqual([{ kind: "text", text }]);
  });
});

describe("[HOSTILE 47] addresses made to be misread", () => {
  it("with a user name before the host are not links", () => {
    expect(hrefs("https://bank.example@evil.example/ https://a:b@evil.example")).toEqual([]);
  });

  it("show an international host as punycode, and so a look-alike as what it is", () => {
    expect(links("https://аpple.example/x")).toEqual([
      {
        kind: "link",
        text: "https://xn--pple-43d.example/x",
        href: "https://xn--pple-43d.example/x",
      },
    ]);
  });

  it("show a host in disguise as what it is", () => {
    expect(links("http://0x7f.1/ http://go%6Fd.example/").map((piece) => piece.text)).toEqual([
      "http://127.0.0.1/",
      "http://good.example/",
    ]);
  });

  it("end where text is reordered or hidden", () => {
    expect(hrefs("https://a.example/\u202Egpj.exe")).toEqual(["https://a.example/"]);
    expect(hrefs("https://a.example/x\u200By")).toEqual(["https://a.example/x"]);
  });

  it("end at a backslash, which browsers would read as a slash", () => {
    expect(hrefs("https://good.example\\@evil.example")).toEqual(["https://good.example/"]);
  });

  it("carry no subject or body into a mail", () => {
    expect(linkify("mailto:bob@a.example?subject=x&attach=y")).toEqual([
      { kind: "link", text: "mailto:bob@a.example", href: "mailto:bob@a.example" },
      { kind: "text", text: "?subject=x&attach=y" },
    ]);
  });

  it("of 50 KB stay text", () => {
    expect(hrefs(`https://a.example/${"x".repeat(50_000)}`)).toEqual([]);
  });
});

describe("[HOSTILE 48] whatever the text", () => {
  it("shows all of it, and links to http, https and mailto only", () => {
    const part = fc.constantFrom(
      ..."https:// http:// mailto: a.example bob@ ( ) . , \\ @ ? # % \u202E é пример < > \" ' \uD800".split(
        " ",
      ),
      " ",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (typed) => {
        const pieces = linkify(typed);
        const around = pieces.filter((piece) => piece.kind === "text").map((piece) => piece.text);
        let from = 0;
        for (const kept of around) {
          const at = typed.indexOf(kept, from);
          expect(at).toBeGreaterThanOrEqual(from);
          from = at + kept.length;
        }
        if (pieces.every((piece) => piece.kind === "text")) expect(around.join("")).toBe(typed);
        for (const piece of pieces)
          if (piece.kind === "link") expect(piece.href).toMatch(/^(https?:\/\/[^@]|mailto:)/);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["50,000 closing brackets", `https://a.example/${")".repeat(50_000)}`],
    ["50,000 full stops with letters between", `https://a.example/${".x".repeat(25_000)}`],
    ["25,000 beginnings", "http://".repeat(25_000)],
    ["10,000 mail beginnings", "mailto:a ".repeat(10_000)],
    ["50,000 asterisks", "*".repeat(50_000)],
  ])("takes %s without trouble", (_, text) => {
    expect(
      linkify(text)
        .map((piece) => piece.text)
        .join(""),
    ).toHaveLength(text.length);
  });
});
