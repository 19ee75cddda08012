/**
 * Whether the log is still the one that was applied. A log that was wiped can be refilled past the applied
 * offset, which marks alone don't show, so each connection begins at the applied record itself (DESIGN §2).
 */
import type { LoggedRecord, Marks } from "./order-topic.ts";
import { idOf } from "./partition-records.ts";
import type { Place } from "./place.ts";

export type Continuity =
  /** What follows the applied record. */
  | { readonly kind: "goes-on"; readonly next: readonly LoggedRecord[] }
  /** The applied record is gone, or another stands in its place. */
  | { readonly kind: "broken" }
  /** It began somewhere else although the log should hold it: read again. */
  | { readonly kind: "strange" };

/** Judges the first records of a connection. */
export function continuityOf(
  { applied, appliedId }: Pick<Place, "applied" | "appliedId">,
  [first, ...next]: readonly LoggedRecord[],
  marks: Marks,
): Continuity {
  if (first?.offset === applied) {
    return idOf(first.bytes) === appliedId ? { kind: "goes-on", next } : { kind: "broken" };
  }
  const isHeld = marks.low <= applied && applied < marks.high;
  return { kind: isHeld ? "strange" : "broken" };
}
