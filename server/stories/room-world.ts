/** A relay's rooms without sockets or keys: lines that keep what they were sent, a log, a clock turned by hand. */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Bytes } from "../../shared/bytes.ts";
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import type { CloseReason } from "../../shared/close-codes.ts";
import {
  routeIdOf,
  sessionIdOf,
  type Cursor,
  type RouteId,
  type SessionId,
} from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import {
  RULES_VERSION,
  type ClientFrame,
  type Offer,
  type Record,
  type Refounding,
  type ServerFrame,
} from "../../shared/protocol.ts";
import { createMemoryLog, type MemoryLog } from "../drivers/memory-log.ts";
import type { Log } from "../ports/log.ts";
import { judge } from "../room/judge.ts";
import { DEFAULT_ROOM_LIMITS, type RoomLimits } from "../room/limits.ts";
import type { Line, Visit } from "../room/line.ts";
import { createRooms, type Rooms } from "../room/rooms.ts";
import type { RoomEvent } from "../room/site.ts";
import { createHandClock, type HandClock } from "./hand-clock.ts";

export const POLICY: Policy = {
  messageTtlMs: 600_000,
  memberCap: 100,
  graceMs: 60_000,
  lifetimeMs: 3_600_000,
};
export const ROUTE: RouteId = routeIdOf(new Uint8Array(16).fill(7));

type FrameKind = ServerFrame["kind"];
type FrameOf<K extends FrameKind> = Extract<ServerFrame, { readonly kind: K }>;

export const sha256 = (bytes: Uint8Array): Bytes =>
  Uint8Array.from(createHash("sha256").update(bytes).digest());

/** Bytes of the smallest bucket that differ by their text. */
export function sealedOf(text: string, bytes = 512): Bytes {
  const sealed = new Uint8Array(bytes);
  sealed.set(new TextEncoder().encode(text));
  return sealed;
}

/** The session id of a name: any 16 bytes do here. */
export const sessionOf = (name: string): SessionId =>
  sessionIdOf(sha256(sealedOf(name)).slice(0, 16));

/** One connection of somebody's. */
export interface Wire {
  readonly session: SessionId;
  /** Every frame so far, in order. */
  readonly frames: ServerFrame[];
  /** The very bytes of them. */
  readonly sent: Bytes[];
  /** Why the relay ended it; null while it is open. */
  closedBy(): CloseReason | null;
  retryAfterMs(): number | undefined;
  send(frame: Exclude<ClientFrame, { readonly kind: "enter" }>): Promise<void>;
  /** Without waiting for anything, as several frames in one turn of the event loop come. */
  sendNow(frame: Exclude<ClientFrame, { readonly kind: "enter" }>): void;
  /** The socket goes, unsaid. */
  drop(): Promise<void>;
  all<K extends FrameKind>(kind: K): FrameOf<K>[];
  last<K extends FrameKind>(kind: K): FrameOf<K>;
  /** Every record so far. */
  records(): Record[];
  numbers(): number[];
  found(policy?: Policy): Promise<void>;
  refound(refounding: Partial<Refounding> & { readonly sessions: SessionId[] }): Promise<void>;
  /** Commits in the turn that it has. */
  join(): Promise<void>;
  post(counter: number, names: number, text?: string): Promise<void>;
  leave(arrival: number): Promise<void>;
  /** Bytes that the network has not taken. */
  stall(bytes: number): void;
}

export interface Entering {
  readonly cursor?: Cursor;
  readonly connections?: number;
  readonly address?: string;
  readonly route?: RouteId;
  /** Bytes that the network has not taken, from the start. */
  readonly buffered?: number;
  /** The socket goes before the relay has done anything about it. */
  readonly dropsAtOnce?: boolean;
}

export interface RoomWorld {
  readonly clock: HandClock;
  readonly log: MemoryLog;
  readonly rooms: Rooms;
  readonly events: RoomEvent[];
  enter(name: string, how?: Entering): Promise<Wire>;
  /** Without waiting for an answer. */
  enterNow(name: string, how?: Entering): Wire;
  /** Somebody who has founded a room, and others who joined it one after the other. */
  roomOf<Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ readonly [I in keyof Names]: Wire }>;
}

let refs = 0;

export const commitOf = (follows: number, text: string, removes: SessionId[] = []): Offer => {
  const groupInfo = sealedOf(`group info ${text}`);
  const sealed = sealedOf(`commit ${text}`);
  return {
    kind: "commit",
    ref: ++refs,
    follows,
    removes,
    groupInfoHash: sha256(groupInfo),
    sealed,
    groupInfo,
  };
};

export const postOf = (counter: number, names: number, text = "hello"): Offer => ({
  kind: "post",
  ref: ++refs,
  counter,
  names,
  files: [],
  sealed: sealedOf(text),
});

/** `wrap` puts something between the rooms and their log; what it wraps is the real memory log. */
export function createRoomWorld(
  limits: Partial<RoomLimits> = {},
  wrap: (log: Log) => Log = (log) => log,
): RoomWorld {
  const clock = createHandClock();
  let drawn = 0;
  const random = (length: number) => sha256(sealedOf(`random ${drawn++}`)).slice(0, length);
  const log = createMemoryLog({ clock, random, judge });
  const events: RoomEvent[] = [];
  const rooms = createRooms({
    media: null,
    log: wrap(log),
    clock,
    random,
    sha256,
    limits: { ...DEFAULT_ROOM_LIMITS, ...limits },
    report: (event) => events.push(event),
  });

  function enterNow(
    name: string,
    {
      cursor,
      connections = 1,
      address = "somewhere",
      route = ROUTE,
      buffered = 0,
      dropsAtOnce = false,
    }: Entering = {},
  ): Wire {
    const session = sessionOf(name);
    const line = createLine();
    line.buffered = buffered;
    const visitor = {
      routeId: route,
      session,
      connections,
      cursor: cursor ?? null,
      addressKey: address,
    };
    const visit = rooms.enter(visitor, line);
    if (dropsAtOnce) visit.closed();
    line.onClose(() => visit.closed());
    return createWire(name, session, visit, line, clock);
  }

  async function enter(name: string, how?: Entering): Promise<Wire> {
    const wire = enterNow(name, how);
    await clock.settle();
    return wire;
  }

  async function roomOf<Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ readonly [I in keyof Names]: Wire }>;
  async function roomOf(...names: readonly string[]): Promise<readonly Wire[]> {
    const wires: Wire[] = [];
    for (const name of names) {
      const wire = await enter(name);
      if (wires.length === 0) await wire.found();
      else await wire.join();
      wires.push(wire);
    }
    return wires;
  }

  return {
    clock,
    log,
    rooms,
    events,
    enter,
    enterNow,
    roomOf,
  };
}

interface FakeLine extends Line {
  readonly sent: Bytes[];
  readonly frames: ServerFrame[];
  closed: CloseReason | null;
  retryAfterMs: number | undefined;
  buffered: number;
  onClose(listener: () => void): void;
}

function createLine(): FakeLine {
  let listener = () => {};
  const line: FakeLine = {
    sent: [],
    frames: [],
    closed: null,
    retryAfterMs: undefined,
    buffered: 0,
    send(bytes) {
      expect(line.closed, "nothing is sent after a close").toBeNull();
      const frame = decodeServerFrame(bytes);
      if (frame === null) throw new Error("the relay sent what no client can read");
      line.sent.push(bytes);
      line.frames.push(frame);
    },
    bufferedBytes: () => line.buffered,
    close(reason, retryAfterMs) {
      expect(line.closed, "closed once").toBeNull();
      line.closed = reason;
      line.retryAfterMs = retryAfterMs;
      // As a socket does: the news of its end comes later.
      queueMicrotask(() => listener());
    },
    onClose(then) {
      listener = then;
      if (line.closed !== null) then();
    },
  };
  return line;
}

function createWire(
  name: string,
  session: SessionId,
  visit: Visit,
  line: FakeLine,
  clock: HandClock,
): Wire {
  const all = <K extends FrameKind>(kind: K): FrameOf<K>[] =>
    line.frames.filter((frame): frame is FrameOf<K> => frame.kind === kind);
  const last = <K extends FrameKind>(kind: K): FrameOf<K> => {
    const frame = all(kind).at(-1);
    if (frame === undefined)
      throw new Error(`${name} got no ${kind}, only ${line.frames.map((f) => f.kind).join(", ")}`);
    return frame;
  };
  const sendNow: Wire["sendNow"] = (frame) => {
    if (line.closed === null) visit.receive(frame);
  };
  const send: Wire["send"] = (frame) => {
    sendNow(frame);
    return clock.settle();
  };
  const records = () => all("records").flatMap((frame) => frame.records);
  return {
    session,
    frames: line.frames,
    sent: line.sent,
    closedBy: () => line.closed,
    retryAfterMs: () => line.retryAfterMs,
    send,
    sendNow,
    async drop() {
      visit.closed();
      await clock.settle();
    },
    all,
    last,
    records,
    numbers: () => records().map((record) => record.number),
    found: (policy = POLICY) =>
      send({
        kind: "found",
        rules: RULES_VERSION,
        policy,
        sealed: sealedOf(`group info of ${name}`),
      }),
    refound: (refounding) =>
      send({
        kind: "refound",
        rules: RULES_VERSION,
        policy: POLICY,
        refounding: {
          epochName: sha256(sealedOf("epoch")).slice(0, 16),
          epoch: 3n,
          reached: 9,
          ...refounding,
        },
        sealed: sealedOf(`group info of ${name}`),
      }),
    join: () => send({ kind: "propose", offers: [commitOf(last("turn").last.number, name)] }),
    post: (counter, names, text) =>
      send({ kind: "propose", offers: [postOf(counter, names, text)] }),
    leave: (arrival) =>
      send({ kind: "propose", offers: [{ kind: "leave", ref: ++refs, arrival }] }),
    stall(bytes) {
      line.buffered = bytes;
    },
  };
}
