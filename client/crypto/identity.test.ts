import { createPublicKey, verify } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { toBase64url, toHex } from "../../shared/bytes.ts";
import { CHALLENGE_BYTES, entryBytes } from "../../shared/entry.ts";
import { createIdentity, sessionOf, signEntry } from "./identity.ts";
import { createSecret, deriveRoomKeys } from "./keys.ts";
import { randomBytes, ready } from "./sodium.ts";

beforeAll(ready);

/** As a relay checks it: by Node's own Ed25519. */
function holds(publicKey: Uint8Array, signed: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: toBase64url(publicKey) },
    format: "jwk",
  });
  return verify(null, signed, key, signature);
}

describe("a session's identity", () => {
  it("has an id that follows from its public key, as computed apart from this code", () => {
    const publicKey = Uint8Array.from({ length: 32 }, (_, index) => index + 32);
    expect(sessionOf(publicKey)).toBe("12aa59f0ce17ced37c3e34bad8144c68");
  });

  it("is new each time", () => {
    const [alice, bob] = [createIdentity(), createIdentity()];
    expect(alice.session).not.toBe(bob.session);
    expect(alice.session).toBe(sessionOf(alice.publicKey));
    expect(alice.privateKey).toHaveLength(64);
    expect(toHex(alice.privateKey.subarray(32))).toBe(toHex(alice.publicKey));
  });
});

describe("an entry", () => {
  const enter = () => {
    const keys = deriveRoomKeys(createSecret(), null);
    const alice = createIdentity();
    const door = { origin: "https://host", challenge: randomBytes(CHALLENGE_BYTES) };
    const signatures = signEntry(keys, alice, door);
    const entry = { ...door, routeId: keys.routeId, sessionKey: alice.publicKey };
    return { keys, alice, door, signatures, entry };
  };

  it("is signed by both keys so that a relay accepts it", () => {
    const { keys, alice, signatures, entry } = enter();
    const { doorSignature, sessionSignature } = signatures;
    expect(holds(keys.door.publicKey, entryBytes("door", entry), doorSignature)).toBe(true);
    expect(holds(alice.publicKey, entryBytes("session", entry), sessionSignature)).toBe(true);
  });

  it("has signatures of which neither serves as the other", () => {
    const { keys, alice, signatures, entry } = enter();
    const { doorSignature, sessionSignature } = signatures;
    expect(holds(keys.door.publicKey, entryBytes("session", entry), doorSignature)).toBe(false);
    expect(holds(alice.publicKey, entryBytes("door", entry), sessionSignature)).toBe(false);
    expect(holds(alice.publicKey, entryBytes("session", entry), doorSignature)).toBe(false);
  });

  it("does not hold for another challenge, origin, room or session", () => {
    const { keys, alice, signatures, entry } = enter();
    const others = [
      { ...entry, challenge: randomBytes(CHALLENGE_BYTES) },
      { ...entry, origin: "https://evil" },
      { ...entry, routeId: enter().keys.routeId },
      { ...entry, sessionKey: createIdentity().publicKey },
    ];
    for (const other of others) {
      const { doorSignature, sessionSignature } = signatures;
      expect(holds(keys.door.publicKey, entryBytes("door", other), doorSignature)).toBe(false);
      expect(holds(alice.publicKey, entryBytes("session", other), sessionSignature)).toBe(false);
    }
  });
});
