/**
 * Proofs between the relays of several regions: HMAC-SHA256 under the secret that they share, over
 * everything that a request or an answer says. A request that is heard again within its time gets the same
 * answer as the first, to nobody's gain: all are reads.
 */
import { createHmac, createHash, timingSafeEqual } from "node:crypto";
import { parseHex } from "../../../shared/bytes.ts";

/** A request counts for so long. */
export const REQUEST_MS = 30_000;
/** Clocks of regions may differ by so much. */
const SKEW_MS = 30_000;
const REQUEST_LABEL = "mayfly region request 1";
const ANSWER_LABEL = "mayfly region answer 1";
const PATTERN = /^Mayfly-Region ([a-z0-9-]{1,32}) (\d{13}) ([0-9a-f]{32}) ([0-9a-f]{64})$/;

export interface RegionRequest {
  readonly method: "GET";
  readonly path: string;
  /** Who asks. */
  readonly region: string;
  /** By the wall clock, ms since 1970. */
  readonly expiresAtMs: number;
  /** 16 random bytes in hex, another one for each request. */
  readonly nonce: string;
}

function mac(secret: Uint8Array, parts: readonly (string | number)[]): Buffer {
  // No part holds a line break, so no two lists of parts give the same text.
  return createHmac("sha256", secret).update(parts.join("\n")).digest();
}

/** The Authorization header of a request. */
export function proveRequest(secret: Uint8Array, request: RegionRequest): string {
  const { method, path, region, expiresAtMs, nonce } = request;
  const parts = [REQUEST_LABEL, method, path, region, expiresAtMs, nonce];
  return `Mayfly-Region ${region} ${expiresAtMs} ${nonce} ${mac(secret, parts).toString("hex")}`;
}

/** The request that this header proves, or null. */
export function checkRequest(
  secret: Uint8Array,
  header: string | undefined,
  asked: { readonly method: string; readonly path: string; readonly nowMs: number },
): RegionRequest | null {
  const [, region, expires, nonce, proof] = PATTERN.exec(header ?? "") ?? [];
  if (region === undefined || nonce === undefined || asked.method !== "GET") return null;
  const expiresAtMs = Number(expires);
  const parts = [REQUEST_LABEL, asked.method, asked.path, region, expiresAtMs, nonce];
  if (!isSame(mac(secret, parts), proof)) return null;
  const leftMs = expiresAtMs - asked.nowMs;
  if (leftMs < -SKEW_MS || leftMs > REQUEST_MS + SKEW_MS) return null;
  return { method: "GET", path: asked.path, region, expiresAtMs, nonce };
}

/** What goes with an answer, so that nobody on the way can give another. */
export function proveAnswer(
  secret: Uint8Array,
  { nonce }: Pick<RegionRequest, "nonce">,
  answer: { readonly status: number; readonly body: Uint8Array },
): string {
  const hash = createHash("sha256").update(answer.body).digest("hex");
  return mac(secret, [ANSWER_LABEL, nonce, answer.status, hash]).toString("hex");
}

/** True for the answer to that very request. */
export function checkAnswer(
  secret: Uint8Array,
  request: Pick<RegionRequest, "nonce">,
  answer: { readonly status: number; readonly body: Uint8Array; readonly proof: string | null },
): boolean {
  const parsed = Buffer.from(proveAnswer(secret, request, answer), "hex");
  return isSame(parsed, answer.proof ?? "");
}

function isSame(mine: Buffer, theirs: string | undefined): boolean {
  const bytes = parseHex(theirs ?? "");
  return bytes?.length === mine.length && timingSafeEqual(mine, bytes);
}
