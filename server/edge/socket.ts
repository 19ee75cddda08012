/** What a connection needs of a socket: ws fits through ws-socket.ts, a test's fake by its own hand. */
import type { Bytes } from "../../shared/bytes.ts";

/** What a socket tells its connection. None is called after `closed`. */
export interface SocketHandlers {
  /** A whole binary frame; its bytes may be reused after the call. */
  binary(bytes: Uint8Array): void;
  /** A text frame: nothing of ours. */
  text(): void;
  /** A ping or a pong of the WebSocket protocol, asked for or not. */
  control(): void;
  /** The socket is gone, whoever ended it. Called once. */
  closed(): void;
}

export interface Socket {
  /** Writes one binary frame; never blocks, never throws; nothing where the socket is closing. */
  send(bytes: Bytes): void;
  /** Writes a ping of the WebSocket protocol. */
  ping(): void;
  /** Begins the closing handshake; the reason has at most 123 bytes (RFC 6455 §5.5). */
  close(code: number, reason: string): void;
  /** Drops the socket without a handshake. */
  terminate(): void;
  /** Bytes handed over that the system has not taken yet. */
  readonly bufferedAmount: number;
  /** Names who is told; called once, before anything arrives. */
  listen(handlers: SocketHandlers): void;
}
