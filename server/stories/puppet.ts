/**
 * One of an insider's sessions: its own key, its own socket, every frame in its own hands. It follows the
 * order as an honest member does (so it holds real keys), and proposes whatever it is told to.
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Cursor } from "../../shared/ids.ts";
import type { Policy } from "../../shared/policy.ts";
import type { ClientFrame, Offer, Record, Refused, ServerFrame } from "../../shared/protocol.ts";
import type { Socket } from "../../client/net/socket.ts";
import type { RoomKeys } from "../../client/crypto/keys.ts";
import type { Group } from "../../client/crypto/mls-state.ts";
import { createCandidacy } from "../../client/state/candidacy.ts";
import { enterFrame, isRefoundingOf, type Entrant } from "../../client/state/entering.ts";
import { follow } from "../../client/state/following.ts";
import { continueSeat, createSeat, type Seat } from "../../client/state/seat.ts";
import { createSerial } from "../../client/state/serial.ts";
import { hostileCommit, type HostileCommit } from "./hostile-offers.ts";
import { hostileConfirm, hostilePost, type HostilePost } from "./hostile-posts.ts";
import type { Network } from "./wire.ts";

/** What a puppet does of its own accord; everything else it does when told. */
export type Aim =
  | { readonly kind: "found"; readonly policy: Policy }
  | { readonly kind: "join" }
  /** Takes turns to join and lets them pass. */
  | { readonly kind: "hog" }
  /** Enters, then says nothing. */
  | { readonly kind: "idle" };

export interface Heard {
  readonly id: string;
  readonly nickname: string;
  readonly text: string;
}

export interface Puppet {
  readonly who: Entrant;
  readonly network: Network;
  /** Every frame that the relay sent it, in order. */
  readonly frames: readonly ServerFrame[];
  /** What it could read. */
  readonly heard: readonly Heard[];
  readonly refusals: readonly Refused[];
  /** Close codes of its sockets, in order. */
  readonly closes: readonly number[];
  /** Null until it has joined or founded. */
  seat(): Seat | null;
  /** @throws where it has no seat. */
  group(): Group;
  isConnected(): boolean;
  /** True while its present connection has its seat. */
  isWelcome(): boolean;
  /** Opens a (further) socket; `claims` replace what an honest client would say of itself. */
  connect(claims?: { readonly connections?: number; readonly cursor?: Cursor | null }): void;
  /** Loses its socket without a word. */
  drop(): void;
  send(frame: ClientFrame): void;
  /** Proposes; returns the ref. */
  offer(offer: Offer): number;
  nextRef(): number;
  commit(what: HostileCommit): Promise<void>;
  post(what: HostilePost): Promise<void>;
  /** Confirms who is in `group`; without one, in its own. */
  confirm(group?: Group): void;
  signal(sealed: Bytes): void;
  leave(): void;
  /** Called with each record after it was followed. */
  onRecord: ((record: Record) => Promise<void> | void) | null;
  /** What it says where no room is though it has a seat; null: nothing. */
  onNoRoom: (() => Promise<ClientFrame | null>) | null;
}

export interface PuppetDeps {
  readonly clock: Clock;
  readonly keys: RoomKeys;
  readonly origin: string;
  readonly nickname: string;
  readonly network: Network;
  readonly aim: Aim;
  readonly failed: (error: unknown) => void;
}

export function createPuppet(deps: PuppetDeps): Puppet {
  const { clock, keys, network, aim } = deps;
  const candidacy = createCandidacy(deps);
  const serial = createSerial(deps.failed);
  const frames: ServerFrame[] = [];
  const heard: Heard[] = [];
  const refusals: Refused[] = [];
  const closes: number[] = [];
  let socket: Socket | null = null;
  let seat: Seat | null = null;
  let welcome: Extract<ServerFrame, { kind: "welcome" }> | null = null;
  let isWelcome = false;
  let connections = 0;
  let lastRef = 0;
  let lastCounter = 0;
  let signals = 0;

  async function received(frame: ServerFrame, claims: { readonly cursor?: Cursor | null }) {
    switch (frame.kind) {
      case "challenge": {
        const cursor = claims.cursor === undefined ? (seat?.order.cursor() ?? null) : claims.cursor;
        const at = { challenge: frame.challenge, connections, cursor };
        return puppet.send(enterFrame(candidacy.entrant(), at));
      }
      case "no-room": {
        const said = await puppet.onNoRoom?.();
        if (said !== undefined && said !== null) return puppet.send(said);
        if (aim.kind === "found" && seat === null)
          return puppet.send(await candidacy.found(aim.policy));
        return undefined;
      }
      case "founded":
        if (seat === null)
          return aim.kind === "join" ? puppet.send({ kind: "ask-turn" }) : undefined;
        if (!isRefoundingOf(seat, frame.open)) return undefined;
        continueSeat(seat, frame.incarnation, frame.open);
        lastCounter = 0;
        return puppet.send({ kind: "arrive", cursor: seat.order.cursor() });
      case "turn": {
        if (aim.kind !== "join" || seat !== null) return undefined;
        const join = await candidacy.join(frame, puppet.nextRef());
        if (join !== null) puppet.send(join);
        return undefined;
      }
      case "turn-over":
        candidacy.turnOver();
        return aim.kind === "idle" ? undefined : puppet.send({ kind: "ask-turn" });
      case "welcome":
        welcome = frame;
        isWelcome = true;
        lastCounter = frame.counter;
        seat?.attendance.seated(frame.seated);
        return undefined;
      case "records":
        for (const record of frame.records) await followed(record);
        return undefined;
      case "refused":
        refusals.push(...frame.refusals);
        return undefined;
      case "presence":
        for (const change of frame.changes) seat?.attendance.presence(change);
        return undefined;
      case "signals":
      case "granted":
      case "not-granted":
      case "pong":
        return undefined;
    }
  }

  async function followed(record: Record): Promise<void> {
    if (seat === null) {
      const group = await candidacy.adopt(record);
      if (group === null || welcome === null) return;
      const { incarnation, seated } = welcome;
      const me = candidacy.identity().session;
      seat = createSeat({ me, group, incarnation, record });
      seat.attendance.seated(seated);
    } else {
      for (const happening of await follow(seat, record, keys, clock.now())) {
        if (happening.kind === "said") heard.push(happening);
      }
    }
    if (record.kind === "arrive" && record.session === seat.me) seat.arrival = record.number;
    await puppet.onRecord?.(record);
  }

  /** Group states are swapped between awaits, so whatever touches them goes one by one. */
  function alone(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      serial.run(() => task().then(resolve, reject));
    });
  }

  function ownSeat(): Seat {
    if (seat === null) throw new Error(`${deps.nickname} has no seat`);
    return seat;
  }

  const puppet: Puppet = {
    who: candidacy.entrant(),
    network,
    frames,
    heard,
    refusals,
    closes,
    onRecord: null,
    onNoRoom: null,
    seat: () => seat,
    group: () => ownSeat().group,
    isConnected: () => socket !== null,
    isWelcome: () => seat !== null && isWelcome,
    connect(claims = {}) {
      connections = claims.connections ?? connections + 1;
      isWelcome = false;
      const opened = network.openSocket({
        opened: () => undefined,
        frame(frame) {
          frames.push(frame);
          serial.run(() => received(frame, claims));
        },
        closed(code) {
          closes.push(code);
          if (socket !== opened) return;
          socket = null;
          isWelcome = false;
        },
      });
      socket = opened;
    },
    drop() {
      socket?.close();
      socket = null;
      isWelcome = false;
    },
    send: (frame) => socket?.send(frame),
    nextRef: () => ++lastRef,
    offer(offer) {
      puppet.send({ kind: "propose", offers: [offer] });
      return offer.ref;
    },
    commit: (what) =>
      alone(async () => {
        const { group, order, ownCommits } = ownSeat();
        const on = { group, follows: order.last(), ref: puppet.nextRef() };
        const made = await hostileCommit(puppet.who, on, what);
        if (made.after !== null) {
          ownCommits.push({ follows: on.follows, proposedAtMs: clock.now(), pending: made.after });
        }
        puppet.offer(made.offer);
      }),
    post: (what) =>
      alone(async () => {
        lastCounter = what.counter ?? lastCounter + 1;
        const ref = puppet.nextRef();
        puppet.offer(await hostilePost(keys, ownSeat(), { ...what, counter: lastCounter, ref }));
      }),
    confirm(group = ownSeat().group) {
      signals += 1;
      puppet.signal(hostileConfirm(keys, group, signals));
    },
    signal: (sealed) => puppet.send({ kind: "signal", sealed }),
    leave() {
      puppet.offer({ kind: "leave", ref: puppet.nextRef(), arrival: ownSeat().arrival });
    },
  };
  return puppet;
}
