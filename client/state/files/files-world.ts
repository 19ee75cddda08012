/** For tests: the client's own parts for moving files, and as little of a relay as they need. */
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock } from "../../../shared/clock.ts";
import { routeIdOf } from "../../../shared/ids.ts";
import type { GrantRefusal } from "../../../shared/media.ts";
import type { ClientFrame } from "../../../shared/protocol.ts";
import { createChunkRequests } from "../../net/chunk-requests.ts";
import { createGrants, type Grants } from "./grants.ts";
import { createStation } from "./station.ts";
import type { TransferDeps } from "./transfer.ts";

type Ask = Extract<ClientFrame, { kind: "ask-upload" | "ask-reading" }>;
/** Of questions for reading, which are of no file. */
export const READING = "reading";

export interface FilesWorld {
  readonly deps: TransferDeps;
  /** Files for which room is reserved ([M4]), with the chunks held of each. */
  readonly reserved: Map<string, Set<number>>;
  /** The files of all questions over the socket, in order. */
  readonly asked: string[];
  /** What it says to a question; null: it grants it. */
  answer: (file: string) => GrantRefusal | null;
  /** What it answers to whoever reads this chunk; null: it has none. */
  content: (index: number) => Bytes | null;
  /** What lies between a chunk and the relay. */
  line: (go: () => Response, signal: AbortSignal) => Promise<Response>;
}

export function createFilesWorld(clock: Clock): FilesWorld {
  const reserved = new Map<string, Set<number>>();
  const station = createStation(
    createChunkRequests((url, init) => {
      const [, , , file = "", index = ""] = url.split("/");
      const go = (): Response => request(init.method ?? "GET", file, Number(index));
      return index === "" || !init.signal ? Promise.resolve(go()) : world.line(go, init.signal);
    }, ""),
  );
  const grants: Grants = createGrants({ clock, send });
  const routeId = routeIdOf(new Uint8Array(16).fill(1));
  const world: FilesWorld = {
    deps: { clock, random: () => 0, routeId, grants, station },
    reserved,
    asked: [],
    answer: () => null,
    content: () => null,
    line: (go) => Promise.resolve(go()),
  };

  function send(frame: ClientFrame): void {
    if (frame.kind === "ask-upload" || frame.kind === "ask-reading") reply(frame);
  }

  function reply(ask: Ask): void {
    const { ref } = ask;
    const file = ask.kind === "ask-upload" ? ask.file : READING;
    world.asked.push(file);
    clock.soon(() => {
      const reason = world.answer(file);
      if (reason !== null) return grants.answered({ kind: "not-granted", ref, reason });
      const held = reserved.get(file) ?? new Set();
      if (ask.kind === "ask-upload") reserved.set(file, held);
      const grant = new Uint8Array(40);
      grants.answered({ kind: "granted", ref, grant, validMs: 300_000, heldChunks: held.size });
    });
  }

  function request(method: string, file: string, index: number): Response {
    const content = method === "GET" ? world.content(index) : null;
    if (content !== null) return new Response(content);
    const held = reserved.get(file);
    if (held === undefined) return new Response("no-file", { status: 404 });
    if (method === "PUT") held.add(index);
    if (method === "DELETE") reserved.delete(file);
    return new Response(null, { status: 204 });
  }

  grants.seated();
  return world;
}
