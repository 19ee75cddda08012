/** What XMP tells (ISO 16684-1), read as text: a property stands as an attribute or as an element. */
import type { Note } from "./cleaning.ts";
import { whatOf } from "./names.ts";
import { textOf } from "./source.ts";

const MOST_BYTES = 131_072;
/** What lists are made of, between a property and its value. */
const LISTS = /<\/?rdf:(?:Alt|Bag|Seq|li)[^<>]{0,100}>/g;
/** All repetitions are bounded, so that no text takes long. Behind the end of an element stands no text. */
const PROPERTY =
  /:(\w{1,40})(?:\s{0,9}=\s{0,9}["']([^"'<>]{0,400})|\s{0,9}>\s{0,99}([^<\s][^<]{0,400}))/g;

/** Notes the properties that are known here, and "other" where there is none of them. */
export function readXmp(bytes: Uint8Array, note: Note): void {
  // Emptied before.
  if (bytes.every((byte) => byte === 0)) return;
  const text = textOf(bytes.subarray(0, MOST_BYTES)).replace(LISTS, " ");
  let isKnown = false;
  for (const [, name = "", attribute, element = ""] of text.matchAll(PROPERTY)) {
    const what = whatOf(name);
    if (what === undefined) continue;
    note(what, attribute ?? element);
    isKnown = true;
  }
  if (!isKnown) note("other", "XMP");
}
