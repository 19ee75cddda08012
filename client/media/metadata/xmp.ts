/** What XMP tells (ISO 16684-1), read as text: a property stands as an attribute or as an element. */
import type { Note, What } from "./cleaning.ts";
import { textOf } from "./source.ts";

const PROPERTIES: { readonly [name: string]: What } = {
  GPSLatitude: "location",
  GPSLongitude: "location",
  Location: "location",
  City: "location",
  Country: "location",
  Make: "camera",
  Model: "camera",
  Lens: "camera",
  SerialNumber: "camera",
  CreateDate: "dates",
  ModifyDate: "dates",
  DateCreated: "dates",
  DateTimeOriginal: "dates",
  creator: "author",
  rights: "author",
  Credit: "author",
  Artist: "author",
  CreatorTool: "software",
  softwareAgent: "software",
  Producer: "software",
  title: "comment",
  description: "comment",
  subject: "comment",
  Headline: "comment",
  UserComment: "comment",
  DocumentID: "other",
  OriginalDocumentID: "other",
  RawFileName: "original-name",
  PreservedFileName: "original-name",
  Thumbnails: "thumbnail",
};
const MOST_BYTES = 131_072;
const MOST_VALUE = 1_000;
/** Of one property; the same may stand often, as in a history. */
const MOST_TIMES = 4;

/** Notes the properties that are known here, and "other" where there is none of them. */
export function readXmp(bytes: Uint8Array, note: Note): void {
  const text = textOf(bytes.subarray(0, MOST_BYTES));
  let isKnown = false;
  for (const [name, what] of Object.entries(PROPERTIES)) {
    let at = text.indexOf(`:${name}`);
    for (let time = 0; at >= 0 && time < MOST_TIMES; time++) {
      const value = valueAt(text, at, name);
      if (value !== null) note(what, what === "thumbnail" ? "" : value);
      isKnown ||= value !== null;
      at = text.indexOf(`:${name}`, at + MOST_VALUE);
    }
  }
  if (!isKnown) note("other", "XMP");
}

/** Null where the name is only the beginning of another one, or that of an element's end. */
function valueAt(text: string, at: number, name: string): string | null {
  const behind = at + 1 + name.length;
  const rest = text.slice(behind, behind + MOST_VALUE);
  const quoted = /^\s*=\s*(?:"([^"]*)|'([^']*))/.exec(rest);
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? "";
  if (!/^[\s>]/.test(rest) || text[text.lastIndexOf("<", at) + 1] === "/") return null;
  const end = rest.indexOf(`:${name}`);
  const inside = rest.slice(rest.indexOf(">") + 1, end < 0 ? undefined : end);
  return inside.replace(/<[^<>]*>?/g, " ");
}
