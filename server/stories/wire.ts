/** A socket between a real client and a real relay connection, without a network: it can be slow, cut, or broken. */
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import { encodeClientFrame } from "../../shared/codec/client-frames.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { OpenSocket, Socket as ClientSocket, SocketEvents } from "../../client/net/socket.ts";
import type { Socket as RelaySocket, SocketHandlers } from "../edge/socket.ts";

/** What an on-path adversary may do with bytes: give them back changed, several times, or not at all. */
export type Tamper = (bytes: Bytes) => readonly Bytes[];

export interface Network {
  /** Opens a socket to the relay that `attach` serves now; null: nobody listens. */
  openSocket: OpenSocket;
  /** Nothing passes any more, and neither end is told: half-open. */
  cut(): void;
  /** What was cut passes again for sockets opened from now on; both ends of the old ones are told. */
  mend(): void;
  /** Ends all sockets at once; both ends are told. */
  breakAll(): void;
  /** The client's ends break and are told; the relay's ends are not: half-open until it gives them up. */
  abandon(): void;
  /** Frames from the relay from now on go through here. */
  tamperDown: Tamper | null;
  /** Frames to the relay from now on go through here. */
  tamperUp: Tamper | null;
  /** Everything that was sent to the relay. */
  readonly sent: Bytes[];
}

export interface NetworkDeps {
  readonly clock: Clock;
  readonly latencyMs: () => number;
  /** Serves the relay's end; false: connection refused. */
  readonly attach: (socket: RelaySocket) => boolean;
}

interface Ends {
  isCut: boolean;
  isOver: boolean;
  /** Tells the client's end alone. */
  abandon(): void;
  end(code: number, reason: string): void;
}

export function createNetwork({ clock, latencyMs, attach }: NetworkDeps): Network {
  const open = new Set<Ends>();
  let isCut = false;
  const sent: Bytes[] = [];

  const network: Network = {
    openSocket,
    tamperDown: null,
    tamperUp: null,
    sent,
    cut() {
      isCut = true;
      for (const ends of open) ends.isCut = true;
    },
    mend() {
      isCut = false;
      network.breakAll();
    },
    breakAll() {
      for (const ends of open) ends.end(1006, "");
    },
    abandon() {
      for (const ends of open) ends.abandon();
    },
  };

  function openSocket(events: SocketEvents): ClientSocket {
    let handlers: SocketHandlers | null = null;
    let upAtMs = clock.now();
    let downAtMs = clock.now();

    let isTold = false;
    const tell = (code: number, reason: string): void => {
      if (!isTold) clock.after(0, () => events.closed(code, reason));
      isTold = true;
    };
    const ends: Ends = {
      isCut,
      isOver: false,
      abandon() {
        ends.isCut = true;
        tell(1006, "");
      },
      end(code, reason) {
        if (ends.isOver) return;
        ends.isOver = true;
        open.delete(ends);
        tell(code, reason);
        handlers?.closed();
      },
    };
    /** In order, like TCP, each after a delay of its own. */
    const up = (deliver: () => void): void => {
      upAtMs = Math.max(upAtMs, clock.now() + latencyMs());
      clock.after(upAtMs - clock.now(), () => {
        if (!ends.isOver && !ends.isCut) deliver();
      });
    };
    const down = (deliver: () => void): void => {
      downAtMs = Math.max(downAtMs, clock.now() + latencyMs());
      clock.after(downAtMs - clock.now(), () => {
        if (!ends.isOver && !ends.isCut) deliver();
      });
    };

    const relayEnd: RelaySocket = {
      bufferedAmount: 0,
      listen(given) {
        handlers = given;
      },
      send(bytes) {
        const copies = network.tamperDown?.(bytes) ?? [bytes];
        for (const copy of copies) {
          down(() => {
            const frame = decodeServerFrame(copy);
            if (frame === null) ends.end(4400, "");
            else events.frame(frame);
          });
        }
      },
      ping: () => down(() => up(() => handlers?.control())),
      close: (code, reason) => down(() => ends.end(code, reason)),
      terminate: () => ends.end(1006, ""),
    };

    open.add(ends);
    clock.after(latencyMs(), () => {
      if (ends.isOver || ends.isCut) return;
      if (!attach(relayEnd)) ends.end(1006, "");
      else events.opened();
    });

    return {
      send(frame) {
        const bytes = encodeClientFrame(frame);
        sent.push(bytes);
        for (const copy of network.tamperUp?.(bytes) ?? [bytes]) up(() => handlers?.binary(copy));
      },
      close() {
        // A client that closes hears nothing more; what it sent before still arrives.
        const closing = ends;
        up(() => closing.end(1000, ""));
        if (closing.isCut) closing.end(1006, "");
      },
    };
  }
  return network;
}
