/** A message of one's own on its way: what was said, and how far it has come. */
import { toHex, type Bytes } from "../../shared/bytes.ts";
import type { Body } from "./content.ts";
import type { Delivery, FailReason } from "./view.ts";

/** One message of one's own; it keeps its id, and its counter as long as its session keeps its seat. */
export interface Outgoing {
  readonly key: string;
  readonly messageId: Bytes;
  readonly body: Body;
  delivery: Delivery;
  failReason: FailReason | null;
  counter: number | null;
  /** Must be offered (again) at the next occasion. */
  isDue: boolean;
  copies: number;
  refusedCopies: number;
  /** Acknowledged before the order was lost; now offered again as it was. */
  isAgain: boolean;
  /** The last sealing of it, for offering it verbatim. */
  sealing: Sealing | null;
}

export interface Sealing {
  /** The MLS PrivateMessage. */
  readonly inner: Bytes;
  /** Tag of its epoch, as text. */
  readonly epoch: string;
  readonly sealedAtMs: number;
}

/** What a message of one's own is called in this tab. */
export function keyOfOwn(messageId: Bytes): string {
  return `own-${toHex(messageId)}`;
}

/** A message of one's own that nobody has seen yet. */
export function outgoing(messageId: Bytes, body: Outgoing["body"]): Outgoing {
  return {
    key: keyOfOwn(messageId),
    messageId,
    body,
    delivery: "pending",
    failReason: null,
    counter: null,
    isDue: false,
    copies: 0,
    refusedCopies: 0,
    isAgain: false,
    sealing: null,
  };
}
