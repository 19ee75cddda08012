/** What files can be. Told by their content alone (sniff.ts); what else there is, is "other": saved, never shown. */

export type FileFamily = "picture" | "video" | "audio" | "file";

interface KindTraits {
  readonly family: FileFamily;
  /** The only types that are ever given to a browser. */
  readonly mime: string;
  readonly extension: string;
}

const KINDS = {
  jpeg: { family: "picture", mime: "image/jpeg", extension: "jpg" },
  png: { family: "picture", mime: "image/png", extension: "png" },
  gif: { family: "picture", mime: "image/gif", extension: "gif" },
  webp: { family: "picture", mime: "image/webp", extension: "webp" },
  avif: { family: "picture", mime: "image/avif", extension: "avif" },
  heic: { family: "picture", mime: "image/heic", extension: "heic" },
  mp4: { family: "video", mime: "video/mp4", extension: "mp4" },
  mov: { family: "video", mime: "video/quicktime", extension: "mov" },
  webm: { family: "video", mime: "video/webm", extension: "webm" },
  mkv: { family: "file", mime: "application/octet-stream", extension: "mkv" },
  avi: { family: "file", mime: "application/octet-stream", extension: "avi" },
  mp3: { family: "audio", mime: "audio/mpeg", extension: "mp3" },
  m4a: { family: "audio", mime: "audio/mp4", extension: "m4a" },
  ogg: { family: "audio", mime: "audio/ogg", extension: "ogg" },
  wav: { family: "audio", mime: "audio/wav", extension: "wav" },
  flac: { family: "audio", mime: "audio/flac", extension: "flac" },
  pdf: { family: "file", mime: "application/octet-stream", extension: "pdf" },
  zip: { family: "file", mime: "application/octet-stream", extension: "zip" },
  svg: { family: "file", mime: "application/octet-stream", extension: "svg" },
  html: { family: "file", mime: "application/octet-stream", extension: "html" },
  text: { family: "file", mime: "application/octet-stream", extension: "txt" },
  other: { family: "file", mime: "application/octet-stream", extension: "" },
} as const satisfies { readonly [kind: string]: KindTraits };

export type FileKind = keyof typeof KINDS;

export function familyOf(kind: FileKind): FileFamily {
  return KINDS[kind].family;
}

/** Fixed by the kind, so that no file can name a type of its own; octet-stream for all that is only saved. */
export function mimeOf(kind: FileKind): string {
  return KINDS[kind].mime;
}

/** Without a dot; "" where the kind has none of its own. */
export function extensionOf(kind: FileKind): string {
  return KINDS[kind].extension;
}

/** The kind that a peer names; "other" for one that is not known here. */
export function kindOf(name: string): FileKind {
  return Object.hasOwn(KINDS, name) ? (name as FileKind) : "other";
}
