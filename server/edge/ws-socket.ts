/** A ws socket as a connection sees it. */
import type { WebSocket } from "ws";
import type { Socket } from "./socket.ts";

const MAX_UNREAD_PONG_BYTES = 16 * 1024;

/** Nothing to do: that the socket failed is told by its close. */
const ignore = () => undefined;

/** Fits `ws`, which must be open and leave pings to us (`autoPong` off), to the seam. */
export function socketOf(ws: WebSocket): Socket {
  return {
    send(bytes) {
      if (ws.readyState === ws.OPEN) ws.send(bytes, ignore);
    },
    ping() {
      if (ws.readyState === ws.OPEN) ws.ping(undefined, false, ignore);
    },
    close: (code, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
    get bufferedAmount() {
      return ws.bufferedAmount;
    },
    listen(handlers) {
      let isClosed = false;
      function closed(): void {
        if (!isClosed) handlers.closed();
        isClosed = true;
      }
      ws.on("message", (data, isBinary) => {
        if (isClosed) return;
        // One buffer each: ws.binaryType stays "nodebuffer".
        if (isBinary && data instanceof Uint8Array) handlers.binary(data);
        else handlers.text();
      });
      ws.on("ping", (data) => {
        if (isClosed) return;
        handlers.control();
        // Only the newest ping needs an answer (RFC 6455 §5.5.3); who does not read gets none.
        if (ws.readyState === ws.OPEN && ws.bufferedAmount < MAX_UNREAD_PONG_BYTES) {
          ws.pong(data, false, ignore);
        }
      });
      ws.on("pong", () => {
        if (!isClosed) handlers.control();
      });
      // A breach of the protocol: ws answers with its code (RFC 6455 §7.4.1) and cuts the socket itself.
      ws.on("error", closed);
      ws.on("close", closed);
    },
  };
}
