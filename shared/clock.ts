/** Undoes what a starting function started; calling it twice is harmless. */
export type Stop = () => void;

/** Time as both ends see it; handed in, so that tests turn it by hand. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never steps backwards. */
  now(): number;
  /** Milliseconds since 1970, for showing and stamping only; it may step. */
  wall(): number;
  /** Calls `fire` once, `delayMs` from now, unless stopped. */
  after(delayMs: number, fire: () => void): Stop;
  /** Calls `fire` at the end of this turn of the event loop. */
  soon(fire: () => void): void;
}
