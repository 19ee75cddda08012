/**
 * One person's stay in one room, over all its connections and seats: how a session comes to its seat,
 * resumes it, re-founds the room with others, or comes back with a new key. Rules: shared/PROTOCOL.md.
 */
import type { Bytes } from "../../shared/bytes.ts";
import { CLOSE, type CloseReason } from "../../shared/close-codes.ts";
import type { SessionId } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import type { ClientFrame, Record, Refused, ServerFrame } from "../../shared/protocol.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { ConnectionDeps } from "../net/connection.ts";
import { createCandidacy } from "./candidacy.ts";
import { isJoinable, isRefoundingOf, refoundFrame } from "./entering.ts";
import { overBy } from "./over.ts";
import { createSetbacks } from "./setbacks.ts";
import type { Sitting } from "./sitting.ts";
import { createTalk, type Answer, type Frame } from "./talk.ts";
import type { OverReason } from "./view.ts";

/** A room that is not there is looked for so often, by who has been in it: others may re-found it. */
const RETURN_TRIES = 12;
const RETURN_PAUSE_MS = 2_500;
/** A visitor looks again too: the members may be re-founding the room just now, which takes some 2 s. */
const VISIT_TRIES = 2;
const VISIT_PAUSE_MS = 2_000;
/** From a frame that must be answered to being in step; waiting for a turn to join does not count. */
const STEP_PATIENCE_MS = 12_000;
/** How long a farewell may take to leave the socket. */
const FAREWELL_MS = 300;

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
  /** What the relay says to a question about files. */
  readonly granted: (answer: Frame<"granted"> | Frame<"not-granted">) => void;
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
  /** Who this tab is to the others, or will be when it gets a seat. */
  me(): SessionId;
  /** Says goodbye and closes; nothing is called any more. */
  leave(): void;
  /** Wipes all keys of the stay, which is over. */
  wipe(): void;
  /** What a seated session says; dropped where the connection is not the one that was welcomed. */
  send(frame: ClientFrame): void;
}

export function createStay(deps: StayDeps): Stay {
  const { keys, sitting } = deps;
  const candidacy = createCandidacy(deps);
  const setbacks = createSetbacks(deps.random);
  let wasSeated = false;
  /** How often in a row no room was there. */
  let absences = 0;
  let isOver = false;
  const talk = createTalk(deps, { received, lost });

  function expectStep(): void {
    talk.expect(STEP_PATIENCE_MS, () => {
      if (!sitting.isReady()) reconnect();
    });
  }

  function renew(delayMs: number): void {
    sitting.disconnected();
    // A join whose record never came may stand all the same; only a new key can tell itself apart.
    if (sitting.seat() === null) candidacy.renew();
    talk.renew(delayMs);
  }

  function loseSeat(): void {
    if (sitting.seat() === null) return;
    deps.seatLost();
    sitting.drop();
  }

  function unseated(): void {
    loseSeat();
    reconnect();
  }

  function reconnect(): void {
    deps.reconnecting();
    renew(setbacks.nextPauseMs());
  }

  function end(why: OverReason): void {
    if (isOver) return;
    isOver = true;
    talk.close(0);
    deps.over(why);
  }

  async function received(frame: ServerFrame, answer: Answer): Promise<void> {
    switch (frame.kind) {
      case "challenge":
        return enter(frame.challenge, answer);
      case "no-room":
        return noRoom(answer);
      case "founded":
        return founded(frame, answer);
      case "turn":
        return turn(frame, answer);
      case "turn-over":
        candidacy.turnOver();
        return sitting.seat() === null ? answer({ kind: "ask-turn" }) : undefined;
      case "welcome":
        talk.welcomed();
        expectStep();
        return sitting.welcomed(frame);
      case "records":
        if (!sitting.isReady()) expectStep();
        return records(frame.records);
      case "refused":
        return refused(frame.refusals);
      case "presence":
        return sitting.presence(frame);
      case "signals":
        return sitting.signals(frame);
      case "granted":
      case "not-granted":
        return deps.granted(frame);
      case "pong":
    }
  }

  function enter(challenge: Bytes, answer: Answer): void {
    const cursor = sitting.seat()?.order.cursor() ?? null;
    answer(candidacy.enter(challenge, cursor));
    if (cursor !== null) expectStep();
  }

  async function noRoom(answer: Answer): Promise<void> {
    talk.calm();
    const frame = await foundingFrame();
    if (frame !== null) {
      answer(frame);
      return expectStep();
    }
    loseSeat();
    absences += 1;
    const isGone = absences > (wasSeated ? RETURN_TRIES : VISIT_TRIES);
    if (isGone) return end(wasSeated ? "ended" : "no-such-room");
    return renew(wasSeated ? RETURN_PAUSE_MS : VISIT_PAUSE_MS);
  }

  /** What may found the room, or found it again; null: it must be there already. */
  async function foundingFrame(): Promise<ClientFrame | null> {
    const seat = sitting.seat();
    if (seat === null) {
      return deps.policy === null || wasSeated ? null : candidacy.found(deps.policy);
    }
    const mayRefound = talk.lostForMs() < seat.group.policy.graceMs && sitting.isConfirmed();
    return mayRefound ? refoundFrame(keys, seat) : null;
  }

  async function founded(frame: Frame<"founded">, answer: Answer): Promise<void> {
    const seat = sitting.seat();
    if (seat === null) return answer({ kind: "ask-turn" });
    if (seat.order.incarnation === frame.incarnation) return;
    if (!sitting.isConfirmed() || !isRefoundingOf(seat, frame.open)) return unseated();
    sitting.refounded(frame, await isJoinable(keys, seat, frame.open));
    answer({ kind: "arrive", cursor: seat.order.cursor() });
    expectStep();
  }

  async function turn(frame: Frame<"turn">, answer: Answer): Promise<void> {
    if (sitting.seat() !== null) return undefined;
    absences = 0;
    deps.waitingForTurn();
    const join = await candidacy.join(frame, sitting.newRef());
    return join === null ? undefined : answer(join);
  }

  async function refused(refusals: readonly Refused[]): Promise<void> {
    if (sitting.seat() !== null) return sitting.refused(refusals);
    // Any other refusal of a join is waited out: there will be another turn.
    if (refusals.some(({ reason }) => reason === "full")) return end("full");
    if (refusals.some(({ reason }) => reason === "left")) unseated();
  }

  async function records(list: readonly Record[]): Promise<void> {
    if (sitting.seat() !== null) return sitting.records(list);
    const [first, ...rest] = list;
    const group = first === undefined ? null : await candidacy.adopt(first);
    if (first === undefined || group === null) return unseated();
    wasSeated = true;
    candidacy.seated(group);
    await sitting.take(candidacy.identity().session, group, first);
    return sitting.records(rest);
  }

  function lost(next: CloseReason["next"], code: number): void {
    sitting.disconnected();
    if (next === "rejoin") return unseated();
    // Nobody else knows the link of a room being made: it was founded by this very tab, unheard.
    if (code === CLOSE.exists.code && deps.policy !== null && !wasSeated) return reconnect();
    if (next === "stop") return end(overBy(code));
    deps.reconnecting();
    if (sitting.seat() === null) candidacy.renew();
  }

  return {
    rejoin() {
      sitting.farewell();
      unseated();
    },
    unseated,
    reconnect,
    inStep() {
      talk.calm();
      talk.inStep();
      absences = 0;
      setbacks.over();
    },
    nudge: () => talk.nudge(),
    me: () => sitting.seat()?.me ?? candidacy.identity().session,
    leave() {
      if (isOver) return;
      isOver = true;
      sitting.farewell();
      talk.close(talk.isWelcomed() ? FAREWELL_MS : 0);
    },
    wipe() {
      sitting.drop();
      candidacy.wipe();
    },
    send: talk.send,
  };
}
