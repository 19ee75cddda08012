/** A socket's relay end, served by a relay that may be killed: from then on it answers nobody. */
import { randomBytes } from "node:crypto";
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import { attachConnection } from "../edge/connection.ts";
import type { Socket } from "../edge/socket.ts";
import type { Rooms } from "../room/rooms.ts";

/** Of the page that people of stories have open. */
export const ORIGIN = "http://mayfly.test";

export interface Attachment {
  readonly clock: Clock;
  readonly rooms: Rooms;
  /** Whatever its timers still do, a relay that was killed sends nothing. */
  readonly isUp: () => boolean;
  /** Whose address it is. */
  readonly name: string;
  readonly failed: (fault: unknown) => void;
}

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));

export function attachTo({ clock, rooms, isUp, name, failed }: Attachment, socket: Socket): void {
  attachConnection(
    socket,
    { origin: ORIGIN, addressKey: name },
    {
      clock,
      random,
      frameRate: { perSecond: 1_000, burst: 10_000 },
      enter: (visitor, line) =>
        rooms.enter(visitor, {
          ...line,
          send: (frame) => (isUp() ? line.send(frame) : undefined),
          close: (...given) => (isUp() ? line.close(...given) : undefined),
        }),
      failed,
    },
  );
}
