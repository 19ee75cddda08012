/** AVIF and HEIC. */
import { box, full } from "./iso.ts";
import { profile, shownOfProfile, tiff, XMP } from "./metadata.ts";
import { CANARY, join, payload, u16, u32, zeros, type Part, type Specimen } from "./parts.ts";

/** AVIF or HEIC with EXIF and XMP among its items; `turn` in quarters. */
export function isoImage(kind: "avif" | "heic", turn = 0, width = 640, height = 480): Specimen {
  const head = box("ftyp", kind, u32(0), "mif1", kind);
  const picture = payload(3_000, 1);
  const exif = join(u32(0), tiff());
  const packet = join(XMP);
  const item = (id: number, type: string, ...more: readonly Part[]): Uint8Array =>
    full("infe", 2, u16(id), u16(0), type, `Name ${CANARY}\0`, ...more);
  const place = (id: number, method: number, from: number, length: number): Uint8Array =>
    join(u16(id), u16(method), u16(0), u16(1), u32(from), u32(length));
  const colours = profile();
  const meta = (at: number): Uint8Array =>
    full(
      "meta",
      0,
      full("hdlr", 0, zeros(4), "pict", zeros(12), `Handler ${CANARY}\0`),
      box("dinf", full("dref", 0, u32(1), full("url ", 0, `file:///Users/${CANARY}\0`))),
      full("pitm", 0, u16(1)),
      full(
        "iinf",
        0,
        u16(4),
        item(1, kind === "avif" ? "av01" : "hvc1"),
        item(2, "Exif"),
        item(3, "mime", "application/rdf+xml\0"),
        item(4, "cnry"),
      ),
      full(
        "iloc",
        1,
        [0x44, 0],
        u16(4),
        place(1, 0, at, picture.length),
        place(2, 0, at + picture.length, exif.length),
        place(3, 1, 0, packet.length),
        place(4, 1, packet.length, CANARY.length),
      ),
      box("idat", packet, CANARY),
      box(
        "iprp",
        box(
          "ipco",
          full("ispe", 0, u32(width), u32(height)),
          box("irot", [turn]),
          box("colr", "prof", colours),
          full("udes", 0, CANARY, zeros(4)),
          full("cnry", 0, CANARY),
        ),
      ),
      full("iref", 0, box("cdsc", u16(2), u16(1), u16(1))),
      box("xml ", CANARY),
    );
  const at = head.length + meta(0).length + 8;
  const bytes = join(head, meta(at), box("mdat", picture, exif), box("free", CANARY));
  return {
    kind,
    name: `picture.${kind}`,
    bytes,
    shown: [head, ...shownOfProfile(), picture],
    tells: ["location", "camera", "dates", "author", "software", "comment", "thumbnail", "other"],
  };
}
