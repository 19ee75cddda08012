/** Every room that this relay serves: opened for the first line, closed when nothing needs it. */
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import { CLOSE, type CloseReason } from "../../shared/close-codes.ts";
import type { RouteId } from "../../shared/ids.ts";
import type { Log } from "../ports/log.ts";
import type { RoomLimits } from "./limits.ts";
import type { Media } from "./media.ts";
import type { Line, Visit, Visitor } from "./line.ts";
import { createRoom, type Room, type RoomParts } from "./room.ts";
import type { RoomEvent } from "./site.ts";
import { createWindows } from "./windows.ts";

export interface RoomsParts {
  readonly log: Log;
  readonly clock: Clock;
  /** Fresh random bytes of that length; spreads the lines that a restart sends away. */
  readonly random: (length: number) => Bytes;
  /** SHA-256, 32 bytes. */
  readonly sha256: (bytes: Bytes) => Bytes;
  readonly limits: RoomLimits;
  /** Null where this relay takes no files. */
  readonly media: Media | null;
  /** Told what happened, without a name of anyone or anything. */
  readonly report: (event: RoomEvent) => void;
}

export interface Rooms {
  /** Lets in who has proved the keys of a route id; answers on the line. */
  enter(visitor: Visitor, line: Line): Visit;
  /**
   * Takes no more proposals, writes what was accepted to its lines and closes them all with `restart`
   * and a hint when to come back. Whoever enters from then on is sent away the same way.
   */
  drain(): Promise<void>;
  /** For metrics: numbers only. */
  count(): { readonly rooms: number; readonly lines: number; readonly away: number };
}

interface HeldRoom {
  readonly opening: Promise<Room>;
  /** Null until it is looked up. */
  room: Room | null;
}

/** No room yet. */
export function createRooms(parts: RoomsParts): Rooms {
  const { log, clock, limits, random } = parts;
  const rooms = new Map<RouteId, HeldRoom>();
  const foundings = createWindows<string>(limits.foundings, () => clock.now());
  const refoundings = createWindows<string>(limits.refoundings, () => clock.now());
  let isDraining = false;

  const roomParts: RoomParts = {
    clock,
    limits,
    media: parts.media,
    sha256: parts.sha256,
    report: parts.report,
    takeFounding: (addressKey) => foundings.take(addressKey),
    takeRefounding: (addressKey) => refoundings.take(addressKey),
    isDraining: () => isDraining,
    retryAfterMs() {
      const [high = 0, low = 0] = random(2);
      return Math.floor(((high * 256 + low) / 65_536) * limits.retrySpreadMs);
    },
    // A whole relay is not coming at once: the members of one room may hurry.
    retrySoonMs: () => Math.floor(roomParts.retryAfterMs() / 4),
  };

  function open(routeId: RouteId): HeldRoom {
    const held = rooms.get(routeId);
    if (held !== undefined) return held;
    const forget = () => rooms.delete(routeId);
    const opening = createRoom(log, routeId, roomParts, forget);
    const fresh: HeldRoom = { opening, room: null };
    rooms.set(routeId, fresh);
    opening.then((room) => (fresh.room = room), forget);
    return fresh;
  }

  function enter(visitor: Visitor, line: Line): Visit {
    if (isDraining) {
      line.close(CLOSE.restart, roomParts.retryAfterMs());
      return { receive: () => undefined, closed: () => undefined };
    }
    const { room, opening } = open(visitor.routeId);
    if (room !== null) return room.enter(visitor, line);
    return enterLater(opening, line, () => enter(visitor, line));
  }

  return {
    enter,
    async drain() {
      isDraining = true;
      const opened = await Promise.allSettled(Array.from(rooms.values(), ({ opening }) => opening));
      const drained = opened.flatMap((result) =>
        result.status === "fulfilled" ? result.value.drain() : [],
      );
      await Promise.all(drained);
    },
    count() {
      const counts = Array.from(rooms.values(), ({ room }) => room?.count());
      return {
        rooms: rooms.size,
        lines: counts.reduce((sum, count) => sum + (count?.lines ?? 0), 0),
        away: counts.reduce((sum, count) => sum + (count?.away ?? 0), 0),
      };
    },
  };
}

/** Until the room is looked up a client has nothing to say but pings: it was not answered yet. */
function enterLater(opening: Promise<Room>, line: Line, enter: () => Visit): Visit {
  let visit: Visit | null = null;
  let isOver = false;

  function close(reason: CloseReason): void {
    if (!isOver) line.close(reason);
    isOver = true;
  }

  // The lookup is asked again: the room may have been closed since by those who came before.
  const opened = (room: Room) => (isOver ? room.closeIfIdle() : void (visit = enter()));
  opening.then(opened, () => close(CLOSE.later));
  return {
    receive(frame) {
      if (visit !== null) visit.receive(frame);
      else if (frame.kind !== "ping") close(CLOSE.outOfTurn);
    },
    closed() {
      isOver = true;
      visit?.closed();
    },
  };
}
