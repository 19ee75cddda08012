import { describe, expect, test } from "vitest";
import { utf8 } from "../../shared/bytes.ts";
import { familyOf, type FileKind } from "./kinds.ts";
import { sniff } from "./sniff.ts";

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const ftyp = (brand: string, ...more: readonly string[]) =>
  latin1(`\0\0\0\x20ftyp${brand}\0\0\0\0${more.join("")}`);

const FILES: readonly (readonly [FileKind, Uint8Array])[] = [
  ["jpeg", latin1("\xff\xd8\xff\xe0\0\x10JFIF\0")],
  ["png", latin1("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")],
  ["gif", latin1("GIF89a\x01\0\x01\0")],
  ["webp", latin1("RIFF\x24\0\0\0WEBPVP8 ")],
  ["avi", latin1("RIFF\x24\0\0\0AVI LIST")],
  ["wav", latin1("RIFF\x24\0\0\0WAVEfmt ")],
  ["avif", ftyp("avif")],
  ["avif", ftyp("mif1", "mif1", "avif", "miaf")],
  ["heic", ftyp("heic", "mif1")],
  ["heic", ftyp("mif1", "heic")],
  ["mp4", ftyp("isom", "mp41")],
  ["mp4", ftyp("M4V ")],
  ["m4a", ftyp("M4A ")],
  ["mov", ftyp("qt  ")],
  ["mov", latin1("\0\0\0\x08wide\0\0\x10\0mdat")],
  ["webm", latin1("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm")],
  ["mkv", latin1("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska")],
  ["mp3", latin1("ID3\x04\0\0\0\0\0\0")],
  ["mp3", latin1("\xff\xfb\x90\x44")],
  ["ogg", latin1("OggS\0\x02")],
  ["flac", latin1("fLaC\0\0\0\x22")],
  ["pdf", latin1("%PDF-1.7\n%\xe2\xe3")],
  ["zip", latin1("PK\x03\x04\x14\0")],
  [
    "svg",
    utf8(
      '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script>',
    ),
  ],
  ["html", utf8("\n<!DOCTYPE html><script>alert(1)</script>")],
  ["html", utf8("<!-- hi --><script>")],
  ["text", utf8("Häuser, 家, бег — as written")],
  ["text", new Uint8Array()],
  ["other", latin1("\x7fELF\x02\x01\x01\0")],
  ["other", latin1("MZ\x90\0\x03\0\0\0")],
  ["other", utf8('<?xml version="1.0"?><plist/>')],
];

describe("[HOSTILE 51] what a file is", () => {
  test.each(FILES)("%s is told from its first bytes", (kind, head) => {
    expect(sniff(head)).toBe(kind);
  });

  test("a document that a browser would run is never a picture, whatever comes before it", () => {
    for (const lead of ["", " ", "\n\n", "\ufeff", "<!-- x -->", "<?xml version='1.0'?>"]) {
      for (const tag of ["<svg onload=alert(1)>", "<SVG>", "<html><svg>"]) {
        expect(familyOf(sniff(utf8(lead + tag)))).toBe("file");
      }
    }
  });

  test("half a character at the end of the head does not hide text", () => {
    expect(sniff(utf8("naïve – 家").subarray(0, -1))).toBe("text");
  });
});
