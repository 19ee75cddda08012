/** What the bench asks of each server: the same rooms, the same posts, counted the same way. */
import type { Servers } from "./process.ts";

/** One person's connection in one room. */
export interface Seat {
  /** Sends `count` posts of 256 bytes, each stamped with now. */
  send(count: number): void;
  /** Posts delivered here since the start, own ones included. */
  delivered(): number;
  /** Own posts that have come back. */
  returned(): number;
  /** Calls `seen` with the age of each delivery from now on, in ms. */
  watch(seen: (ageMs: number) => void): void;
  close(): void;
}

export interface Contender {
  readonly name: string;
  /** Module that is run as the server's process; it prints its port when it listens. */
  readonly server: string;
  readonly env: { readonly [name: string]: string };
  /** Processes of it that serve the same rooms together. */
  readonly processes: number;
  /** Starts them where `server` alone does not do. */
  readonly start?: () => Promise<Servers>;
  /** Fills one room, seats in turns over the ports; the first `watchers` seats read what they are sent, the others only count. */
  fill(ports: readonly number[], members: number, watchers: number): Promise<readonly Seat[]>;
}

/** Rooms and their members. */
export interface Shape {
  readonly rooms: number;
  readonly members: number;
}

/** The port of the `nth` seat. */
export function portOf(ports: readonly number[], nth: number): number {
  const port = ports[nth % ports.length];
  if (port === undefined) throw new Error("a contender without a server");
  return port;
}

/** Size of a post before any server's own framing. */
export const POST_BYTES = 256;

/** Milliseconds since the process started, as stamped into posts; both ends are this process. */
export const nowMs = (): number => performance.now();
