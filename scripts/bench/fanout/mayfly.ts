/**
 * The other end of this relay: real sockets speaking the real protocol, door keys and signatures
 * included. Only what a relay cannot see is made up: sealed bytes are random, of the right sizes.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { WebSocket } from "ws";
import type { Bytes } from "../../../shared/bytes.ts";
import { encodeClientFrame } from "../../../shared/codec/client-frames.ts";
import { decodeServerFrame, encodeServerFrame } from "../../../shared/codec/server-frames.ts";
import { entryBytes, ROUTE_LABEL, SESSION_LABEL } from "../../../shared/entry.ts";
import { routeIdOf, sessionIdOf, type SessionId } from "../../../shared/ids.ts";
import { DEFAULT_GRACE_MS, MAX_MEMBER_CAP } from "../../../shared/limits.ts";
import {
  PROTOCOL_VERSION,
  RULES_VERSION,
  SUBPROTOCOL,
  type ClientFrame,
  type Offer,
  type Record,
  type ServerFrame,
} from "../../../shared/protocol.ts";
import { nowMs, portOf, type Contender, type Seat } from "./contender.ts";

/** A post of 256 bytes is sealed into the smallest envelope. */
const ENVELOPE_BYTES = 512;
const MINUTE_MS = 60_000;
const POLICY = {
  messageTtlMs: MINUTE_MS,
  memberCap: MAX_MEMBER_CAP,
  graceMs: DEFAULT_GRACE_MS,
  lifetimeMs: 60 * MINUTE_MS,
};
/** First byte of a frame of records; and their count stands in the next two. */
const RECORDS_BYTE = encodeServerFrame({ kind: "records", records: [] })[0];
const WELCOME_BYTE = encodeServerFrame({
  kind: "welcome",
  incarnation: "0000000000000000" as never,
  arrival: 1,
  counter: 0,
  first: 1,
  head: 1,
  nowMs: 0,
  seated: [],
})[0];

/** What the seats of one room share. */
interface Room {
  readonly door: Keys;
  /** The last commit record that anyone was seated by. */
  lastCommit: number;
}

interface Keys {
  readonly publicKey: Bytes;
  readonly privateKey: KeyObject;
}

function newKeys(): Keys {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { publicKey: new Uint8Array(Buffer.from(x, "base64url")), privateKey };
}

const sha256 = (...parts: readonly Uint8Array[]): Bytes =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());
const made = (): Bytes => new Uint8Array(randomBytes(ENVELOPE_BYTES));

/** A seat being taken, at one of the relays. */
interface Visit {
  readonly room: Room;
  readonly origin: string;
  readonly own: Keys;
}

function enterFrame({ room, origin, own }: Visit, challenge: Bytes): ClientFrame {
  const entry = {
    origin,
    routeId: routeIdOf(sha256(ROUTE_LABEL, room.door.publicKey).subarray(0, 16)),
    sessionKey: own.publicKey,
    challenge,
  };
  return {
    kind: "enter",
    version: PROTOCOL_VERSION,
    routeId: entry.routeId,
    doorKey: room.door.publicKey,
    sessionKey: own.publicKey,
    doorSignature: new Uint8Array(sign(null, entryBytes("door", entry), room.door.privateKey)),
    sessionSignature: new Uint8Array(sign(null, entryBytes("session", entry), own.privateKey)),
    connections: 1,
    cursor: null,
  };
}

/** Answers the frames until the seat is taken. */
function answerAtDoor(visit: Visit, frame: ServerFrame): ClientFrame | null {
  switch (frame.kind) {
    case "challenge":
      return enterFrame(visit, frame.challenge);
    case "no-room":
      return { kind: "found", rules: RULES_VERSION, policy: POLICY, sealed: made() };
    case "turn":
      return { kind: "propose", offers: [commitAfter(frame.last)] };
    default:
      return null;
  }
}

function commitAfter(last: Record): Offer {
  const groupInfo = made();
  return {
    kind: "commit",
    ref: 1,
    follows: last.number,
    removes: [],
    groupInfoHash: sha256(groupInfo),
    sealed: made(),
    groupInfo,
  };
}

async function sit(room: Room, port: number, isWatcher: boolean): Promise<Seat> {
  const own = newKeys();
  const visit = { room, origin: `http://127.0.0.1:${port}`, own };
  const session = sessionIdOf(sha256(SESSION_LABEL, own.publicKey).subarray(0, 16));
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, SUBPROTOCOL, {
    origin: visit.origin,
    perMessageDeflate: false,
  });
  const tell = (frame: ClientFrame) => socket.send(encodeClientFrame(frame));
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code, reason) => reject(new Error(`closed ${code} ${reason.toString()}`)));
    socket.on("message", (data) => {
      const bytes = data as Buffer;
      if (bytes[0] === WELCOME_BYTE) {
        // Kind, incarnation, then the arrival: a room of 1000 is more than the decoder takes.
        room.lastCommit = Math.max(room.lastCommit, Number(bytes.readBigUInt64BE(9)));
        resolve();
        return;
      }
      const frame = bytes[0] === RECORDS_BYTE ? null : decodeServerFrame(bytes);
      const answer = frame === null ? null : answerAtDoor(visit, frame);
      if (answer !== null) tell(answer);
    });
  });
  socket.removeAllListeners();
  socket.on("error", (error) => console.error(error.message));
  socket.on("close", (code, why) => console.error(`a seat was lost: ${code} ${why.toString()}`));
  return seatOn(socket, { room, session, isWatcher, tell });
}

interface Seated {
  readonly room: Room;
  readonly session: SessionId;
  readonly isWatcher: boolean;
  readonly tell: (frame: ClientFrame) => void;
}

function seatOn(socket: WebSocket, { room, session, isWatcher, tell }: Seated): Seat {
  let counter = 0;
  let delivered = 0;
  let returned = 0;
  let seen: (ageMs: number) => void = () => undefined;

  const read = (record: Record) => {
    if (record.kind !== "post") return;
    delivered += 1;
    if (record.session === session) returned += 1;
    seen(nowMs() - new DataView(record.sealed.buffer).getFloat64(0));
  };
  socket.on("message", (data) => {
    const bytes = data as Buffer;
    if (bytes[0] !== RECORDS_BYTE) return;
    // In a room of 1000, others' joins are over before the measuring: all further records are posts.
    if (!isWatcher) delivered += bytes.readUInt16BE(1);
    else {
      const frame = decodeServerFrame(bytes);
      if (frame?.kind === "records") frame.records.forEach(read);
    }
  });
  return {
    send(count) {
      const offers = Array.from({ length: count }, (): Offer => {
        const sealed = made();
        new DataView(sealed.buffer).setFloat64(0, nowMs());
        counter += 1;
        return { kind: "post", ref: counter, counter, names: room.lastCommit, files: [], sealed };
      });
      tell({ kind: "propose", offers });
    },
    delivered: () => delivered,
    returned: () => returned,
    watch: (call) => {
      seen = call;
    },
    close: () => {
      socket.removeAllListeners("close");
      socket.terminate();
    },
  };
}

export const mayfly: Contender = {
  name: "Mayfly",
  server: "mayfly-server.ts",
  env: { TSX_DISABLE_CACHE: "1" },
  processes: 1,
  fill: async (ports, members, watchers) => {
    const room: Room = { door: newKeys(), lastCommit: 1 };
    const seats = [await sit(room, portOf(ports, 0), true)];
    const rest = Array.from({ length: members - 1 }, (_, i) =>
      sit(room, portOf(ports, i + 1), i + 1 < watchers),
    );
    seats.push(...(await Promise.all(rest)));
    return seats;
  },
};
