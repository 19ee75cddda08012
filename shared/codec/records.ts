/** Records and proposals as bytes; the same fields serve the wire, the seal's header and the order hash. */
import type { Bytes } from "../bytes.ts";
import { idBytes, type RouteId } from "../ids.ts";
import { MAX_COMMIT_BYTES, MAX_FRAME_BYTES, MAX_GROUP_INFO_BYTES } from "../limits.ts";
import {
  PROTOCOL_VERSION,
  type Open,
  type Proposal,
  type ProposalKind,
  type Record,
} from "../protocol.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../wire.ts";
import * as fields from "./fields.ts";

const KIND_BYTE: { readonly [K in ProposalKind]: number } = {
  open: 1,
  commit: 2,
  arrive: 3,
  post: 4,
  leave: 5,
};
/** Outside the range of the kinds above. */
const GROUP_INFO_BYTE = 16;
const SIGNAL_BYTE = 17;

/** Everything of a proposal that is readable, in one order. */
function writeFields(writer: Writer, proposal: Proposal): void {
  writer.u8(KIND_BYTE[proposal.kind]).fixed(idBytes(proposal.session));
  switch (proposal.kind) {
    case "open":
      writer.u16(proposal.rules);
      fields.writePolicy(writer, proposal.policy);
      return;
    case "commit":
      writer.u53(proposal.follows);
      fields.writeSessions(writer, proposal.removes);
      writer.fixed(proposal.groupInfoHash);
      return;
    case "arrive":
      writer.u53(proposal.connections);
      return;
    case "post":
      writer.u53(proposal.counter).u53(proposal.names);
      fields.writeFiles(writer, proposal.files);
      return;
    case "leave":
      writer.u53(proposal.arrival);
  }
}

function writeRefounding(writer: Writer, open: Open): void {
  fields.writeFlag(writer, open.refounding !== null);
  if (open.refounding !== null) fields.writeRefounding(writer, open.refounding);
}

export function writeProposal(writer: Writer, proposal: Proposal): void {
  writeFields(writer, proposal);
  if (proposal.kind === "open") writeRefounding(writer, proposal);
  if ("sealed" in proposal) writer.bytes(proposal.sealed);
}

export function readProposal(reader: Reader): Proposal {
  const kind = reader.u8();
  const session = fields.readSession(reader);
  switch (kind) {
    case KIND_BYTE.open:
      return {
        kind: "open",
        session,
        rules: reader.u16(),
        policy: fields.readPolicy(reader),
        refounding: fields.readFlag(reader) ? fields.readRefounding(reader) : null,
        sealed: fields.readSealed(reader, MAX_GROUP_INFO_BYTES),
      };
    case KIND_BYTE.commit:
      return {
        kind: "commit",
        session,
        follows: fields.readPositive(reader),
        removes: fields.readSessions(reader),
        groupInfoHash: reader.fixed(fields.HASH_BYTES),
        sealed: fields.readSealed(reader, MAX_COMMIT_BYTES),
      };
    case KIND_BYTE.arrive:
      return { kind: "arrive", session, connections: fields.readPositive(reader) };
    case KIND_BYTE.post:
      return {
        kind: "post",
        session,
        counter: fields.readPositive(reader),
        names: fields.readPositive(reader),
        files: fields.readFiles(reader),
        sealed: fields.readSealed(reader, MAX_FRAME_BYTES),
      };
    case KIND_BYTE.leave:
      return { kind: "leave", session, arrival: fields.readPositive(reader) };
    default:
      throw new Malformed("a record of unknown kind");
  }
}

export function writeRecord(writer: Writer, record: Record): void {
  writer.u53(record.number).u53(record.acceptedAtMs);
  writeProposal(writer, record);
}

export function readRecord(reader: Reader): Record {
  const number = fields.readPositive(reader);
  const acceptedAtMs = reader.u53();
  return { ...readProposal(reader), number, acceptedAtMs };
}

/** A record as drivers keep it. */
export function encodeRecord(record: Record): Bytes {
  const writer = new Writer();
  writeRecord(writer, record);
  return writer.done();
}

/** Null where the bytes are not exactly one record. */
export function decodeRecord(bytes: Uint8Array): Record | null {
  return decodeWhole(bytes, readRecord);
}

/** What the order hash runs over: all of a record but the relay's time, which is annotation. */
export function orderedBytes(record: Record): Bytes {
  const writer = new Writer().u53(record.number);
  writeProposal(writer, record);
  return writer.done();
}

/**
 * Associated data of a proposal's outer seal (DESIGN §4): version, route id, kind and what the rules
 * read. Of a re-founding `open` not the list of sessions: the relay unites those of several proposers.
 */
export function sealHeader(routeId: RouteId, proposal: Proposal): Bytes {
  const writer = new Writer().u8(PROTOCOL_VERSION).fixed(idBytes(routeId));
  writeFields(writer, proposal);
  return writer.done();
}

/** Associated data of the GroupInfo that travels beside a commit. */
export function groupInfoHeader(routeId: RouteId): Bytes {
  return new Writer().u8(PROTOCOL_VERSION).fixed(idBytes(routeId)).u8(GROUP_INFO_BYTE).done();
}

/** Associated data of a signal's outer seal. */
export function signalHeader(routeId: RouteId, session: Proposal["session"]): Bytes {
  return new Writer()
    .u8(PROTOCOL_VERSION)
    .fixed(idBytes(routeId))
    .u8(SIGNAL_BYTE)
    .fixed(idBytes(session))
    .done();
}
