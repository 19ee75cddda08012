import { beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../shared/bytes.ts";
import { createSecret, deriveRoomKeys, wipe, type RoomKeys } from "./keys.ts";
import { ready } from "./sodium.ts";

beforeAll(ready);

const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index);

const shown = (keys: RoomKeys) => ({
  doorSeed: toHex(keys.door.privateKey.subarray(0, 32)),
  doorPublicKey: toHex(keys.door.publicKey),
  outerKey: toHex(keys.outerKey),
  routeId: keys.routeId as string,
});

/**
 * Known answers, computed apart from this code with Python's hmac and hashlib and with OpenSSL's
 * Argon2id, HKDF and Ed25519. A change here means that no link of today opens its room any more.
 */
const KNOWN = [
  {
    name: "no passphrase",
    passphrase: null,
    keys: {
      doorSeed: "d4ecc63382823b650977133d5b1922f09b162e4172b660acb3b30bbc3962438f",
      doorPublicKey: "a6353148ea02109e307ea1b998723d26b0c9256644413120631e5a36a80d168a",
      outerKey: "dbdcbbb1ac50e5dc083e86666c69ceb1e6311f3af72ce637f2e5b9102c56911d",
      routeId: "9879d30f5d59725688450b875c947eba",
    },
  },
  {
    name: "a passphrase with an é in one piece",
    passphrase: "caf\u00e9 at noon",
    keys: {
      doorSeed: "5d0c0bd51946d749ccaa2875ff1283797896d6e75ae7ad17c9312889f342b3ab",
      doorPublicKey: "6855e9215ba7cd94e7cad599fa7d2c01110dccf71b17ff93bc19c5d3429c812b",
      outerKey: "13b378006055c56b886247f4070ce636f6abb607834fb9e1fb3889ba5152a939",
      routeId: "32621343469f1429f65d9d8c3f20d238",
    },
  },
  {
    name: "the same with an é of two pieces",
    passphrase: "cafe\u0301 at noon",
    keys: {
      doorSeed: "5d0c0bd51946d749ccaa2875ff1283797896d6e75ae7ad17c9312889f342b3ab",
      doorPublicKey: "6855e9215ba7cd94e7cad599fa7d2c01110dccf71b17ff93bc19c5d3429c812b",
      outerKey: "13b378006055c56b886247f4070ce636f6abb607834fb9e1fb3889ba5152a939",
      routeId: "32621343469f1429f65d9d8c3f20d238",
    },
  },
  {
    name: "an empty passphrase, which is not none",
    passphrase: "",
    keys: {
      doorSeed: "160453f349e98adfc7a1d9d8e79542ff2faf1d4c15344430bb19a32bca4fd93e",
      doorPublicKey: "14aad8ddae7ce652ac692f6974d0bd4fd9f97e7ef901c1c8ec99194a3077052d",
      outerKey: "dcace91794080fb7960e292c0b7ea910dfcb69a309ebb2776bdee9b202a009d3",
      routeId: "4aded0f3b93c978e05aea9b66852fc76",
    },
  },
] as const;

describe("a room's keys", () => {
  it.each(KNOWN)("are the known ones for $name", ({ passphrase, keys }) => {
    expect(shown(deriveRoomKeys(SECRET, passphrase))).toEqual(keys);
  });

  it("are the same for alice and bob, who hold one link, and others for carol, who holds another", () => {
    const secret = createSecret();
    expect(deriveRoomKeys(secret, null)).toEqual(deriveRoomKeys(secret.slice(), null));
    const [ours, carols] = [deriveRoomKeys(secret, null), deriveRoomKeys(createSecret(), null)];
    expect(carols.routeId).not.toBe(ours.routeId);
    expect(carols.outerKey).not.toEqual(ours.outerKey);
    expect(carols.door.publicKey).not.toEqual(ours.door.publicKey);
  });

  it("differ in every part when one bit of the secret does", () => {
    const ours = shown(deriveRoomKeys(SECRET, null));
    for (const at of [0, 15, 31]) {
      const flipped = SECRET.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const theirs = shown(deriveRoomKeys(flipped, null));
      expect(theirs.doorSeed).not.toBe(ours.doorSeed);
      expect(theirs.doorPublicKey).not.toBe(ours.doorPublicKey);
      expect(theirs.outerKey).not.toBe(ours.outerKey);
      expect(theirs.routeId).not.toBe(ours.routeId);
    }
  });

  it("tell a passphrase from one that differs by case or by a space at its end", () => {
    const routes = ["noon", "Noon", "noon "].map(
      (passphrase) => deriveRoomKeys(SECRET, passphrase).routeId,
    );
    expect(new Set(routes).size).toBe(3);
  });

  it("leave the caller's secret as it was, and refuse one of another size", () => {
    const secret = SECRET.slice();
    deriveRoomKeys(secret, null);
    expect(secret).toEqual(SECRET);
    for (const length of [0, 31, 33]) {
      expect(() => deriveRoomKeys(new Uint8Array(length), null)).toThrow(RangeError);
    }
  });

  it("can be wiped", () => {
    const keys = deriveRoomKeys(SECRET, null);
    wipe(keys.outerKey, keys.door.privateKey);
    expect(keys.outerKey.every((byte) => byte === 0)).toBe(true);
    expect(keys.door.privateKey.every((byte) => byte === 0)).toBe(true);
  });
});
