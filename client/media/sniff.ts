/** What a file is, from its first bytes: never from its name or from what anybody says of it. */
import { parseUtf8 } from "../../shared/bytes.ts";
import type { FileKind } from "./kinds.ts";

/** As many first bytes as `sniff` wants to see; fewer are fine where there are no more. */
const HEAD_BYTES = 4_096;

/** As much of a content's beginning as `sniff` wants to see. @throws what the platform throws where it cannot be read */
export async function headOf(content: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await content.slice(0, HEAD_BYTES).arrayBuffer());
}

type Mark = readonly [offset: number, text: string, kind: FileKind];

/** Bytes that only files of the kind begin with; as Latin-1. */
const MARKS: readonly Mark[] = [
  [0, "\xff\xd8\xff", "jpeg"],
  [0, "\x89PNG\r\n\x1a\n", "png"],
  [0, "GIF87a", "gif"],
  [0, "GIF89a", "gif"],
  [0, "OggS", "ogg"],
  [0, "fLaC", "flac"],
  [0, "ID3", "mp3"],
  [0, "%PDF-", "pdf"],
  [0, "PK\x03\x04", "zip"],
];

/** Fourth to seventh byte of an ISO file are `ftyp`, then comes the brand. */
const BRANDS: { readonly [brand: string]: FileKind } = {
  "qt  ": "mov",
  "M4A ": "m4a",
  "M4B ": "m4a",
  avif: "avif",
  avis: "avif",
  heic: "heic",
  heix: "heic",
  hevc: "heic",
  hevx: "heic",
  mif1: "heic",
  msf1: "heic",
};

const RIFF: { readonly [form: string]: FileKind } = { WEBP: "webp", "AVI ": "avi", WAVE: "wav" };

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** `head` are the first bytes of a file, `HEAD_BYTES` where it has so many; fewer than its whole are enough. */
export function sniff(head: Uint8Array): FileKind {
  const start = latin1(head.subarray(0, 64));
  for (const [offset, text, kind] of MARKS) if (start.startsWith(text, offset)) return kind;
  if (start.startsWith("RIFF")) return RIFF[start.slice(8, 12)] ?? "other";
  if (start.startsWith("ftyp", 4)) return isoKind(start);
  // Files of old cameras begin with the film itself.
  if (/^(moov|mdat|wide|free|skip)/.test(start.slice(4))) return "mov";
  if (start.startsWith("\x1a\x45\xdf\xa3")) return matroskaKind(latin1(head.subarray(0, 256)));
  if (isMpegAudio(head)) return "mp3";
  return textKind(head);
}

function isoKind(start: string): FileKind {
  const major = BRANDS[start.slice(8, 12)];
  // HEIF's general brand says nothing of the codec; the compatible ones do.
  if (major === "heic" && start.slice(16, 48).includes("avif")) return "avif";
  return major ?? "mp4";
}

function matroskaKind(head: string): FileKind {
  return head.includes("webm") ? "webm" : "mkv";
}

/** A frame of MPEG audio, layer III, with a bit rate and a sampling rate that exist (ISO/IEC 11172-3 §2.4.2.3). */
function isMpegAudio([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  const isSync = first === 0xff && (second & 0xe6) === 0xe2;
  return isSync && third >> 4 !== 0 && third >> 4 !== 15 && ((third >> 2) & 3) !== 3;
}

function textKind(head: Uint8Array): FileKind {
  const text = wholeText(head);
  if (text === null) return "other";
  const start = text.trimStart().toLowerCase();
  if (start.includes("<svg")) return "svg";
  if (/^(<!doctype html|<html|<head|<body|<script|<!--)/.test(start)) return "html";
  return start.startsWith("<?xml") ? "other" : "text";
}

/** The head as text; null where it is none. A character that is cut off at its end is forgiven. */
function wholeText(head: Uint8Array): string | null {
  for (let cut = 0; cut < Math.min(4, head.length + 1); cut++) {
    const text = parseUtf8(head.subarray(0, head.length - cut));
    // oxlint-disable-next-line no-control-regex -- it is what tells text from other bytes
    if (text !== null) return /[\0-\x08\x0e-\x1a]/.test(text) ? null : text;
  }
  return null;
}
