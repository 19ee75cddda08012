/**
 * The log: what orders a room's records, keeps them for their TTL and tells every relay that serves
 * the room. Drivers: memory (this process), redis and kafka. log.contract.ts is what each must pass.
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { Incarnation, RouteId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import type { Proposal, Record, Refusal } from "../../shared/protocol.ts";

/** A room's fields as the rules read them: flat and all numbers, so that any store can compare and set them. */
export type State = ReadonlyMap<string, number>;

/** A field that the rules read, with the value that they saw; undefined: it was absent. */
export interface Guard {
  readonly field: string;
  readonly value: number | undefined;
}

/** A field to write: a value, the number that the record gets, or undefined to delete it. */
export interface Effect {
  readonly field: string;
  readonly value: number | "number" | undefined;
}

/** What the rules say of a proposal. */
export type Verdict =
  | { readonly kind: "refused"; readonly reason: Refusal; readonly detail: number }
  | {
      readonly kind: "accepted";
      readonly guards: readonly Guard[];
      readonly effects: readonly Effect[];
      readonly ends: boolean;
    };

/** The rule set, handed to a driver by main; `fields` is null where no room stands. Pure. */
export type Judge = (fields: Pick<State, "get"> | null, proposal: Proposal) => Verdict;

/** A proposal with what travels beside it: the sealed GroupInfo of a commit. */
export interface Candidate {
  readonly proposal: Proposal;
  /** Kept for the newest commit record only; an `open` carries its own. */
  readonly groupInfo: Bytes | null;
}

export type Appended =
  | { readonly kind: "accepted"; readonly number: number }
  | { readonly kind: "refused"; readonly reason: Refusal; readonly detail: number }
  /** It may be in the order or not; or it is not this relay's to propose yet. Propose it again, later. */
  | { readonly kind: "unknown" };

/** A room that stands, as this relay sees it now. */
export interface Standing {
  readonly incarnation: Incarnation;
  readonly policy: Policy;
  /** `open` was accepted then; ms since 1970. */
  readonly openedAtMs: number;
  readonly state: State;
  /** The record that founded it, for as long as it is kept. */
  readonly open: Record | null;
  /** Number of the newest record. */
  readonly head: number;
  /** Bytes of the records that are kept now, about; for a room's quota. */
  readonly keptBytes: number;
  /** The newest commit record (or `open`) and its sealed GroupInfo. */
  readonly last: { readonly record: Record; readonly groupInfo: Bytes };
}

export interface LogListener {
  /** New records, dense and in order, each exactly once, the proposer's own included. */
  records(records: readonly Record[]): void;
  /** The room ended (last leave, its policy's lifetime) or was purged: nothing of it is left. */
  ended(): void;
  /**
   * This relay cannot follow the order any more: it was lost, or records that it lacks are gone, or the
   * log cannot be reached. What stands now is learnt by serving the room anew; nothing more is called.
   */
  lost(): void;
  /** Another relay that serves the room says this; best effort, in no order with anything. */
  noted(note: Bytes): void;
}

export interface RoomLog {
  /** The room as of the records delivered so far; null where none stands. */
  standing(): Standing | null;
  /**
   * Proposes in the given order. Guards that no longer hold are judged again by the driver.
   * MUST have delivered the records it accepted, or deliver them before anything later.
   * @throws where the order cannot be reached; then nothing is known of the candidates.
   */
  append(candidates: readonly Candidate[]): Promise<readonly Appended[]>;
  /**
   * Records still kept with a number above `number`, in order; expired ones are missing. A record goes
   * at the policy's message TTL; commit records stay for the grace beyond it, so that whoever resumes
   * can follow the keys; the newest of them and its GroupInfo stay as long as the room.
   */
  since(number: number): Promise<readonly Record[]>;
  /**
   * True where that incarnation is a later one than this relay has reached: its region lags, and waiting
   * helps (DESIGN §2 "kafka").
   */
  isAhead(incarnation: Incarnation): boolean;
  /** Deletes everything of the room at once; calls `ended`. */
  purge(): Promise<void>;
  /** Tells every other relay that serves the room; it may get lost. */
  note(note: Bytes): void;
  /**
   * Asks for this room's turn to join, which one relay at a time has, for `leaseMs` at most; false while
   * another has it. It keeps joiners of several relays from wasting each other's work, nothing more: no
   * rule of the order reads it. Where several ask, each gets it in its turn.
   * @throws where the store that relays share cannot be reached.
   */
  lease(leaseMs: number): Promise<boolean>;
  /** Gives the turn back before its time, if this relay has it. Best effort. */
  release(): void;
  /** Stops serving; the listener hears nothing more, and a later append is refused by a throw. */
  close(): void;
}

export interface Log {
  /** Begins to serve a room, standing or not. One at a time for each route. */
  serve(routeId: RouteId, listener: LogListener): Promise<RoomLog>;
  /** True while the order can be reached. */
  isReady(): boolean;
  close(): Promise<void>;
}
