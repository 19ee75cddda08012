/**
 * One person's stay in one room, over all its connections and seats: how a session comes to its seat,
 * resumes it, re-founds the room with others, or comes back with a new key. Rules: shared/PROTOCOL.md.
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { CloseReason } from "../../shared/close-codes.ts";
import type { Policy } from "../../shared/policy.ts";
import type { ClientFrame, Record, ServerFrame } from "../../shared/protocol.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { createConnection, type ConnectionDeps } from "../net/connection.ts";
import { createCandidacy } from "./candidacy.ts";
import { enterFrame, isJoinable, isRefoundingOf, refoundFrame } from "./entering.ts";
import { overBy } from "./over.ts";
import type { Sitting } from "./sitting.ts";
import type { OverReason } from "./view.ts";

/** A room that is not there is looked for so often, by who has been in it: others may re-found it. */
const RETURN_TRIES = 12;
const RETURN_PAUSE_MS = 2_500;
const REJOIN_PAUSE_MS = 50;
const REJOIN_SPREAD_MS = 350;
/** From `enter` to being in step; waiting for a turn to join does not count. */
const STEP_PATIENCE_MS = 12_000;
/** How long a farewell may take to leave the socket. */
const FAREWELL_MS = 300;

type Frame<K extends ServerFrame["kind"]> = ServerFrame & { readonly kind: K };

export interface StayDeps extends ConnectionDeps {
  readonly keys: RoomKeys;
  readonly origin: string;
  readonly nickname: string;
  /** Of who makes the room. */
  readonly policy: Policy | null;
  readonly run: (task: () => Promise<void> | void) => void;
  readonly sitting: Sitting;
  readonly waitingForTurn: () => void;
  /** The connection to the relay is lost; the next one is under way. */
  readonly reconnecting: () => void;
  /** The seat was lost; what was under way may have arrived. */
  readonly seatLost: () => void;
  readonly over: (why: OverReason) => void;
}

export interface Stay {
  /** Leaves its seat and joins again with a new key. */
  rejoin(): void;
  /** The seat is gone already. */
  unseated(): void;
  /** The relay's frames make no sense any more: the same seat, another connection. */
  reconnect(): void;
  inStep(): void;
  nudge(): void;
  /** Says goodbye and closes; nothing is called any more. */
  leave(): void;
  send(frame: ClientFrame): void;
}

export function createStay(deps: StayDeps): Stay {
  const { clock, keys, sitting } = deps;
  const candidacy = createCandidacy(deps);
  let connections = 0;
  let wasSeated = false;
  let returnTries = 0;
  let lostAtMs: number | null = null;
  /** Which socket a frame came from: what an older one said is not read any more. */
  let generation = 0;
  let isOver = false;
  let stopPatience = (): void => undefined;

  const connection = createConnection(deps, {
    frame(frame) {
      const from = generation;
      deps.run(() => (from === generation && !isOver ? received(frame) : undefined));
    },
    lost(next, code) {
      generation += 1;
      deps.run(() => (isOver ? undefined : lost(next, code)));
    },
  });

  function renew(delayMs: number): void {
    generation += 1;
    stopPatience();
    sitting.disconnected();
    connection.renew(delayMs);
  }

  function newKey(): void {
    candidacy.renew();
    connections = 0;
  }

  function loseSeat(): void {
    if (sitting.seat() !== null) deps.seatLost();
    sitting.drop();
    newKey();
  }

  function unseated(): void {
    loseSeat();
    deps.reconnecting();
    renew(REJOIN_PAUSE_MS + deps.random() * REJOIN_SPREAD_MS);
  }

  function rejoin(): void {
    sitting.farewell();
    unseated();
  }

  function end(why: OverReason): void {
    if (isOver) return;
    isOver = true;
    stopPatience();
    connection.close();
    loseSeat();
    deps.over(why);
  }

  async function received(frame: ServerFrame): Promise<void> {
    switch (frame.kind) {
      case "challenge":
        return enter(frame.challenge);
      case "no-room":
        return noRoom();
      case "founded":
        return founded(frame);
      case "turn":
        return turn(frame);
      case "turn-over":
        candidacy.turnOver();
        if (sitting.seat() === null) connection.send({ kind: "ask-turn" });
        return undefined;
      case "welcome":
        return sitting.welcomed(frame);
      case "records":
        return records(frame.records);
      case "refused":
        if (sitting.seat() !== null) return sitting.refused(frame.refusals);
        if (frame.refusals.some(({ reason }) => reason === "full")) return end("full");
        return undefined;
      case "presence":
        return sitting.presence(frame);
      case "signals":
        return sitting.signals(frame);
      case "pong":
        return undefined;
    }
  }

  function enter(challenge: Bytes): void {
    connections += 1;
    const cursor = sitting.seat()?.order.cursor() ?? null;
    connection.send(enterFrame(candidacy.entrant(), { challenge, connections, cursor }));
    stopPatience();
    stopPatience = clock.after(STEP_PATIENCE_MS, () => {
      if (!sitting.isReady()) reconnect();
    });
  }

  function reconnect(): void {
    deps.reconnecting();
    renew(deps.random() * REJOIN_SPREAD_MS);
  }

  async function noRoom(): Promise<void> {
    const seat = sitting.seat();
    if (seat === null && !wasSeated) {
      if (deps.policy === null) return end("no-such-room");
      return connection.send(await candidacy.found(deps.policy));
    }
    if (seat !== null) {
      const graceMs = seat.group.policy.graceMs;
      const goneMs = clock.now() - (lostAtMs ?? clock.now());
      const frame =
        goneMs < graceMs && sitting.isConfirmed() ? await refoundFrame(keys, seat) : null;
      if (frame !== null) return connection.send(frame);
      loseSeat();
    }
    returnTries += 1;
    if (returnTries > RETURN_TRIES) return end("ended");
    return renew(RETURN_PAUSE_MS);
  }

  async function founded(frame: Frame<"founded">): Promise<void> {
    const seat = sitting.seat();
    if (seat === null || seat.order.incarnation === frame.incarnation) return;
    if (!sitting.isConfirmed() || !isRefoundingOf(seat, frame.open)) return unseated();
    sitting.refounded(frame, await isJoinable(keys, seat, frame.open));
    connection.send({ kind: "arrive", cursor: seat.order.cursor() });
  }

  async function turn(frame: Frame<"turn">): Promise<void> {
    if (sitting.seat() !== null) return;
    stopPatience();
    deps.waitingForTurn();
    const join = await candidacy.join(frame, sitting.newRef());
    if (join !== null) connection.send(join);
  }

  async function records(list: readonly Record[]): Promise<void> {
    if (sitting.seat() !== null) return sitting.records(list);
    const [first, ...rest] = list;
    if (first === undefined) return undefined;
    const group = await candidacy.adopt(first);
    if (group === null) return unseated();
    wasSeated = true;
    await sitting.take(candidacy.identity().session, group, first);
    candidacy.seated();
    return sitting.records(rest);
  }

  function lost(next: CloseReason["next"], code: number): void {
    stopPatience();
    lostAtMs ??= clock.now();
    sitting.disconnected();
    if (next === "rejoin") return unseated();
    if (next === "stop") return end(overBy(code));
    deps.reconnecting();
    // A join whose record never came may stand all the same; only a new key can tell itself apart.
    if (sitting.seat() === null) newKey();
  }

  return {
    rejoin,
    unseated,
    reconnect,
    inStep() {
      stopPatience();
      lostAtMs = null;
      returnTries = 0;
    },
    nudge: () => connection.nudge(),
    leave() {
      isOver = true;
      stopPatience();
      sitting.farewell();
      clock.after(FAREWELL_MS, () => connection.close());
      sitting.drop();
      candidacy.renew();
    },
    send: (frame) => connection.send(frame),
  };
}
