/** Frames of a relay as bytes: how a relay writes them, how a client reads them. */
import type { Bytes } from "../bytes.ts";
import { CHALLENGE_BYTES } from "../entry.ts";
import { idBytes } from "../ids.ts";
import {
  MAX_BATCH,
  MAX_GRANT_BYTES,
  MAX_GROUP_INFO_BYTES,
  MAX_MEMBER_CAP,
  MAX_SIGNAL_BYTES,
} from "../limits.ts";
import { GRANT_REFUSALS, type GrantRefusal } from "../media.ts";
import {
  REFUSALS,
  type Refused,
  type Seated,
  type ServerFrame,
  type ServerFrameKind,
} from "../protocol.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../wire.ts";
import * as fields from "./fields.ts";
import { readRecord, writeRecord } from "./records.ts";

const KIND_BYTE: { readonly [K in ServerFrameKind]: number } = {
  challenge: 1,
  "no-room": 2,
  founded: 3,
  turn: 4,
  "turn-over": 5,
  welcome: 6,
  records: 7,
  refused: 8,
  presence: 9,
  signals: 10,
  pong: 11,
  granted: 12,
  "not-granted": 13,
};

/** The bytes of one frame. */
export function encodeServerFrame(frame: ServerFrame): Bytes {
  const writer = new Writer().u8(KIND_BYTE[frame.kind]);
  switch (frame.kind) {
    case "challenge":
      writer.fixed(frame.challenge);
      break;
    case "founded":
      writer.fixed(idBytes(frame.incarnation));
      writeRecord(writer, frame.open);
      break;
    case "turn":
      writer.fixed(idBytes(frame.incarnation));
      writeRecord(writer, frame.last);
      writer.bytes(frame.groupInfo);
      break;
    case "welcome":
      writer.fixed(idBytes(frame.incarnation)).u53(frame.arrival).u53(frame.counter);
      writer.u53(frame.first).u53(frame.head).u53(frame.nowMs);
      writeSeated(writer, frame.seated);
      break;
    case "records":
      writer.list(frame.records, (record) => writeRecord(writer, record));
      break;
    case "refused":
      writer.list(frame.refusals, (refused) =>
        writer.u32(refused.ref).u8(REFUSALS.indexOf(refused.reason)).u53(refused.detail),
      );
      break;
    case "presence":
      writeSeated(writer, frame.changes);
      break;
    case "signals":
      writer.list(frame.signals, (signal) =>
        writer.fixed(idBytes(signal.session)).bytes(signal.sealed),
      );
      break;
    case "granted":
      writer.u32(frame.ref).bytes(frame.grant).u32(frame.validMs).u32(frame.heldChunks);
      break;
    case "not-granted":
      writer.u32(frame.ref).u8(GRANT_REFUSALS.indexOf(frame.reason));
      break;
    case "no-room":
    case "turn-over":
    case "pong":
  }
  return writer.done();
}

/** Null where the bytes are not exactly one frame of ours; never throws. */
export function decodeServerFrame(bytes: Uint8Array): ServerFrame | null {
  return decodeWhole(bytes, readFrame);
}

function readFrame(reader: Reader): ServerFrame {
  switch (reader.u8()) {
    case KIND_BYTE.challenge:
      return { kind: "challenge", challenge: reader.fixed(CHALLENGE_BYTES) };
    case KIND_BYTE["no-room"]:
      return { kind: "no-room" };
    case KIND_BYTE.founded:
      return {
        kind: "founded",
        incarnation: fields.readIncarnation(reader),
        open: readRecord(reader),
      };
    case KIND_BYTE.turn:
      return {
        kind: "turn",
        incarnation: fields.readIncarnation(reader),
        last: readRecord(reader),
        groupInfo: fields.readSealed(reader, MAX_GROUP_INFO_BYTES),
      };
    case KIND_BYTE["turn-over"]:
      return { kind: "turn-over" };
    case KIND_BYTE.welcome:
      return {
        kind: "welcome",
        incarnation: fields.readIncarnation(reader),
        arrival: fields.readPositive(reader),
        counter: reader.u53(),
        first: fields.readPositive(reader),
        head: fields.readPositive(reader),
        nowMs: reader.u53(),
        seated: readSeated(reader),
      };
    case KIND_BYTE.records:
      return { kind: "records", records: reader.list(MAX_BATCH, () => readRecord(reader)) };
    case KIND_BYTE.refused:
      return { kind: "refused", refusals: reader.list(MAX_BATCH, () => readRefused(reader)) };
    case KIND_BYTE.presence:
      return { kind: "presence", changes: readSeated(reader) };
    case KIND_BYTE.signals:
      return {
        kind: "signals",
        signals: reader.list(MAX_BATCH, () => ({
          session: fields.readSession(reader),
          sealed: fields.readSealed(reader, MAX_SIGNAL_BYTES),
        })),
      };
    case KIND_BYTE.granted:
      return {
        kind: "granted",
        ref: reader.u32(),
        grant: reader.bytes(MAX_GRANT_BYTES),
        validMs: reader.u32(),
        heldChunks: reader.u32(),
      };
    case KIND_BYTE["not-granted"]:
      return { kind: "not-granted", ref: reader.u32(), reason: readGrantRefusal(reader) };
    case KIND_BYTE.pong:
      return { kind: "pong" };
    default:
      throw new Malformed("a frame of unknown kind");
  }
}

function writeSeated(writer: Writer, seated: readonly Seated[]): void {
  writer.list(seated, ({ session, presence }) => {
    writer.fixed(idBytes(session));
    fields.writeFlag(writer, presence === "present");
  });
}

/** Seats of sessions that stand; more than the member cap may, since a leaf goes only with its Remove. */
function readSeated(reader: Reader): Seated[] {
  return reader.list(4 * MAX_MEMBER_CAP, () => ({
    session: fields.readSession(reader),
    presence: fields.readFlag(reader) ? ("present" as const) : ("away" as const),
  }));
}

function readRefused(reader: Reader): Refused {
  const ref = reader.u32();
  const reason = REFUSALS[reader.u8()];
  if (reason === undefined) throw new Malformed("an unknown refusal");
  return { ref, reason, detail: reader.u53() };
}

function readGrantRefusal(reader: Reader): GrantRefusal {
  const reason = GRANT_REFUSALS[reader.u8()];
  if (reason === undefined) throw new Malformed("an unknown refusal of a grant");
  return reason;
}
