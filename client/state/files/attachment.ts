/** Files as the screens show them: part of the seam between ui and the rest of the client. */
import type { ReadonlySignal } from "@preact/signals";
import type { GrantRefusal } from "../../../shared/media.ts";
import type { Dimensions, Examined, ExamineFault } from "../../media/examined.ts";
import type { FileFamily, FileKind } from "../../media/kinds.ts";

/**
 * How far a file of one's own has come. `waiting`: for its turn, or for the relay; `failed`: nothing more is tried
 * until the person says so.
 */
export type Upload =
  | { readonly kind: "waiting" }
  | {
      readonly kind: "going";
      readonly sentBytes: number;
      readonly bytesPerS: number;
      /** Null: not to be told yet. */
      readonly leftMs: number | null;
    }
  | { readonly kind: "paused"; readonly sentBytes: number }
  | { readonly kind: "failed"; readonly why: UploadFailure }
  | { readonly kind: "done" };

/**
 * `unreadable`: the file was moved or changed meanwhile; `full`: the relay has no room left; `other`: a bug, or what
 * seals chunks does not work here.
 */
export type UploadFailure = GrantRefusal | "full" | "unreadable" | "other";

/** As a whole; or while it still arrives, sought at will (`stream`) or from the start on (`mediasource`). */
export type Way = "blob" | "stream" | "mediasource";

/** What can be seen of a file's content here. `loading`: all of it is fetched before it is shown. */
export type Opened =
  | { readonly kind: "closed" }
  | { readonly kind: "loading"; readonly gotBytes: number }
  | { readonly kind: "shown"; readonly url: string; readonly way: Way }
  | { readonly kind: "broken"; readonly why: OpenFailure };

/**
 * `gone`: no relay holds it any more; `tampered`: what came is not what was sent; `mislabelled`: it is not of the
 * kind that its sender says; `too-many-pixels`: larger than is decoded here; `interrupted`: the relay was not reached,
 * or what opens chunks does not work here.
 */
export type OpenFailure = "gone" | "tampered" | "mislabelled" | "too-many-pixels" | "interrupted";

/** How a file's content gets onto the disk. */
export type Saving =
  | { readonly kind: "idle" }
  | { readonly kind: "going"; readonly gotBytes: number }
  | { readonly kind: "failed"; readonly why: OpenFailure };

export interface Attachment {
  readonly key: string;
  readonly kind: FileKind;
  readonly family: FileFamily;
  /** Fit to be shown and saved. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly dimensions: Dimensions | null;
  readonly isAnimated: boolean;
  readonly alt: string;
  /** Others' are `done`. */
  readonly upload: ReadonlySignal<Upload>;
  readonly opened: ReadonlySignal<Opened>;
  readonly saving: ReadonlySignal<Saving>;
  /** Shows it; once it is shown or on its way, nothing happens. After a failure it is tried again. */
  readonly open: () => void;
  /** Gives the address back, or stops what is on its way. */
  readonly close: () => void;
  /** Fetches all of it and hands it to the browser to be saved under its name. */
  readonly save: () => void;
  /** Of one's own that is on its way: holds it, and goes on. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** A file that the person chose and has not sent yet. */
export interface Draft {
  readonly key: string;
  /** As the person knows it. */
  readonly originalName: string;
  readonly sizeBytes: number;
  /** What it is and what will be removed; or why it is not taken. */
  readonly examined: Examined | ExamineFault;
  /** Of a picture, to be shown before it is sent; null for all else. */
  readonly previewUrl: string | null;
}

export interface ChosenFile {
  readonly draft: Draft;
  readonly alt: string;
}
