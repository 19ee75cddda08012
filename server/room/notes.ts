/**
 * Notes: what relays that serve one room tell each other beside the order, best effort (PROTOCOL.md §5,
 * "Several relays"). A border: what is not exactly one of these is dropped.
 */
import type { Bytes } from "../../shared/bytes.ts";
import {
  readIncarnation,
  readPositive,
  readSealed,
  readSession,
} from "../../shared/codec/fields.ts";
import { idBytes, type Incarnation, type SessionId } from "../../shared/ids.ts";
import { MAX_MEMBER_CAP, MAX_SIGNAL_BYTES } from "../../shared/limits.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../../shared/wire.ts";

/** A session's seat at a relay, by the number of the record that brought it there. */
export interface SeatHere {
  readonly session: SessionId;
  readonly arrival: number;
}

export type Note =
  /** Whoever has seats of this room here: say so. Of a relay that has just begun to serve it. */
  | { readonly kind: "who" }
  /** The turn to join was given up: whoever has joiners may ask for it. */
  | { readonly kind: "turn-free" }
  /** All sessions that have their seats at the sender, at most 100. */
  | {
      readonly kind: "here";
      readonly incarnation: Incarnation;
      readonly seats: readonly SeatHere[];
    }
  /** The lines of these seats at the sender have ended. */
  | {
      readonly kind: "gone";
      readonly incarnation: Incarnation;
      readonly seats: readonly SeatHere[];
    }
  /** For every line but those of the session that said it. */
  | {
      readonly kind: "signal";
      readonly incarnation: Incarnation;
      readonly session: SessionId;
      readonly sealed: Bytes;
    };

/** A changed shape takes a new byte: relays of two versions drop each other's. */
const KIND_BYTE = { who: 1, "turn-free": 2, here: 3, gone: 4, signal: 5 } as const;

/** Bytes of a note; seats in any order, none twice. */
export function encodeNote(note: Note): Bytes {
  const writer = new Writer().u8(KIND_BYTE[note.kind]);
  if (!("incarnation" in note)) return writer.done();
  writer.fixed(idBytes(note.incarnation));
  if (note.kind === "signal") {
    return writer.fixed(idBytes(note.session)).bytes(note.sealed).done();
  }
  const seats = note.seats.toSorted((a, b) => (a.session < b.session ? -1 : 1));
  writer.list(seats, ({ session, arrival }) => writer.fixed(idBytes(session)).u53(arrival));
  return writer.done();
}

/** Null for bytes that `encodeNote` would not have written. */
export function decodeNote(bytes: Uint8Array): Note | null {
  return decodeWhole(bytes, (reader): Note => {
    switch (reader.u8()) {
      case KIND_BYTE.who:
        return { kind: "who" };
      case KIND_BYTE["turn-free"]:
        return { kind: "turn-free" };
      case KIND_BYTE.here:
        return { kind: "here", incarnation: readIncarnation(reader), seats: readSeats(reader) };
      case KIND_BYTE.gone:
        return { kind: "gone", incarnation: readIncarnation(reader), seats: readSeats(reader) };
      case KIND_BYTE.signal:
        return {
          kind: "signal",
          incarnation: readIncarnation(reader),
          session: readSession(reader),
          sealed: readSealed(reader, MAX_SIGNAL_BYTES),
        };
      default:
        throw new Malformed("a note of no known kind");
    }
  });
}

function readSeats(reader: Reader): SeatHere[] {
  const seats = reader.list(MAX_MEMBER_CAP, () => ({
    session: readSession(reader),
    arrival: readPositive(reader),
  }));
  if (seats.some(({ session }, i) => i > 0 && session <= (seats[i - 1]?.session ?? ""))) {
    throw new Malformed("seats out of order");
  }
  return seats;
}
