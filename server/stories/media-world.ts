/**
 * Relays with files, as a client meets them: real sockets, real HTTP, the real room layer, over memory or
 * a real Redis. Members have real keys; what they seal is of no meaning, since no relay may look into it.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Bytes } from "../../shared/bytes.ts";
import type { Clock } from "../../shared/clock.ts";
import { encodeClientFrame } from "../../shared/codec/client-frames.ts";
import { decodeServerFrame } from "../../shared/codec/server-frames.ts";
import { fileIdOf, type FileId, type RouteId, type SessionId } from "../../shared/ids.ts";
import { authorizationOf, chunkPath, filePath } from "../../shared/media.ts";
import type { Policy } from "../../shared/policy.ts";
import {
  RULES_VERSION,
  type ClientFrame,
  type Record,
  type ServerFrame,
} from "../../shared/protocol.ts";
import type { Limits } from "../config-limits.ts";
import { createMemoryMedia, type MemoryMedia } from "../drivers/media/memory-media.ts";
import { createRedisMedia } from "../drivers/media/redis-media.ts";
import { createMemoryLog } from "../drivers/memory-log.ts";
import { createRedisLog } from "../drivers/redis/redis-log.ts";
import type { TestRedis } from "../drivers/redis/test-redis.ts";
import type { HttpTimes } from "../edge/http-server.ts";
import { startTestRelay, testConfig, type TestRelay } from "../edge/test-relay.ts";
import { answer, createKeyPair, routeOf, sessionOf, type KeyPair } from "../edge/test-visitor.ts";
import type { Log } from "../ports/log.ts";
import type { MediaStore } from "../ports/media.ts";
import { judge } from "../room/judge.ts";
import { DEFAULT_ROOM_LIMITS } from "../room/limits.ts";
import { createMedia } from "../room/media.ts";
import { createRooms } from "../room/rooms.ts";

export const MEDIA_POLICY: Policy = {
  messageTtlMs: 600_000,
  memberCap: 10,
  graceMs: 15_000,
  lifetimeMs: 3_600_000,
};

export interface MediaRelayOptions {
  readonly clock: Clock;
  /** Null: the relay is alone and keeps everything in its memory. */
  readonly redis: TestRedis | null;
  /** In place of what `redis` says: rooms and files as one of several regions has them. */
  readonly stores?: { readonly log: Log; readonly store: MediaStore };
  readonly limits?: Partial<Limits>;
  readonly httpTimes?: HttpTimes;
  /** Puts something between the rooms and the store of their files. */
  readonly wrap?: (store: MediaStore) => MediaStore;
}

export interface MediaRelay extends TestRelay {
  readonly clock: Clock;
  /** What lies in this very process; null over Redis. */
  readonly memory: MemoryMedia | null;
  /** Lets it drain, as at a deploy. */
  stop(): Promise<void>;
}

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const sha256 = (bytes: Bytes): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest());
const TICK_MS = 5;
const PATIENCE_MS = 20_000;

/** Settles when it holds; real time passes meanwhile, since sockets are real. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`never: ${what}`);
    await pause(TICK_MS);
  }
}

/** One relay, listening. */
export async function startMediaRelay(options: MediaRelayOptions): Promise<MediaRelay> {
  const { clock, redis } = options;
  const config = testConfig({}, { drainMs: 2_000, ...options.limits });
  const { limits } = config;
  const { log, store, memory } =
    options.stores === undefined ? openStores(clock, redis) : { ...options.stores, memory: null };
  await until("the stores answer", () => log.isReady());
  const media = createMedia({
    store: options.wrap?.(store) ?? store,
    clock,
    random,
    hmacSha256: (key, bytes) => new Uint8Array(createHmac("sha256", key).update(bytes).digest()),
    isEqual: (a, b) => timingSafeEqual(a, b),
    limits: {
      fileBytes: limits.mediaFileBytes,
      memberBytes: limits.mediaMemberBytes,
      memberFiles: limits.mediaMemberFiles,
      roomBytes: limits.mediaRoomBytes,
      storeBytes: limits.mediaBytes,
    },
    unreachable: () => undefined,
  });
  const rooms = createRooms({
    log,
    clock,
    random,
    sha256,
    limits: { ...DEFAULT_ROOM_LIMITS, foundings: { count: 1_000, windowMs: 60_000 } },
    media,
    report: () => undefined,
  });
  const isReady = () => log.isReady();
  const { httpTimes } = options;
  const deps = { clock, rooms, media, isReady, ...(httpTimes === undefined ? {} : { httpTimes }) };
  const relay = await startTestRelay(deps, config);
  return {
    ...relay,
    clock,
    memory,
    async stop() {
      await relay.relay.stop();
      await log.close();
      await store.close();
    },
  };
}

function openStores(clock: Clock, redis: TestRedis | null) {
  if (redis !== null) {
    const { place } = redis;
    const log = createRedisLog({ place, clock, random, judge });
    return { log, store: createRedisMedia({ place }), memory: null };
  }
  const log = createMemoryLog({ clock, random, judge });
  const memory = createMemoryMedia({ clock, look: (routeId) => log.look(routeId) });
  return { log, store: memory, memory };
}

type Granted = Extract<ServerFrame, { kind: "granted" | "not-granted" }>;

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Headers;
}

export interface Member {
  readonly door: KeyPair;
  readonly routeId: RouteId;
  readonly session: SessionId;
  readonly records: readonly Record[];
  send(frame: ClientFrame): void;
  /** The relay's answer to a question about files. */
  ask(
    frame:
      | { readonly kind: "ask-upload"; readonly file: FileId; readonly totalBytes: number }
      | { readonly kind: "ask-reading" },
  ): Promise<Granted>;
  /** The same where it is known to be granted. */
  upload(file: FileId, totalBytes: number): Promise<Bytes>;
  reading(): Promise<Bytes>;
  /** Posts, and settles when the record is back. */
  post(...files: readonly FileId[]): Promise<void>;
  leave(): Promise<void>;
  readonly closed: Promise<number>;
  /** Breaks the line without a word. */
  drop(): void;
}

/** Somebody new at that relay: founds a room, or joins that of `host`. */
export async function enter(
  relay: Pick<MediaRelay, "origin" | "dial">,
  host: Member | null = null,
  policy = MEDIA_POLICY,
): Promise<Member> {
  const door = host?.door ?? createKeyPair();
  const own = createKeyPair();
  const session = sessionOf(own);
  const ws = relay.dial();
  const frames: ServerFrame[] = [];
  const records: Record[] = [];
  let lastRef = 0;
  let lastCounter = 0;
  const closed = once(ws, "close").then(([code]: unknown[]) => Number(code));
  ws.on("message", (data: Buffer) => {
    const frame = decodeServerFrame(data);
    if (frame === null) throw new Error("the relay sent what no client can read");
    frames.push(frame);
    if (frame.kind === "records") records.push(...frame.records);
    if (frame.kind === "challenge") ws.send(answer(data, { door, own, origin: relay.origin }));
  });
  const send = (frame: ClientFrame): void => ws.send(encodeClientFrame(frame));
  const seen = <K extends ServerFrame["kind"]>(kind: K) =>
    frames.find((frame): frame is Extract<ServerFrame, { kind: K }> => frame.kind === kind);

  async function got<K extends ServerFrame["kind"]>(kind: K) {
    await until(`a ${kind} comes`, () => seen(kind) !== undefined);
    return seen(kind) ?? fail(kind);
  }

  if (host === null) {
    await got("no-room");
    send({ kind: "found", rules: RULES_VERSION, policy, sealed: new Uint8Array(512) });
  } else {
    const { last } = await got("turn");
    send({ kind: "propose", offers: [joinAfter(last.number)] });
  }
  const { arrival } = await got("welcome");
  await until("the own seating is told", () => records.some((each) => each.number === arrival));

  const member: Member = {
    door,
    routeId: routeOf(door),
    session,
    records,
    closed,
    send,
    async ask(question) {
      const ref = ++lastRef;
      send({ ...question, ref });
      const find = () =>
        frames.find(
          (frame): frame is Granted =>
            (frame.kind === "granted" || frame.kind === "not-granted") && frame.ref === ref,
        );
      await until("the question is answered", () => find() !== undefined);
      return find() ?? fail("an answer");
    },
    upload: async (file, totalBytes) =>
      grantOf(await member.ask({ kind: "ask-upload", file, totalBytes })),
    reading: async () => grantOf(await member.ask({ kind: "ask-reading" })),
    async post(...files) {
      const counter = ++lastCounter;
      const names = records.findLast(({ kind }) => kind === "open" || kind === "commit")?.number;
      const offer = {
        kind: "post",
        ref: ++lastRef,
        counter,
        names: names ?? arrival,
        files: files.toSorted(),
        sealed: new Uint8Array(512),
      } as const;
      send({ kind: "propose", offers: [offer] });
      await until("the post is in the order", () =>
        records.some(
          (each) => each.kind === "post" && each.session === session && each.counter === counter,
        ),
      );
    },
    async leave() {
      send({ kind: "propose", offers: [{ kind: "leave", ref: ++lastRef, arrival }] });
      await closed;
    },
    drop: () => ws.terminate(),
  };
  return member;
}

function grantOf(granted: Granted): Bytes {
  if (granted.kind === "granted") return granted.grant;
  throw new Error(`not granted: ${granted.reason}`);
}

function fail(what: string): never {
  throw new Error(`no ${what}`);
}

/** A commit as far as a relay can tell. */
function joinAfter(follows: number) {
  const groupInfo = new Uint8Array(512);
  const groupInfoHash = sha256(groupInfo);
  // What is sealed tells one joiner's commit from another's.
  const sealed = random(512);
  return {
    kind: "commit",
    ref: 0,
    follows,
    removes: [],
    groupInfoHash,
    sealed,
    groupInfo,
  } as const;
}

/** A file id of one repeated byte. */
export const fileNo = (byte: number): FileId => fileIdOf(new Uint8Array(16).fill(byte));

/** Sealed bytes, as far as a relay can tell. */
export const noise = (length: number): Bytes => random(length);

/** One request over HTTP to that relay. */
export async function request(
  relay: TestRelay,
  method: string,
  path: string,
  options: {
    readonly grant?: Bytes;
    readonly body?: Bytes;
    readonly headers?: { [name: string]: string };
  } = {},
): Promise<Answer> {
  const { grant, body, headers = {} } = options;
  const response = await fetch(`http://127.0.0.1:${relay.port}${path}`, {
    method,
    headers: {
      ...(grant === undefined ? {} : { authorization: authorizationOf(grant) }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return {
    status: response.status,
    body: Buffer.from(await response.arrayBuffer()),
    headers: response.headers,
  };
}

export const put = (
  relay: TestRelay,
  routeId: RouteId,
  chunk: { readonly file: FileId; readonly index: number; readonly body: Bytes },
  grant: Bytes,
): Promise<Answer> =>
  request(relay, "PUT", chunkPath(routeId, chunk.file, chunk.index), { grant, body: chunk.body });

export const get = (
  relay: TestRelay,
  routeId: RouteId,
  chunk: { readonly file: FileId; readonly index: number },
  grant: Bytes,
): Promise<Answer> => request(relay, "GET", chunkPath(routeId, chunk.file, chunk.index), { grant });

export const drop = (
  relay: TestRelay,
  routeId: RouteId,
  file: FileId,
  grant: Bytes,
): Promise<Answer> => request(relay, "DELETE", filePath(routeId, file), { grant });

/** Status and word of an answer, such as "404 no-file". */
export const told = ({ status, body }: Answer): string => `${status} ${body.toString()}`.trim();
