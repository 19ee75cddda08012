/** Playing a film while it still arrives: what the host does for it, where it can. */
import type { Bytes } from "../../../shared/bytes.ts";

/** A content that can be had chunk by chunk, in any order. */
export interface PlayedSource {
  readonly sizeBytes: number;
  readonly mime: string;
  /** All chunks hold so many bytes, but the last. */
  readonly chunkBytes: number;
  /** Rejects where the chunk cannot be had. */
  readonly read: (index: number, signal: AbortSignal) => Promise<Bytes>;
}

export interface Playing {
  /** For a media element of this page. */
  readonly url: string;
  close(): void;
}

export interface Player {
  /** Null: not in this browser. */
  open(source: PlayedSource): Promise<Playing | null>;
  /** The last room was left. */
  close(): void;
}
