/**
 * The media store: keeps the sealed chunks of a room's files for as long as their post, and nothing of
 * them on a disk (DESIGN §6). Drivers: memory (this process), redis (a region's relays). media.contract.ts
 * is what each must pass.
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { FileId, RouteId, SessionId } from "../../shared/ids.ts";

/** Who asks, and what must stand for it: checked by the store in the same step as what is asked. */
export interface Asker {
  readonly routeId: RouteId;
  readonly session: SessionId;
  /** Field of the room's state that is there for as long as the session has its seat. */
  readonly seat: string;
}

/** A file of the asker's own. */
export interface OwnFile extends Asker {
  readonly file: FileId;
  /** Of the whole file, sealed. */
  readonly totalBytes: number;
}

/** What may be held at once, in sealed bytes; asked when a file is reserved. */
export interface MediaBounds {
  readonly memberBytes: number;
  readonly memberFiles: number;
  readonly roomBytes: number;
  /** Of all rooms of this store. */
  readonly storeBytes: number;
}

/** Why nothing is held for the asker. */
export type Absence = "no-room" | "no-seat";

export type Reserved =
  | { readonly kind: "reserved"; readonly heldChunks: number }
  | {
      readonly kind: "refused";
      readonly reason: Absence | "taken" | "member-quota" | "room-quota" | "relay-quota";
    };

export type Held = "held" | "differs" | "no-file" | "full" | Absence;
export type Found = Bytes | "no-file" | "no-chunk" | Absence;

/** Every method throws where the store cannot be reached; then nothing is known of what was asked. */
export interface MediaStore {
  /**
   * Makes room for a file of the asker's for `leaseMs` from now; the space counts as taken from here on. Of
   * one that is reserved already by the same session with the same size it renews the lease, but not of one
   * that was announced: that lives as long as its post. MUST refuse where the room does not stand or the seat is not there.
   */
  reserve(file: OwnFile, bounds: MediaBounds, leaseMs: number): Promise<Reserved>;
  /**
   * Holds one chunk, and the whole file for `leaseMs` from now. The same bytes again: held; others at the same
   * place: differs, and nothing changes. Of a file that was announced nothing new is written (no-file) and
   * no lease renewed.
   */
  put(file: OwnFile, index: number, chunk: Bytes, leaseMs: number): Promise<Held>;
  /** One chunk of any file of the room. */
  get(asker: Asker, file: FileId, index: number): Promise<Found>;
  /**
   * Has those of the files that this session reserved live for `keepMs` from now, or longer if they do
   * already; those of others and those that are gone are left as they are. Harmless when repeated.
   */
  announce(
    routeId: RouteId,
    session: SessionId,
    files: readonly FileId[],
    keepMs: number,
  ): Promise<void>;
  /** Deletes a file of the asker's at once; true, as well where nothing of it was left, false where it is another's. */
  drop(asker: Asker, file: FileId): Promise<boolean | Absence>;
  /** Deletes everything of the room at once, whether it stands or not. */
  purge(routeId: RouteId): Promise<void>;
  /** The secret that all relays of this store share: theirs if they have one, else `own` from now on. */
  secret(own: Bytes): Promise<Bytes>;
  close(): Promise<void>;
}
