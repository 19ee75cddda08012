/** Frames of a client as bytes: how a client writes them, how a relay reads them. */
import type { Bytes } from "../bytes.ts";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "../entry.ts";
import { idBytes } from "../ids.ts";
import {
  MAX_BATCH,
  MAX_COMMIT_BYTES,
  MAX_FRAME_BYTES,
  MAX_GROUP_INFO_BYTES,
  MAX_SIGNAL_BYTES,
} from "../limits.ts";
import type { ClientFrame, ClientFrameKind, Enter, Offer } from "../protocol.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../wire.ts";
import * as fields from "./fields.ts";

const KIND_BYTE: { readonly [K in ClientFrameKind]: number } = {
  enter: 1,
  found: 2,
  refound: 3,
  "ask-turn": 4,
  arrive: 5,
  propose: 6,
  signal: 7,
  ping: 8,
  "ask-upload": 9,
  "ask-reading": 10,
};
const OFFER_BYTE: { readonly [K in Offer["kind"]]: number } = { commit: 2, post: 4, leave: 5 };

/** The bytes of one frame. */
export function encodeClientFrame(frame: ClientFrame): Bytes {
  const writer = new Writer().u8(KIND_BYTE[frame.kind]);
  switch (frame.kind) {
    case "enter":
      writer
        .u8(frame.version)
        .fixed(idBytes(frame.routeId))
        .fixed(frame.doorKey)
        .fixed(frame.sessionKey);
      writer.fixed(frame.doorSignature).fixed(frame.sessionSignature).u53(frame.connections);
      fields.writeFlag(writer, frame.cursor !== null);
      if (frame.cursor !== null) fields.writeCursor(writer, frame.cursor);
      break;
    case "found":
    case "refound":
      writer.u16(frame.rules);
      fields.writePolicy(writer, frame.policy);
      if (frame.kind === "refound") fields.writeRefounding(writer, frame.refounding);
      writer.bytes(frame.sealed);
      break;
    case "arrive":
      fields.writeCursor(writer, frame.cursor);
      break;
    case "propose":
      writer.list(frame.offers, (offer) => writeOffer(writer, offer));
      break;
    case "signal":
      writer.bytes(frame.sealed);
      break;
    case "ask-upload":
      writer.u32(frame.ref).fixed(idBytes(frame.file)).u53(frame.totalBytes);
      break;
    case "ask-reading":
      writer.u32(frame.ref);
      break;
    case "ask-turn":
    case "ping":
  }
  return writer.done();
}

function writeOffer(writer: Writer, offer: Offer): void {
  writer.u8(OFFER_BYTE[offer.kind]).u32(offer.ref);
  switch (offer.kind) {
    case "commit":
      writer.u53(offer.follows);
      fields.writeSessions(writer, offer.removes);
      writer.fixed(offer.groupInfoHash).bytes(offer.sealed).bytes(offer.groupInfo);
      return;
    case "post":
      writer.u53(offer.counter).u53(offer.names);
      fields.writeFiles(writer, offer.files);
      writer.bytes(offer.sealed);
      return;
    case "leave":
      writer.u53(offer.arrival);
  }
}

/** Null where the bytes are not exactly one frame of ours within the limits; never throws. */
export function decodeClientFrame(bytes: Uint8Array): ClientFrame | null {
  return bytes.length > MAX_FRAME_BYTES ? null : decodeWhole(bytes, readFrame);
}

function readFrame(reader: Reader): ClientFrame {
  switch (reader.u8()) {
    case KIND_BYTE.enter:
      return readEnter(reader);
    case KIND_BYTE.found:
      return {
        kind: "found",
        rules: reader.u16(),
        policy: fields.readPolicy(reader),
        sealed: fields.readSealed(reader, MAX_GROUP_INFO_BYTES),
      };
    case KIND_BYTE.refound:
      return {
        kind: "refound",
        rules: reader.u16(),
        policy: fields.readPolicy(reader),
        refounding: fields.readRefounding(reader),
        sealed: fields.readSealed(reader, MAX_GROUP_INFO_BYTES),
      };
    case KIND_BYTE["ask-turn"]:
      return { kind: "ask-turn" };
    case KIND_BYTE.arrive:
      return { kind: "arrive", cursor: fields.readCursor(reader) };
    case KIND_BYTE.propose:
      return { kind: "propose", offers: readOffers(reader) };
    case KIND_BYTE.signal:
      return { kind: "signal", sealed: fields.readSealed(reader, MAX_SIGNAL_BYTES) };
    case KIND_BYTE["ask-upload"]:
      return {
        kind: "ask-upload",
        ref: reader.u32(),
        file: fields.readFile(reader),
        totalBytes: fields.readSealedSize(reader),
      };
    case KIND_BYTE["ask-reading"]:
      return { kind: "ask-reading", ref: reader.u32() };
    case KIND_BYTE.ping:
      return { kind: "ping" };
    default:
      throw new Malformed("a frame of unknown kind");
  }
}

function readEnter(reader: Reader): Enter {
  return {
    kind: "enter",
    version: reader.u8(),
    routeId: fields.readRouteId(reader),
    doorKey: reader.fixed(PUBLIC_KEY_BYTES),
    sessionKey: reader.fixed(PUBLIC_KEY_BYTES),
    doorSignature: reader.fixed(SIGNATURE_BYTES),
    sessionSignature: reader.fixed(SIGNATURE_BYTES),
    connections: fields.readPositive(reader),
    cursor: fields.readFlag(reader) ? fields.readCursor(reader) : null,
  };
}

function readOffers(reader: Reader): Offer[] {
  const offers = reader.list(MAX_BATCH, () => readOffer(reader));
  if (offers.length === 0) throw new Malformed("no offer");
  // Commits of one session follow each other's records, so a second in one frame can only be a mistake.
  if (offers.filter((offer) => offer.kind === "commit").length > 1)
    throw new Malformed("two commits in a frame");
  return offers;
}

function readOffer(reader: Reader): Offer {
  const kind = reader.u8();
  const ref = reader.u32();
  switch (kind) {
    case OFFER_BYTE.commit:
      return {
        kind: "commit",
        ref,
        follows: fields.readPositive(reader),
        removes: fields.readSessions(reader),
        groupInfoHash: reader.fixed(fields.HASH_BYTES),
        sealed: fields.readSealed(reader, MAX_COMMIT_BYTES),
        groupInfo: fields.readSealed(reader, MAX_GROUP_INFO_BYTES),
      };
    case OFFER_BYTE.post:
      return {
        kind: "post",
        ref,
        counter: fields.readPositive(reader),
        names: fields.readPositive(reader),
        files: fields.readFiles(reader),
        sealed: fields.readSealed(reader, MAX_FRAME_BYTES),
      };
    case OFFER_BYTE.leave:
      return { kind: "leave", ref, arrival: fields.readPositive(reader) };
    default:
      throw new Malformed("an offer of unknown kind");
  }
}
