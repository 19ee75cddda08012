/** Vorbis comments, as sounds in Ogg, FLAC and WebM carry them. */
import type { Note } from "./cleaning.ts";
import { noteNamed } from "./names.ts";
import { textOf, viewOf } from "./source.ts";

const MOST_COMMENTS = 200;
const MOST_TEXT_BYTES = 400;

/**
 * Notes what stands behind `from` in the packet, and returns a packet of the same length that has no comment and says
 * nothing of its coder: the coder's name takes up the room, as zeros. Null where it cannot be read.
 */
export function readVorbisComment(
  packet: Uint8Array<ArrayBuffer>,
  from: number,
  note: Note,
): Uint8Array<ArrayBuffer> | null {
  const view = viewOf(packet);
  // Only Vorbis proper ends with a bit that says so.
  const endBytes = packet[0] === 3 ? 1 : 0;
  const room = packet.length - from - 8 - endBytes;
  if (room < 0) return null;
  const coder = view.getUint32(from, true);
  if (coder > room) return null;
  note("software", textOf(packet.subarray(from + 4, from + 4 + Math.min(coder, MOST_TEXT_BYTES))));
  const count = Math.min(view.getUint32(from + 4 + coder, true), MOST_COMMENTS);
  for (let index = 0, at = from + 8 + coder; index < count && at + 4 <= packet.length; index++) {
    const length = view.getUint32(at, true);
    noteComment(packet.subarray(at + 4, at + 4 + Math.min(length, MOST_TEXT_BYTES)), note);
    at += 4 + length;
  }
  const clean = new Uint8Array(packet.length);
  clean.set(packet.subarray(0, from));
  new DataView(clean.buffer).setUint32(from, room, true);
  if (endBytes === 1) clean[packet.length - 1] = 1;
  return clean;
}

function noteComment(bytes: Uint8Array, note: Note): void {
  const [name = "", ...value] = textOf(bytes).split("=");
  noteNamed(note, name, value.join("="));
}
