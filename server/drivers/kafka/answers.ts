/** What the owner of a partition tells the relay that proposed, on that relay's channel. */
import { parseHex, parseUtf8, utf8, type Bytes } from "../../../shared/bytes.ts";
import { REFUSALS } from "../../../shared/protocol.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../../../shared/wire.ts";
import type { Appended } from "../../ports/log.ts";
import { RECORD_ID_BYTES, recordIdOf, type RecordId } from "./partition-records.ts";

export type Outcome =
  | Exclude<Appended, { kind: "unknown" }>
  /** Not judged: meant for another life or incarnation, or void. The proposal is not in the order. */
  | { readonly kind: "void" }
  /** The room was purged, as asked. */
  | { readonly kind: "purged" };

export interface Answer {
  readonly id: RecordId;
  readonly outcome: Outcome;
}

const KIND_BYTE = { accepted: 1, refused: 2, void: 3, purged: 4 } as const;
const MOST_REASON_BYTES = 32;

/** One item of an answers channel. */
export function encodeAnswer({ id, outcome }: Answer): Bytes {
  const writer = new Writer().u8(KIND_BYTE[outcome.kind]).fixed(parseHex(id) ?? new Uint8Array());
  if (outcome.kind === "accepted") writer.u53(outcome.number);
  if (outcome.kind === "refused") writer.bytes(utf8(outcome.reason)).u53(outcome.detail);
  return writer.done();
}

/** Null for bytes that `encodeAnswer` would not have written. */
export function decodeAnswer(bytes: Uint8Array): Answer | null {
  return decodeWhole(bytes, (reader): Answer => {
    const kind = reader.u8();
    const id = recordIdOf(reader.fixed(RECORD_ID_BYTES));
    return { id, outcome: readOutcome(reader, kind) };
  });
}

function readOutcome(reader: Reader, kind: number): Outcome {
  switch (kind) {
    case KIND_BYTE.accepted:
      return { kind: "accepted", number: reader.u53() };
    case KIND_BYTE.refused: {
      const text = parseUtf8(reader.bytes(MOST_REASON_BYTES));
      const reason = REFUSALS.find((known) => known === text);
      if (reason === undefined) throw new Malformed("a refusal of no known reason");
      return { kind: "refused", reason, detail: reader.u53() };
    }
    case KIND_BYTE.void:
      return { kind: "void" };
    case KIND_BYTE.purged:
      return { kind: "purged" };
    default:
      throw new Malformed("an answer of unknown kind");
  }
}
