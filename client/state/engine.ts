/**
 * Everything that needs libsodium, loaded only after the first screen is there (`import()` in
 * client.ts), so that nobody waits for it to see a page.
 */
import { createSecret, deriveRoomKeys, type RoomKeys } from "../crypto/keys.ts";
import { encodeLink } from "../crypto/link.ts";
import { randomBytes, ready } from "../crypto/sodium.ts";
import { createRoom, type Room, type RoomDeps } from "./room.ts";
import type { Bytes } from "../../shared/bytes.ts";

export interface Engine {
  /** A new room's secret, 32 bytes. */
  createSecret(): Bytes;
  /** With a passphrase this computes for a noticeable time; empty means none. */
  keysOf(secret: Bytes, passphrase: string): RoomKeys;
  linkOf(origin: string, secret: Bytes, hasPassphrase: boolean): string;
  createRoom(deps: Omit<RoomDeps, "randomBytes">): Room;
}

/** Resolves when libsodium is ready; rejects where it cannot be (no WebAssembly). */
export async function loadEngine(): Promise<Engine> {
  await ready();
  return {
    createSecret,
    keysOf: (secret, passphrase) => deriveRoomKeys(secret, passphrase === "" ? null : passphrase),
    linkOf: encodeLink,
    createRoom: (deps) => createRoom({ ...deps, randomBytes }),
  };
}
