import { describe, expect, test } from "vitest";
import { utf8 } from "../../../shared/bytes.ts";
import type { Found } from "../examined.ts";
import { readXmp } from "./xmp.ts";

function read(text: string): Found[] {
  const found: Found[] = [];
  readXmp(utf8(text), (what, value) => void found.push({ what, value: value.trim() }));
  return found;
}

describe("XMP", () => {
  test("is read from attributes, elements and lists", () => {
    const text = `<x:xmpmeta><rdf:Description xmp:CreatorTool="Darkroom 3" tiff:Model='Box'>
      <exif:GPSLatitude>48,51.5N</exif:GPSLatitude>
      <dc:creator><rdf:Seq><rdf:li>alice</rdf:li></rdf:Seq></dc:creator>
      <dc:title>
        <rdf:Alt>
          <rdf:li xml:lang="x-default">At bob's</rdf:li>
        </rdf:Alt>
      </dc:title></rdf:Description></x:xmpmeta>`;
    expect(read(text)).toEqual([
      { what: "software", value: "Darkroom 3" },
      { what: "camera", value: "Box" },
      { what: "location", value: "48,51.5N" },
      { what: "author", value: "alice" },
      { what: "comment", value: "At bob's" },
    ]);
  });

  test("of which nothing is known still tells that it is there", () => {
    expect(read("<x:xmpmeta><foo:bar>1</foo:bar></x:xmpmeta>")).toEqual([
      { what: "other", value: "XMP" },
    ]);
  });

  test("that was emptied tells nothing", () => {
    expect(read("\0\0\0\0")).toEqual([]);
  });
});
