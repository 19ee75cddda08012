/** One WebSocket speaking frames; it knows bytes, not what they mean. */
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import { encodeClientFrame } from "../../shared/codec/client-frames.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { SUBPROTOCOL, type ClientFrame, type ServerFrame } from "../../shared/protocol.ts";

export interface SocketEvents {
  opened(): void;
  frame(frame: ServerFrame): void;
  /** Called once, whoever ended it; code and reason as in a WebSocket's close event. */
  closed(code: number, reason: string): void;
}

export interface Socket {
  /** Writes one frame; dropped silently where the socket is no longer open, since `closed` tells. */
  send(frame: ClientFrame): void;
  close(): void;
}

/** Opens a socket to the relay; how is the host's business: a browser, Node, a story. */
export type OpenSocket = (events: SocketEvents) => Socket;

/** The part of the WebSocket class that browsers and the `ws` package share. */
export type WebSocketClass = new (
  url: string,
  protocols: string[],
  options?: object,
) => WebSocketLike;

interface CloseEventLike {
  readonly code: number;
  readonly reason: string;
}

/** Handlers take `never`, so that whatever event a class hands them fits; we read only what both have. */
interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(bytes: Bytes): void;
  close(code?: number): void;
}

const OPEN = 1;
/** How a client ends a socket whose relay writes what it cannot read. */
const UNREADABLE = 4400;

/** Sockets to `url`; `options` go to the class as they are (Node's takes an origin there). */
export function webSockets(Class: WebSocketClass, url: string, options?: object): OpenSocket {
  return (events) => {
    const socket = new Class(url, [SUBPROTOCOL], options);
    let isOver = false;
    const over = (code: number, reason: string): void => {
      if (isOver) return;
      isOver = true;
      events.closed(code, reason);
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (!isOver) events.opened();
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (isOver) return;
      const frame = data instanceof ArrayBuffer ? decodeServerFrame(new Uint8Array(data)) : null;
      if (frame !== null) return events.frame(frame);
      socket.close(UNREADABLE);
      over(UNREADABLE, "");
    };
    socket.onclose = ({ code, reason }: CloseEventLike) => over(code, reason);
    // A close event follows every error, and says no less.
    socket.onerror = () => undefined;
    return {
      send(frame) {
        if (socket.readyState === OPEN) socket.send(encodeClientFrame(frame));
      },
      close() {
        socket.close(1000);
        over(1000, "");
      },
    };
  };
}
