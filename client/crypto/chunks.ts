/**
 * Files as sealed chunks (DESIGN §6): each of them XChaCha20-Poly1305-IETF under the file's own random key, with its
 * index for a nonce, so that any range can be opened without the rest and a chunk sent again has the same bytes.
 * Under one key only one content may ever be sealed: a changed file gets a new key.
 */
import { utf8, type Bytes } from "../../shared/bytes.ts";
import { idBytes, type FileId } from "../../shared/ids.ts";
import { CHUNK_BYTES, CHUNK_SEAL_BYTES, MAX_FILE_CHUNKS } from "../../shared/limits.ts";
import { Writer } from "../../shared/wire.ts";
import { randomBytes, sodium } from "./sodium.ts";

export const FILE_KEY_BYTES = 32;
const NONCE_BYTES = 24;
const CHUNK_LABEL = utf8("mayfly v1 file chunk\0");

/** Largest file that fits, padded, into as many chunks as a file may have. */
export const MAX_FILE_BYTES = MAX_FILE_CHUNKS * CHUNK_BYTES;

/** What the chunks of one file are sealed by and cut to. */
export interface FileSeal {
  readonly file: FileId;
  /** 32 bytes, of this file alone. */
  readonly key: Bytes;
  /** Of the content, without padding. */
  readonly sizeBytes: number;
}

/** A key that no other file has. */
export function createFileKey(): Bytes {
  return randomBytes(FILE_KEY_BYTES);
}

/**
 * What a content of `sizeBytes` is padded to (Padmé: Nikitin et al., PETS 2019, §4): at most 12 % more, and of all
 * sizes of a magnitude so few are left that one says little. Never 0.
 */
export function paddedBytes(sizeBytes: number): number {
  if (sizeBytes < 2) return 1;
  const magnitude = Math.floor(Math.log2(sizeBytes));
  const step = 2 ** (magnitude - (Math.floor(Math.log2(magnitude)) + 1));
  return step <= 1 ? sizeBytes : Math.ceil(sizeBytes / step) * step;
}

/** How many chunks a content of `sizeBytes` becomes. */
export function chunksOf(sizeBytes: number): number {
  return Math.ceil(paddedBytes(sizeBytes) / CHUNK_BYTES);
}

/** How much of it relays hold. */
export function sealedBytes(sizeBytes: number): number {
  return paddedBytes(sizeBytes) + chunksOf(sizeBytes) * CHUNK_SEAL_BYTES;
}

/** Which bytes of the content the chunk at `index` holds, `to` not included; the rest of it is padding. */
export function chunkRange(sizeBytes: number, index: number): { from: number; to: number } {
  const from = Math.min(index * CHUNK_BYTES, sizeBytes);
  return { from, to: Math.min(from + CHUNK_BYTES, sizeBytes) };
}

/** @throws RangeError where `content` is not exactly what `chunkRange` says. */
export function sealChunk(seal: FileSeal, index: number, content: Uint8Array): Bytes {
  const { from, to } = chunkRange(seal.sizeBytes, index);
  if (content.length !== to - from) throw new RangeError("not the content of this chunk");
  const length = plainBytes(seal.sizeBytes, index);
  let padded = content;
  if (length !== content.length) {
    padded = new Uint8Array(length);
    padded.set(content);
  }
  return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    padded,
    headerOf(seal, index),
    null,
    nonceOf(index),
    seal.key,
  );
}

/**
 * The content of the chunk at `index`, without padding; null where it is of another file, key, index or size,
 * is the last one in another's place, or was changed.
 */
export function openChunk(seal: FileSeal, index: number, sealed: Uint8Array): Bytes | null {
  if (sealed.length !== plainBytes(seal.sizeBytes, index) + CHUNK_SEAL_BYTES) return null;
  try {
    const padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      sealed,
      headerOf(seal, index),
      nonceOf(index),
      seal.key,
    );
    const { from, to } = chunkRange(seal.sizeBytes, index);
    return padded.subarray(0, to - from);
  } catch {
    return null;
  }
}

/** Length of a chunk with its padding. */
function plainBytes(sizeBytes: number, index: number): number {
  const last = chunksOf(sizeBytes) - 1;
  return index < last ? CHUNK_BYTES : paddedBytes(sizeBytes) - last * CHUNK_BYTES;
}

function headerOf({ file, sizeBytes }: FileSeal, index: number): Bytes {
  const isLast = index === chunksOf(sizeBytes) - 1;
  return new Writer()
    .fixed(CHUNK_LABEL)
    .fixed(idBytes(file))
    .u32(index)
    .u8(isLast ? 1 : 0)
    .done();
}

function nonceOf(index: number): Bytes {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(0, index);
  return nonce;
}
