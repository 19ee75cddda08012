/** What stands inside the seals, as bytes: members only ever see these after opening. */
import { parseUtf8, utf8, type Bytes } from "../../shared/bytes.ts";
import {
  idBytes,
  INCARNATION_BYTES,
  incarnationOf,
  type FileId,
  type Incarnation,
} from "../../shared/ids.ts";
import {
  MAX_COMMIT_BYTES,
  MAX_FRAME_BYTES,
  MAX_POST_FILES,
  MAX_TEXT_BYTES,
} from "../../shared/limits.ts";
import { decodeWhole, Malformed, Writer, type Reader } from "../../shared/wire.ts";
import { readFile, writeFile, type DescribedFile } from "./files/announced.ts";

const TAG_BYTES = 8;
const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;
export const MESSAGE_ID_BYTES = 16;

/** The outer plaintext of a post: which epoch its sender holds, readable to all who have the link. */
export interface PostCover {
  /** Number of the commit record (or `open`) that began the sender's epoch. */
  readonly epochRecord: number;
  /** 8 bytes of a hash of that epoch's authenticator. */
  readonly epochTag: Bytes;
  /** The MLS PrivateMessage. */
  readonly inner: Bytes;
}

export function encodePostCover(cover: PostCover): Bytes {
  return new Writer().u53(cover.epochRecord).fixed(cover.epochTag).bytes(cover.inner).done();
}

export function decodePostCover(bytes: Uint8Array): PostCover | null {
  return decodeWhole(bytes, (reader) => ({
    epochRecord: reader.u53(),
    epochTag: reader.fixed(TAG_BYTES),
    inner: reader.bytes(MAX_FRAME_BYTES),
  }));
}

/** The outer plaintext of a commit. All else of its GroupInfo follows from the group's state. */
export interface CommitCover {
  readonly commit: Bytes;
  readonly groupInfoSignature: Bytes;
}

export function encodeCommitCover(cover: CommitCover): Bytes {
  return new Writer().bytes(cover.commit).fixed(cover.groupInfoSignature).done();
}

export function decodeCommitCover(bytes: Uint8Array): CommitCover | null {
  return decodeWhole(bytes, (reader) => ({
    commit: reader.bytes(MAX_COMMIT_BYTES),
    groupInfoSignature: reader.fixed(SIGNATURE_BYTES),
  }));
}

/** `empty` only takes a counter whose message failed (DESIGN §2). */
export type Body =
  | { readonly kind: "empty" }
  | { readonly kind: "text"; readonly sentAtMs: number; readonly text: string }
  /** `text` is what was said along with them, or "". */
  | {
      readonly kind: "files";
      readonly sentAtMs: number;
      readonly text: string;
      readonly files: readonly DescribedFile[];
    }
  /** An earlier message of the same sender is taken back, with its files. */
  | { readonly kind: "withdrawal"; readonly messageId: Bytes };

/** The MLS plaintext of a post: what its sender said, and what it had seen of the order. */
export interface Inside {
  readonly incarnation: Incarnation;
  readonly counter: number;
  /** Chosen by the sender, 16 random bytes; one message keeps it however often it is sealed. */
  readonly messageId: Bytes;
  /** Last record applied when this was sealed, and the running order hash there (null: unknown after a gap). */
  readonly applied: number;
  readonly orderHash: Bytes | null;
  readonly body: Body;
}

const EMPTY = 0;
const TEXT = 1;
const FILES = 2;
const WITHDRAWAL = 3;

export function encodeInside(inside: Inside): Bytes {
  const writer = new Writer().fixed(idBytes(inside.incarnation)).u53(inside.counter);
  writer
    .fixed(inside.messageId)
    .u53(inside.applied)
    .u8(inside.orderHash === null ? 0 : 1);
  if (inside.orderHash !== null) writer.fixed(inside.orderHash);
  writeBody(writer, inside.body);
  return writer.done();
}

function writeBody(writer: Writer, body: Body): void {
  switch (body.kind) {
    case "empty":
      writer.u8(EMPTY);
      return;
    case "text":
      writer.u8(TEXT).u53(body.sentAtMs).bytes(utf8(body.text));
      return;
    case "files":
      writer.u8(FILES).u53(body.sentAtMs).bytes(utf8(body.text));
      writer.list(body.files, (file) => writeFile(writer, file));
      return;
    case "withdrawal":
      writer.u8(WITHDRAWAL).fixed(body.messageId);
  }
}

export function decodeInside(bytes: Uint8Array): Inside | null {
  return decodeWhole(bytes, (reader) => {
    const incarnation = incarnationOf(reader.fixed(INCARNATION_BYTES));
    const counter = reader.u53();
    const messageId = reader.fixed(MESSAGE_ID_BYTES);
    const applied = reader.u53();
    const orderHash = flag(reader.u8()) ? reader.fixed(HASH_BYTES) : null;
    return { incarnation, counter, messageId, applied, orderHash, body: readBody(reader) };
  });
}

function readBody(reader: Reader): Body {
  switch (reader.u8()) {
    case EMPTY:
      return { kind: "empty" };
    case TEXT:
      return { kind: "text", ...readSaid(reader) };
    case FILES: {
      const said = readSaid(reader);
      const files = reader.list(MAX_POST_FILES, () => readFile(reader));
      if (files.length === 0) throw new Malformed("files, but none");
      return { kind: "files", ...said, files };
    }
    case WITHDRAWAL:
      return { kind: "withdrawal", messageId: reader.fixed(MESSAGE_ID_BYTES) };
    default:
      throw new Malformed("a body of unknown kind");
  }
}

function readSaid(reader: Reader): { readonly sentAtMs: number; readonly text: string } {
  const sentAtMs = reader.u53();
  const text = parseUtf8(reader.bytes(MAX_TEXT_BYTES));
  if (text === null) throw new Malformed("text that is not UTF-8");
  return { sentAtMs, text };
}

/** Ids of the files that a post announces, as its header lists them ([M2]). */
export function filesOf(body: Body): readonly FileId[] {
  return body.kind === "files" ? body.files.map(({ file }) => file).toSorted() : [];
}

/** The body of a signal that confirms newcomers up to its epoch (DESIGN §4). */
export const CONFIRM_SIGNAL: Bytes = Uint8Array.of(1);

function flag(byte: number): boolean {
  if (byte > 1) throw new Malformed("a flag is 0 or 1");
  return byte === 1;
}
