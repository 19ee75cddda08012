/** Asking the relays of other regions, one after another in no fixed order, until one has it. */
import { randomBytes, randomInt } from "node:crypto";
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import { checkAnswer, proveRequest, REQUEST_MS, type RegionRequest } from "./proof.ts";

export interface PeersParts {
  /** Where relays of other regions listen for each other, without a slash at the end. */
  readonly urls: readonly string[];
  readonly secret: Uint8Array;
  /** This region's name. */
  readonly region: string;
  readonly clock: Clock;
}

export interface Peers {
  /**
   * What the first of them that has it gives, at most `mostBytes`; null where none does. Whatever cannot be
   * shown to be the answer to this very question counts as no answer.
   */
  ask(path: string, mostBytes: number): Promise<Bytes | null>;
  /** The same; null only where every one of them says that it has it not. @throws where one cannot be had. */
  seek(path: string, mostBytes: number): Promise<Bytes | null>;
}

/** From a peer, the first byte and the last. */
const ANSWER_MS = 20_000;

export function createPeers(parts: PeersParts): Peers {
  const { secret, region, clock } = parts;

  /** Throws where this one gives no answer that is shown to be its own, or says that it can't tell. */
  async function askOne(base: string, path: string, mostBytes: number): Promise<Bytes | null> {
    const request: RegionRequest = {
      method: "GET",
      path,
      region,
      expiresAtMs: clock.wall() + REQUEST_MS,
      nonce: randomBytes(16).toString("hex"),
    };
    const response = await fetch(`${base}${path}`, {
      headers: { authorization: proveRequest(secret, request) },
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const body = await readUpTo(response, mostBytes);
    const proof = response.headers.get("x-mayfly-proof");
    const { status } = response;
    if (body === null || !checkAnswer(secret, request, { status, body, proof }))
      throw new Error("no answer of a relay of ours");
    if (status !== 200 && status !== 404) throw new Error("that relay cannot tell");
    return status === 200 ? body : null;
  }

  /** The first that has it, and whether all the others answered. */
  async function askAll(path: string, mostBytes: number) {
    const { urls } = parts;
    const first = urls.length === 0 ? 0 : randomInt(urls.length);
    let isWhole = true;
    for (const [i] of urls.entries()) {
      const base = urls[(first + i) % urls.length] ?? "";
      const bytes = await askOne(base, path, mostBytes).catch(() => {
        isWhole = false;
        return null;
      });
      if (bytes !== null) return { bytes, isWhole };
    }
    return { bytes: null, isWhole };
  }

  return {
    async ask(path, mostBytes) {
      return (await askAll(path, mostBytes)).bytes;
    },
    async seek(path, mostBytes) {
      const { bytes, isWhole } = await askAll(path, mostBytes);
      if (bytes === null && !isWhole) throw new Error("another region cannot be reached");
      return bytes;
    },
  };
}

/** The whole body; null where it is larger. */
async function readUpTo(response: Response, mostBytes: number): Promise<Bytes | null> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  if (response.body === null) return new Uint8Array();
  for await (const chunk of response.body) {
    total += chunk.length;
    if (total > mostBytes) return null;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
