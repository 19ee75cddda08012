/** Posts and confirms that say whatever an insider likes; what is not named is as an honest client has it. */
import { randomBytes } from "node:crypto";
import { sealPost } from "../../client/crypto/posts.ts";
import type { Group } from "../../client/crypto/mls-state.ts";
import { sealSignal } from "../../client/crypto/signals.ts";
import { wipe, type RoomKeys } from "../../client/crypto/keys.ts";
import {
  CONFIRM_SIGNAL,
  encodeInside,
  MESSAGE_ID_BYTES,
  type Body,
} from "../../client/state/content.ts";
import { sealPostCover, sealSignalCover } from "../../client/state/seals.ts";
import type { Seat } from "../../client/state/seat.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { Incarnation } from "../../shared/ids.ts";
import type { Offer } from "../../shared/protocol.ts";

export interface HostilePost {
  readonly text?: string;
  readonly body?: Body;
  /** What the relay is told. */
  readonly counter?: number;
  readonly names?: number;
  /** What is under the outer seal. */
  readonly epochRecord?: number;
  readonly epochTag?: Bytes;
  /** A PrivateMessage made before; nothing is sealed then. */
  readonly inner?: Bytes;
  /** What is inside. */
  readonly innerCounter?: number;
  readonly incarnation?: Incarnation;
  readonly messageId?: Bytes;
  readonly applied?: number;
  readonly orderHash?: Bytes | null;
  /** Told of the PrivateMessage, so that it can be offered again. */
  readonly sealed?: (inner: Bytes) => void;
}

/** Seals in the seat's present epoch and advances it. To be run alone. */
export async function hostilePost(
  keys: RoomKeys,
  seat: Seat,
  what: HostilePost & { readonly counter: number; readonly ref: number },
): Promise<Offer> {
  const inner = what.inner ?? (await sealInside(seat, what));
  what.sealed?.(inner);
  const { counter, ref } = what;
  const names = what.names ?? seat.order.last();
  const cover = {
    epochRecord: what.epochRecord ?? seat.order.epochRecord(),
    epochTag: what.epochTag ?? seat.order.tag(),
    inner,
  };
  const sealed = sealPostCover(keys, { session: seat.me, counter, names, files: [] }, cover);
  if (sealed === null) throw new Error("a hostile post that is too large");
  return { kind: "post", ref, counter, names, files: [], sealed };
}

async function sealInside(seat: Seat, what: HostilePost & { readonly counter: number }) {
  const { order } = seat;
  const text = what.text ?? "";
  const inside = encodeInside({
    incarnation: what.incarnation ?? order.incarnation,
    counter: what.innerCounter ?? what.counter,
    messageId: what.messageId ?? Uint8Array.from(randomBytes(MESSAGE_ID_BYTES)),
    applied: what.applied ?? order.number(),
    orderHash: what.orderHash === undefined ? order.hash() : what.orderHash,
    body: what.body ?? { kind: "text", sentAtMs: 0, text },
  });
  const made = await sealPost(seat.group, inside);
  seat.group = made.group;
  wipe(...made.spent);
  return made.sealed;
}

/** Confirms, sealed, whoever is in that group: the order's, or one that stands in none. */
export function hostileConfirm(keys: RoomKeys, group: Group, counter: number): Bytes {
  const sealed = sealSignalCover(keys, group.me, sealSignal(group, counter, CONFIRM_SIGNAL));
  if (sealed === null) throw new Error("a confirm that is too large");
  return sealed;
}
