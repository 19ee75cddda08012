/** Playing a film while it still arrives: what the host does for it, where it can. */
import type { Bytes } from "../../../shared/bytes.ts";

/** A content that can be had chunk by chunk, in any order. */
export interface PlayedSource {
  readonly sizeBytes: number;
  /** Of those that kinds.ts has for films and sound; nothing else is played. */
  readonly mime: string;
  /** All chunks hold so many bytes, but the last. */
  readonly chunkBytes: number;
  /** Rejects where the chunk cannot be had, or when `signal` is aborted. */
  readonly read: (index: number, signal: AbortSignal) => Promise<Bytes>;
}

export interface Playing {
  /** For a media element of this page, and of no other. */
  readonly url: string;
  /** `stream`: sought at will, each time only what is needed is read; `mediasource`: read from the start on. */
  readonly way: "stream" | "mediasource";
  /** The address plays nothing any more; what is being read is aborted. */
  close(): void;
}

export interface Player {
  /** Null: not in this browser, or not this content; it can only be played once all of it is here. Never rejects. */
  open(source: PlayedSource): Promise<Playing | null>;
  /** The last room was left: all that plays is closed. */
  close(): void;
}
