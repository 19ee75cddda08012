/**
 * A first look at a stranger's bytes, before ts-mls decodes them. Its decoders do much work for what
 * may be repeated thousands of times in 32 KiB (a list of cipher suites cost 90 ms where a room's
 * commit costs one); ours pass over bytes in which nothing of ours repeats. True means worth decoding.
 */
import { equal } from "../../shared/bytes.ts";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "../../shared/entry.ts";
import { ROUTE_ID_BYTES, SESSION_ID_BYTES } from "../../shared/ids.ts";
import { MAX_COMMIT_BYTES, MAX_MEMBER_CAP, MAX_NICKNAME_BYTES } from "../../shared/limits.ts";
import { decodeWhole, Malformed, Reader } from "../../shared/wire.ts";
import { X25519_BYTES } from "./hpke.ts";
import { HASH_BYTES } from "./kdf.ts";
import { CAPABILITIES_BYTES } from "./mls-profile.ts";

const MAX_IDENTITY_BYTES = SESSION_ID_BYTES + MAX_NICKNAME_BYTES;
/** A binary tree over as many leaves as a room may have. */
const MAX_NODES = 2 * MAX_MEMBER_CAP - 1;

// The registered numbers of RFC 9420: SenderType, ContentType, ProposalOrRefType, ProposalType,
// LeafNodeSource, CredentialType, NodeType.
const MEMBER = 1;
const NEW_MEMBER_COMMIT = 4;
const COMMIT = 3;
const PROPOSAL = 1;
const REMOVE = 3;
const EXTERNAL_INIT = 6;
const FROM_KEY_PACKAGE = 1;
const FROM_COMMIT = 3;
const BASIC = 1;
const LEAF = 1;
const PARENT = 2;

/** True for a PublicMessage of a commit of removals or an external init, with a leaf like ours. */
export function looksLikeCommit(bytes: Uint8Array): boolean {
  return decodeWhole(bytes, skimCommit) !== null;
}

/** True for a ratchet_tree extension of at most 199 nodes, with leaves like ours. */
export function looksLikeTree(bytes: Uint8Array): boolean {
  return (
    decodeWhole(bytes, (reader) => skimAll(vector(reader, bytes.length), MAX_NODES, skimNode)) !==
    null
  );
}

function skimCommit(reader: Reader): true {
  vector(reader, ROUTE_ID_BYTES);
  reader.u64();
  const sender = oneOf(reader.u8(), MEMBER, NEW_MEMBER_COMMIT);
  if (sender === MEMBER) reader.u32();
  vector(reader, 0);
  oneOf(reader.u8(), COMMIT);
  skimAll(vector(reader, MAX_COMMIT_BYTES), MAX_MEMBER_CAP, skimProposal);
  oneOf(reader.u8(), 1);
  skimLeaf(reader);
  vector(reader, MAX_COMMIT_BYTES);
  vector(reader, SIGNATURE_BYTES);
  vector(reader, HASH_BYTES);
  if (sender === MEMBER) vector(reader, HASH_BYTES);
  return true;
}

function skimProposal(reader: Reader): void {
  oneOf(reader.u8(), PROPOSAL);
  if (oneOf(reader.u16(), REMOVE, EXTERNAL_INIT) === REMOVE) reader.u32();
  else vector(reader, X25519_BYTES);
}

function skimNode(reader: Reader): void {
  if (oneOf(reader.u8(), 0, 1) === 0) return;
  if (oneOf(reader.u8(), LEAF, PARENT) === LEAF) skimLeaf(reader);
  else {
    vector(reader, X25519_BYTES);
    vector(reader, HASH_BYTES);
    vector(reader, 0);
  }
}

function skimLeaf(reader: Reader): void {
  vector(reader, X25519_BYTES);
  vector(reader, PUBLIC_KEY_BYTES);
  oneOf(reader.u16(), BASIC);
  vector(reader, MAX_IDENTITY_BYTES);
  if (!equal(reader.fixed(CAPABILITIES_BYTES.length), CAPABILITIES_BYTES)) {
    throw new Malformed("other capabilities");
  }
  if (oneOf(reader.u8(), FROM_KEY_PACKAGE, FROM_COMMIT) === FROM_COMMIT) vector(reader, HASH_BYTES);
  else reader.fixed(16);
  vector(reader, 0);
  vector(reader, SIGNATURE_BYTES);
}

function skimAll(items: Uint8Array, most: number, skim: (reader: Reader) => void): true {
  const reader = new Reader(items);
  for (let count = 0; reader.left > 0; count++) {
    if (count === most) throw new Malformed("more items than a room has");
    skim(reader);
  }
  return true;
}

// A vector with its length in the 1, 2 or 4 bytes that the first two bits tell (RFC 9420 §2.1.2).
function vector(reader: Reader, mostBytes: number): Uint8Array {
  const first = reader.u8();
  const low = first & 63;
  const prefix = first >> 6;
  if (prefix === 3) throw new Malformed("a length of 8 bytes");
  const length =
    prefix === 0
      ? low
      : prefix === 1
        ? low * 2 ** 8 + reader.u8()
        : low * 2 ** 24 + reader.u8() * 2 ** 16 + reader.u16();
  if (length > mostBytes) throw new Malformed("a vector longer than allowed");
  return reader.fixed(length);
}

function oneOf<T extends number>(value: number, ...allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new Malformed("a number that we don't use");
  return found;
}
