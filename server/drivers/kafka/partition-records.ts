/** What stands in a partition of the ordering topic (DESIGN §2 "kafka"), and how it is written there. */
import type { Incarnation, RouteId } from "../../../shared/ids.ts";
import type { Candidate } from "../../ports/log.ts";

/** Names one produced record, 16 random bytes in hex; a copy of it that the log holds twice has the same. */
export type RecordId = string & { readonly __brand: "RecordId" };
/** Which life of a partition: the id of the reset that began it. */
export type LifeId = RecordId;
/** A region's name, 1 to 32 characters of a-z, 0-9 and "-". */
export type RegionName = string & { readonly __brand: "RegionName" };

export type PartitionRecord =
  /** Says every second whether that region has the partition. */
  | {
      readonly kind: "heartbeat";
      readonly id: RecordId;
      readonly region: RegionName;
      readonly has: boolean;
    }
  /** Begins a new life of the partition, without rooms, if its region had read up to where it was needed. */
  | {
      readonly kind: "reset";
      readonly id: RecordId;
      readonly region: RegionName;
      /** Offset of the last record that its region had read; -1: none. */
      readonly readUpTo: number;
    }
  | {
      readonly kind: "proposal";
      readonly id: RecordId;
      readonly region: RegionName;
      /** Relay that waits for the answer: 8 bytes in hex. */
      readonly relay: string;
      readonly routeId: RouteId;
      /** The incarnation that it is meant for; an `open` names the life. */
      readonly of: { readonly incarnation: Incarnation } | { readonly life: LifeId };
      readonly candidate: Candidate;
      /**
       * Of a leave that another region than the session's own proposes: that region has been silent since
       * this heartbeat (its offset; -1: none was seen). Void if a newer one stands before it.
       */
      readonly silence: { readonly region: RegionName; readonly heartbeat: number } | null;
    }
  /** Ends a room for good: its lifetime is over. */
  | {
      readonly kind: "purge";
      readonly id: RecordId;
      readonly region: RegionName;
      readonly relay: string;
      readonly routeId: RouteId;
      readonly incarnation: Incarnation;
    };
