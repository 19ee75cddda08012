/** Signs and words for kinds of files and for what goes wrong with them. */
import type { Attachment, OpenFailure, UploadFailure } from "../../state/files/attachment.ts";
import type { IconName } from "../Icon.tsx";

const FAMILY_ICONS = {
  picture: "picture",
  video: "film",
  audio: "sound",
  file: "file",
} as const satisfies Record<Attachment["family"], IconName>;

const FILM_KINDS: readonly Attachment["kind"][] = ["mp4", "mov", "webm", "mkv", "avi"];
const SOUND_KINDS: readonly Attachment["kind"][] = ["mp3", "m4a", "ogg", "wav", "flac"];
const PICTURE_KINDS: readonly Attachment["kind"][] = ["jpeg", "png", "gif", "webp", "avif", "heic"];

export function iconOf(kind: Attachment["kind"]): IconName {
  if (FILM_KINDS.includes(kind)) return FAMILY_ICONS.video;
  if (SOUND_KINDS.includes(kind)) return FAMILY_ICONS.audio;
  return PICTURE_KINDS.includes(kind) ? FAMILY_ICONS.picture : FAMILY_ICONS.file;
}

export const OPEN_FAILURES = {
  gone: "files.gone",
  tampered: "files.tampered",
  mislabelled: "files.mislabelled",
  "too-many-pixels": "files.tooManyPixels",
  interrupted: "files.interrupted",
} as const satisfies Record<OpenFailure, string>;

export const UPLOAD_FAILURES = {
  off: "files.off",
  "too-large": "files.tooLarge",
  "member-quota": "files.memberQuota",
  "room-quota": "files.roomQuota",
  "relay-quota": "files.relayQuota",
  full: "files.relayQuota",
  taken: "files.failed",
  rate: "files.failed",
  unavailable: "files.failed",
  unreadable: "files.unreadable",
  other: "files.failed",
} as const satisfies Record<UploadFailure, string>;

/** Films that some browsers cannot play get a word on that. */
export const isSeldomPlayed = (kind: Attachment["kind"]): boolean => ["avi", "mkv"].includes(kind);
