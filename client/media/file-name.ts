/** Names of files, fit to be shown among text and to be saved on any system (HOSTILE 54). */
import { utf8 } from "../../shared/bytes.ts";
import { extensionOf, familyOf, type FileKind } from "./kinds.ts";

/** Longest name that is shown, sent or saved, in UTF-8; file systems end at 255. */
export const MAX_NAME_BYTES = 120;

/** Names that Windows keeps for devices, whatever follows them. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const EXTENSION = /\.([a-z0-9]{1,8})$/i;

/** Others by which files of a kind go. */
const ALSO: { readonly [kind: string]: readonly string[] } = {
  jpeg: ["jpeg", "jpe", "jfif"],
  heic: ["heif"],
  mp4: ["m4v"],
  mov: ["qt"],
  ogg: ["oga", "opus"],
  html: ["htm", "xhtml"],
};

/**
 * A name without path, invisible or turning characters, and no longer than MAX_NAME_BYTES; of a picture, film or sound it
 * ends as its kind does. Never empty: "file" where nothing is left.
 */
export function cleanName(name: string, kind: FileKind): string {
  const last = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const visible = last
    // Control, format (among them all that turn the direction of writing), private and unassigned characters.
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .replace(/[<>:"|?*]/g, "_")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "");
  const safe = RESERVED.test(visible) ? `_${visible}` : visible;
  const extension = EXTENSION.exec(safe)?.[1] ?? "";
  const stem = extension === "" ? safe : safe.slice(0, -extension.length - 1);
  const end = endingOf(kind, extension, stem);
  return cut(stem === "" ? "file" : stem, MAX_NAME_BYTES - utf8(end).length) + end;
}

/** What shows its kind keeps or gets that kind's ending; of what is only saved the name is its sender's. */
function endingOf(kind: FileKind, extension: string, stem: string): string {
  const own = extensionOf(kind);
  const fits = extension.toLowerCase() === own || ALSO[kind]?.includes(extension.toLowerCase());
  if (familyOf(kind) === "file" || fits === true) return extension === "" ? "" : `.${extension}`;
  // What stood there may have been meant: "x.exe" that is a picture is "x.exe.jpg".
  return extension === "" || stem === "" ? `.${own}` : `.${extension}.${own}`;
}

/** As many whole characters as fit. */
function cut(text: string, maxBytes: number): string {
  let kept = "";
  let length = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    length += utf8(segment).length;
    if (length > maxBytes) break;
    kept += segment;
  }
  return kept === "" ? "file" : kept.trimEnd();
}
