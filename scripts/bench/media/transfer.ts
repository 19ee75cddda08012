/** Files up and down over HTTP, several chunks at once as a browser would have them. */
import { Agent, request, type IncomingMessage } from "node:http";
import type { Bytes } from "../../../shared/bytes.ts";

export interface Door {
  readonly port: number;
  readonly path: (index: number) => string;
  readonly authorization: string;
}

/** Connections that a browser opens to one host. */
const AT_ONCE = 6;
const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

/** One request; the body of its answer. @throws where the answer is none of those expected. */
async function ask(
  door: Door,
  method: "PUT" | "GET",
  index: number,
  body: Bytes | null,
): Promise<Bytes> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = body === null ? {} : { "content-length": body.length };
    const asked = request({
      agent,
      method,
      host: "127.0.0.1",
      port: door.port,
      path: door.path(index),
      headers: { authorization: door.authorization, ...length },
    });
    asked.on("response", resolve);
    asked.on("error", reject);
    asked.end(body ?? undefined);
  });
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const whole = Buffer.concat(parts);
  const isGood = response.statusCode === 200 || response.statusCode === 204;
  if (!isGood) throw new Error(`${method}: ${response.statusCode} ${whole.toString()}`);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.length);
}

/** Works on `count` items, a few at once. */
async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** Sends every chunk, made by `chunkAt` as its turn comes. */
export const sendAll = (door: Door, count: number, chunkAt: (index: number) => Bytes) =>
  inParallel(count, AT_ONCE, async (index) => {
    await ask(door, "PUT", index, chunkAt(index));
  });

/** Fetches every chunk, `atOnce` at once, and hands it over. */
export const fetchAll = (
  door: Door,
  count: number,
  take: (index: number, chunk: Bytes) => void,
  atOnce = AT_ONCE,
) => inParallel(count, atOnce, async (index) => take(index, await ask(door, "GET", index, null)));
