/** What a file turned out to be, and what of it may leave this machine. */
import type { FileKind } from "./kinds.ts";

/** Something in a file that says more than its content shows. */
export interface Found {
  readonly what:
    | "location"
    | "camera"
    | "dates"
    | "author"
    | "original-name"
    | "software"
    | "comment"
    | "thumbnail"
    | "other";
  /** As read from the file, cut to a readable length; "" where there is nothing to show of it. */
  readonly value: string;
}

export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

export interface Examined {
  readonly kind: FileKind;
  /** Fit to be shown, saved and sent: HOSTILE 54. */
  readonly name: string;
  /** As shown, turned by what the file says of its orientation; null where it has none or they cannot be read. */
  readonly dimensions: Dimensions | null;
  readonly isAnimated: boolean;
  /** What `cleaned` has no more. */
  readonly removed: readonly Found[];
  /** What could not be removed. */
  readonly kept: readonly Found[];
  /** The kind holds things about its origin that are not looked into here, so that nothing can be promised. */
  readonly isOpaque: boolean;
  /** The content without what is removed: slices of the file given, so nothing of it is in memory. */
  readonly cleaned: Blob;
}

/** Why a file is not taken. */
export type ExamineFault =
  /** More pixels than are decoded here. */
  | "too-many-pixels"
  /** It says to be a picture, and is a broken one. */
  | "broken"
  /** It cannot be read any more: moved, deleted, a folder. */
  | "unreadable";
