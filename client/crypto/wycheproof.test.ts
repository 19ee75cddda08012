/**
 * Wycheproof's cases for every primitive that we use, through the functions that use it: what is valid
 * must be taken, what is not must be refused, and none may be passed over. They are read, not copied:
 * from the folder that MAYFLY_VECTORS names, or from `shared/vectors` beside the repository.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { concat, equal, parseHex, toHex, type Bytes } from "../../shared/bytes.ts";
import { expand, extract, hmac } from "./kdf.ts";
import { provider } from "./provider.ts";
import { isSmallOrder } from "./small-order.ts";
import { ready, sodium } from "./sodium.ts";

const FOLDER =
  process.env["MAYFLY_VECTORS"] ??
  fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
const isMissing = !existsSync(FOLDER);
const title = isMissing
  ? "Wycheproof (skipped: no vectors beside the repository, and MAYFLY_VECTORS names none)"
  : "Wycheproof";

interface Case {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: "valid" | "invalid" | "acceptable";
}
type Texts<Names extends string> = Case & Readonly<Record<Names, string>>;
type AeadCase = Texts<"key" | "iv" | "aad" | "msg" | "ct" | "tag">;
type SignatureCase = Texts<"msg" | "sig"> & { readonly publicKey: { readonly pk: string } };
type KdfCase = Texts<"ikm" | "salt" | "info" | "okm"> & { readonly size: number };
type MacCase = Texts<"key" | "msg" | "tag"> & { readonly tagSize: number };
type ExchangeCase = Texts<"public" | "private" | "shared">;
interface CaseFile<T> {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly tests: readonly T[] }[];
}
type Outcome = "taken" | "refused";

function hex(text: string): Bytes {
  const bytes = parseHex(text);
  if (bytes === null) throw new Error("a vector is not hex");
  return bytes;
}

/** Runs every case of one file, its group's fields mixed in, and counts what became of them. */
async function tally<T extends Case>(
  name: string,
  judge: (one: T) => boolean | Promise<boolean>,
): Promise<Record<string, number>> {
  const text = readFileSync(`${FOLDER}/wycheproof/${name}_test.json`, "utf8");
  const file = JSON.parse(text) as CaseFile<T>;
  const all = file.testGroups.flatMap(({ tests, ...group }) =>
    tests.map((test) => ({ ...group, ...test })),
  );
  expect(all, "cases that the file claims").toHaveLength(file.numberOfTests);
  const counts: Record<string, number> = {};
  for (const one of all) {
    const outcome: Outcome = (await judge(one)) ? "taken" : "refused";
    const wrong = { valid: "refused", invalid: "taken", acceptable: null }[one.result];
    expect(outcome, `${name} ${one.tcId}: ${one.comment}`).not.toBe(wrong);
    const key = `${one.result} ${outcome}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const orRefused = async (work: () => boolean | Promise<boolean>): Promise<boolean> => {
  try {
    return await work();
  } catch {
    return false;
  }
};

describe.skipIf(isMissing)(title, () => {
  beforeAll(ready);

  it("ChaCha20-Poly1305: 325 cases, nonces of a wrong size refused", async () => {
    const { hpke } = provider;
    const counts = await tally<AeadCase>("chacha20_poly1305", (one) =>
      orRefused(async () => {
        const [key, nonce, data] = [hex(one.key), hex(one.iv), hex(one.aad)];
        const sealed = concat(hex(one.ct), hex(one.tag));
        const opened = await hpke.decryptAead(key, nonce, data, sealed);
        const again = await hpke.encryptAead(key, nonce, data, hex(one.msg));
        return toHex(opened) === one.msg && equal(again, sealed);
      }),
    );
    expect(counts).toEqual({ "valid taken": 256, "invalid refused": 69 });
  });

  it("XChaCha20-Poly1305: 315 cases, nonces of a wrong size refused", async () => {
    const counts = await tally<AeadCase>("xchacha20_poly1305", (one) =>
      orRefused(() => {
        const [key, nonce, data] = [hex(one.key), hex(one.iv), hex(one.aad)];
        const sealed = concat(hex(one.ct), hex(one.tag));
        const opened = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
          null,
          sealed,
          data,
          nonce,
          key,
        );
        const again = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
          hex(one.msg),
          data,
          null,
          nonce,
          key,
        );
        return toHex(opened) === one.msg && equal(again, sealed);
      }),
    );
    expect(counts).toEqual({ "valid taken": 246, "invalid refused": 69 });
  });

  it("Ed25519: 151 cases, none of them thrown on", async () => {
    const counts = await tally<SignatureCase>("ed25519", (one) =>
      provider.signature.verify(hex(one.publicKey.pk), hex(one.msg), hex(one.sig)),
    );
    expect(counts).toEqual({ "valid taken": 88, "invalid refused": 63 });
  });

  it("HKDF-SHA-256: 86 cases, lengths beyond 255 blocks refused", async () => {
    const counts = await tally<KdfCase>("hkdf_sha256", (one) =>
      orRefused(() => {
        const key = extract(hex(one.salt), hex(one.ikm));
        return toHex(expand(key, hex(one.info), one.size)) === one.okm;
      }),
    );
    expect(counts).toEqual({ "valid taken": 83, "invalid refused": 3 });
  });

  it("HMAC-SHA-256: 174 cases, keys of every length", async () => {
    const counts = await tally<MacCase>("hmac_sha256", async (one) => {
      const [key, input, tag] = [hex(one.key), hex(one.msg), hex(one.tag)];
      if (one.tagSize === 256) return provider.hash.verifyMac(key, tag, input);
      return equal(hmac(key, input).subarray(0, one.tagSize / 8), tag);
    });
    expect(counts).toEqual({ "valid taken": 66, "invalid refused": 108 });
  });

  it("X25519: 518 cases; of the 254 merely acceptable, the 31 with a secret of zero are refused", async () => {
    // "Acceptable" leaves the choice to the implementation. RFC 7748 §5 takes points on the twist and
    // non-canonical ones, and so does libsodium; RFC 9180 §7.1.4 refuses a secret of zero, and so do we.
    const counts = await tally<ExchangeCase>("x25519", async (one) => {
      const [publicKey, privateKey] = [hex(one.public), hex(one.private)];
      const givesZero = one.flags.includes("ZeroSharedSecret");
      expect(isSmallOrder(publicKey), `case ${one.tcId}`).toBe(givesZero);
      let secret: string | null = null;
      const isTaken = await orRefused(() => {
        secret = toHex(sodium.crypto_scalarmult(privateKey, publicKey));
        return true;
      });
      if (isTaken) expect(secret, `case ${one.tcId}`).toBe(one.shared);
      return isTaken;
    });
    expect(counts).toEqual({
      "valid taken": 264,
      "acceptable taken": 223,
      "acceptable refused": 31,
    });
  });
});
