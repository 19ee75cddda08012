/** What Redis answers, as the value that was asked for. */
import { parseUtf8 } from "../../../shared/bytes.ts";

/** The text of a buffer; empty for anything else, nil included. */
export function textOf(value: unknown): string {
  return value instanceof Uint8Array ? (parseUtf8(value) ?? "") : "";
}
