import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, equal, type Bytes } from "../bytes.ts";
import {
  fileIdOf,
  incarnationOf,
  routeIdOf,
  sessionIdOf,
  type FileId,
  type SessionId,
} from "../ids.ts";
import * as limits from "../limits.ts";
import { GRANT_REFUSALS, SEALED_CHUNK_BYTES } from "../media.ts";
import { RULES_VERSION, type ClientFrame, type Offer, type Record } from "../protocol.ts";
import { anyClientFrame, anyRecord, anyServerFrame } from "../../server/stories/any-frame.ts";
import { decodeClientFrame, encodeClientFrame } from "./client-frames.ts";
import { decodeRecord, encodeRecord, orderedBytes, sealHeader } from "./records.ts";
import { decodeServerFrame, encodeServerFrame } from "./server-frames.ts";

const CODECS = {
  "a client's frame": { any: anyClientFrame, encode: encodeClientFrame, decode: decodeClientFrame },
  "a relay's frame": { any: anyServerFrame, encode: encodeServerFrame, decode: decodeServerFrame },
  "a record": { any: anyRecord, encode: encodeRecord, decode: decodeRecord },
};

/** Encodes whatever the arbitrary of the same codec drew. */
function roundTrip<T>({
  any,
  encode,
  decode,
}: {
  readonly any: fc.Arbitrary<T>;
  readonly encode: (value: T) => Bytes;
  readonly decode: (bytes: Uint8Array) => T | null;
}): { readonly frames: fc.Arbitrary<Bytes>; readonly check: () => void } {
  return {
    frames: any.map(encode).filter((bytes) => bytes.length <= limits.MAX_FRAME_BYTES),
    check: () =>
      fc.assert(
        fc.property(any, (value) => {
          const bytes = encode(value);
          // A client's frame above the limit is refused whole; that is a case of its own below.
          if (bytes.length > limits.MAX_FRAME_BYTES && decode(bytes) === null) return;
          // Far quicker than toEqual on 64 KiB of bytes; the clone has ordinary prototypes, as a frame has.
          expect(isDeepStrictEqual(decode(bytes), structuredClone(value))).toBe(true);
        }),
        { numRuns: 300 },
      ),
  };
}

const TABLE = [
  ["a client's frame", roundTrip(CODECS["a client's frame"]), decodeClientFrame, encodeClientFrame],
  ["a relay's frame", roundTrip(CODECS["a relay's frame"]), decodeServerFrame, encodeServerFrame],
  ["a record", roundTrip(CODECS["a record"]), decodeRecord, encodeRecord],
] as const;

describe.each(TABLE)("[W1] %s", (_, { frames, check }, decode) => {
  test("survives its bytes", check);

  test("with a trailing byte is refused", () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 255 }), (bytes, more) => {
        expect(decode(concat(bytes, Uint8Array.of(more)))).toBeNull();
      }),
    );
  });

  test("cut short anywhere is refused", () => {
    fc.assert(
      fc.property(frames, fc.nat(), (bytes, at) => {
        expect(decode(bytes.subarray(0, at % bytes.length))).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  test("of no bytes is refused", () => {
    expect(decode(new Uint8Array(0))).toBeNull();
  });

  test("of random bytes never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        decode(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  test("with one byte changed never throws, and is read only where it is canonical", () => {
    const encode = CODECS[_].encode as (value: unknown) => Bytes;
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, change) => {
        const damaged = bytes.slice();
        const i = at % Math.min(damaged.length, 200);
        damaged[i] = (damaged[i] ?? 0) ^ change;
        const value = decode(damaged);
        if (value !== null) expect(equal(encode(value), damaged)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("read from a larger buffer shares no memory with it", () => {
    fc.assert(
      fc.property(frames, (bytes) => {
        const slab = concat(new Uint8Array(3), bytes, new Uint8Array(5));
        const read = decode(slab.subarray(3, 3 + bytes.length));
        const before = JSON.stringify(read, plain);
        slab.fill(0xee);
        expect(JSON.stringify(read, plain)).toBe(before);
      }),
      { numRuns: 50 },
    );
  });
});

const plain = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);

// HOSTILE §7, items 25, 28, 29, 31: exact bytes that no client of ours would send.

const sessionNo = (byte: number): SessionId => sessionIdOf(new Uint8Array(16).fill(byte));
const fileNo = (byte: number): FileId => fileIdOf(new Uint8Array(16).fill(byte));
const sealed = new Uint8Array(512);
const policy = { messageTtlMs: 60_000, memberCap: 2, graceMs: 15_000, lifetimeMs: 60_000 };
const cursor = { incarnation: incarnationOf(new Uint8Array(8)), number: 1 };
const post = (change: Partial<Extract<Offer, { kind: "post" }>> = {}): Offer => ({
  kind: "post",
  ref: 1,
  counter: 1,
  names: 1,
  files: [],
  sealed,
  ...change,
});
const commit = (change: Partial<Extract<Offer, { kind: "commit" }>> = {}): Offer => ({
  kind: "commit",
  ref: 1,
  follows: 1,
  removes: [],
  groupInfoHash: new Uint8Array(32),
  sealed,
  groupInfo: sealed,
  ...change,
});
const propose = (...offers: Offer[]): Bytes => encodeClientFrame({ kind: "propose", offers });
const found = (change: object): Bytes =>
  encodeClientFrame({
    kind: "found",
    rules: RULES_VERSION,
    policy: { ...policy, ...change },
    sealed,
  });

const askUpload = (totalBytes: number): Bytes =>
  encodeClientFrame({ kind: "ask-upload", ref: 1, file: fileNo(1), totalBytes });

/** The same bytes with some of them replaced. */
function patched(bytes: Bytes, at: number, ...values: number[]): Bytes {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

const enter = encodeClientFrame({
  kind: "enter",
  version: 1,
  routeId: routeIdOf(new Uint8Array(16)),
  doorKey: new Uint8Array(32),
  sessionKey: new Uint8Array(32),
  doorSignature: new Uint8Array(64),
  sessionSignature: new Uint8Array(64),
  connections: 1,
  cursor,
});
const FLAG_AT = enter.length - 17;
const POST_COUNTER_AT = 1 + 2 + 1 + 4;

describe("[W1] [W3] a client's frame that is refused", () => {
  test("cut short at every position", () => {
    for (const whole of [
      enter,
      propose(post({ files: [fileNo(1)] }), commit()),
      found({}),
      askUpload(17),
    ]) {
      expect(decodeClientFrame(whole)).not.toBeNull();
      for (let length = 0; length < whole.length; length++) {
        expect(decodeClientFrame(whole.subarray(0, length))).toBeNull();
      }
    }
  });

  test.each<[string, Bytes]>([
    ["of kind 0", Uint8Array.of(0)],
    ["of an unknown kind", Uint8Array.of(11)],
    ["of kind 255", Uint8Array.of(255)],
    ["ping with a body", Uint8Array.of(8, 0)],
    [
      "above 80 KiB",
      propose(post({ sealed: new Uint8Array(65_536) }), post({ sealed: new Uint8Array(16_384) })),
    ],
    ["no offer", propose()],
    [
      "257 offers",
      propose(
        ...Array.from({ length: 257 }, () => ({ kind: "leave", ref: 1, arrival: 1 }) as const),
      ),
    ],
    ["two commits", propose(commit(), commit({ ref: 2 }))],
    ["an offer of unknown kind", patched(propose(post()), 3, 1)],
    ["an offer of an arrive", patched(propose(post()), 3, 3)],
    ["counter 0", propose(post({ counter: 0 }))],
    ["names 0", propose(post({ names: 0 }))],
    ["counter 2^53", patched(propose(post()), POST_COUNTER_AT, 0, 0x20, 0, 0, 0, 0, 0, 0)],
    [
      "counter 2^64 - 1",
      patched(propose(post()), POST_COUNTER_AT, 255, 255, 255, 255, 255, 255, 255, 255),
    ],
    ["leave of arrival 0", propose({ kind: "leave", ref: 1, arrival: 0 })],
    ["commit after 0", propose(commit({ follows: 0 }))],
    ["post of 511 bytes", propose(post({ sealed: new Uint8Array(511) }))],
    ["post of 513 bytes", propose(post({ sealed: new Uint8Array(513) }))],
    ["post of no bytes", propose(post({ sealed: new Uint8Array(0) }))],
    ["post of 3 KiB", propose(post({ sealed: new Uint8Array(3_072) }))],
    ["commit without GroupInfo", propose(commit({ groupInfo: new Uint8Array(0) }))],
    ["commit with a GroupInfo of 64 KiB", propose(commit({ groupInfo: new Uint8Array(65_536) }))],
    ["commit of 64 KiB", propose(commit({ sealed: new Uint8Array(65_536) }))],
    ["a session listed twice", propose(commit({ removes: [sessionNo(1), sessionNo(1)] }))],
    [
      "101 sessions listed",
      propose(commit({ removes: Array.from({ length: 101 }, (_, i) => sessionNo(i)) })),
    ],
    ["signal of 2 KiB", encodeClientFrame({ kind: "signal", sealed: new Uint8Array(2_048) })],
    ["signal of 100 bytes", encodeClientFrame({ kind: "signal", sealed: new Uint8Array(100) })],
    ["cursor of number 0", encodeClientFrame({ kind: "arrive", cursor: { ...cursor, number: 0 } })],
    ["cursor of 2^53", patched(encodeClientFrame({ kind: "arrive", cursor }), 9, 0, 0x20)],
    [
      "a negative cursor",
      patched(encodeClientFrame({ kind: "arrive", cursor }), 9, 0xff, 0xff, 0xff, 0xff),
    ],
    ["enter by flag 2", patched(enter, FLAG_AT, 2)],
    ["enter with flag 0 and a cursor", patched(enter, FLAG_AT, 0)],
    ["enter with flag 1 and none", enter.subarray(0, FLAG_AT + 1).slice()],
    ["enter of connection 0", patched(enter, FLAG_AT - 1, 0)],
    ["policy of too short a TTL", found({ messageTtlMs: limits.MIN_MESSAGE_TTL_MS - 1 })],
    ["policy of too long a TTL", found({ messageTtlMs: limits.MAX_MESSAGE_TTL_MS + 1 })],
    ["policy for one member", found({ memberCap: 1 })],
    ["policy for 101 members", found({ memberCap: 101 })],
    ["a file listed twice", propose(post({ files: [fileNo(1), fileNo(1)] }))],
    ["17 files listed", propose(post({ files: Array.from({ length: 17 }, (_, i) => fileNo(i)) }))],
    ["upload of nothing", askUpload(0)],
    ["upload of a seal around nothing", askUpload(limits.CHUNK_SEAL_BYTES)],
    ["upload whose last chunk is a seal around nothing", askUpload(SEALED_CHUNK_BYTES + 16)],
    ["upload of too many chunks", askUpload(limits.MAX_FILE_CHUNKS * SEALED_CHUNK_BYTES + 17)],
    ["upload of 2^53 bytes", patched(askUpload(17), 1 + 4 + 16, 0, 0x20)],
    ["reading with a body", concat(encodeClientFrame({ kind: "ask-reading", ref: 1 }), sealed)],
    ["policy of no grace", found({ graceMs: 0 })],
    ["policy of a lifetime above a day", found({ lifetimeMs: limits.MAX_LIFETIME_MS + 1 })],
  ])("%s", (_, bytes) => {
    expect(decodeClientFrame(bytes)).toBeNull();
  });

  test("sessions out of order: one set has one encoding", () => {
    const sorted = propose(commit({ removes: [sessionNo(1), sessionNo(2)] }));
    expect(decodeClientFrame(sorted)).not.toBeNull();
    const at = 1 + 2 + 1 + 4 + 8 + 2;
    const swapped = patched(sorted, at, ...Array(16).fill(2), ...Array(16).fill(1));
    expect(decodeClientFrame(swapped)).toBeNull();
  });

  test("files out of order: one set has one encoding", () => {
    const sorted = propose(post({ files: [fileNo(2), fileNo(1)] }));
    expect(decodeClientFrame(sorted)).toMatchObject({
      offers: [{ files: [fileNo(1), fileNo(2)] }],
    });
    const at = 1 + 2 + 1 + 4 + 8 + 8 + 2;
    expect(sorted.subarray(at, at + 16)).toEqual(new Uint8Array(16).fill(1));
    const swapped = patched(sorted, at, ...Array(16).fill(2), ...Array(16).fill(1));
    expect(decodeClientFrame(swapped)).toBeNull();
  });

  test("[M1] a sealed size is read up to the last byte that chunks add up to", () => {
    const most = limits.MAX_FILE_CHUNKS * SEALED_CHUNK_BYTES;
    for (const size of [17, SEALED_CHUNK_BYTES, SEALED_CHUNK_BYTES + 17, most]) {
      expect(decodeClientFrame(askUpload(size))).toMatchObject({ totalBytes: size });
    }
  });

  test("the largest commit with the largest GroupInfo fits one frame, and so does the largest post", () => {
    const large = new Uint8Array(limits.MAX_GROUP_INFO_BYTES);
    const removes = Array.from({ length: 100 }, (_, i) => sessionNo(i));
    expect(
      decodeClientFrame(propose(commit({ sealed: large, groupInfo: large, removes }))),
    ).not.toBeNull();
    const files = Array.from({ length: limits.MAX_POST_FILES }, (_, i) => fileNo(i));
    const largest = post({ sealed: new Uint8Array(65_536), files });
    expect(decodeClientFrame(propose(largest))).not.toBeNull();
  });

  test("every bucket size is a post's size, and no other up to 2 KiB", () => {
    for (let size = 0; size <= 2_100; size++) {
      const isRead = decodeClientFrame(propose(post({ sealed: new Uint8Array(size) }))) !== null;
      expect(isRead).toBe(limits.BUCKETS_BYTES.includes(size));
    }
  });
});

test("[W1] every kind of a relay's frame above those known is refused", () => {
  for (let kind = 14; kind < 256; kind++) expect(decodeServerFrame(Uint8Array.of(kind))).toBeNull();
  expect(decodeServerFrame(Uint8Array.of(0))).toBeNull();
});

test("[W1] each refusal's and presence's byte is one of those known", () => {
  const refused = encodeServerFrame({
    kind: "refused",
    refusals: [{ ref: 1, reason: "exists", detail: 0 }],
  });
  expect(decodeServerFrame(patched(refused, 7, 17))).toBeNull();
  const reason = GRANT_REFUSALS.at(-1) ?? "off";
  const notGranted = encodeServerFrame({ kind: "not-granted", ref: 1, reason });
  expect(decodeServerFrame(notGranted)).toMatchObject({ reason });
  expect(decodeServerFrame(patched(notGranted, 5, GRANT_REFUSALS.length))).toBeNull();
  const grant = new Uint8Array(limits.MAX_GRANT_BYTES + 1);
  const granted = { kind: "granted", ref: 1, validMs: 1, heldChunks: 0 } as const;
  expect(decodeServerFrame(encodeServerFrame({ ...granted, grant }))).toBeNull();
  const presence = encodeServerFrame({
    kind: "presence",
    changes: [{ session: sessionNo(1), presence: "away" }],
  });
  expect(decodeServerFrame(patched(presence, presence.length - 1, 2))).toBeNull();
});

describe("what is sealed and hashed of a record", () => {
  const ROUTE = routeIdOf(new Uint8Array(16).fill(1));
  const record: Record = { ...postRecord(), number: 7, acceptedAtMs: 1_000 };

  function postRecord() {
    return {
      kind: "post",
      session: sessionNo(1),
      counter: 3,
      names: 2,
      files: [],
      sealed,
    } as const;
  }

  test("[W4] the order hash does not run over the relay's time, but over all else", () => {
    expect(orderedBytes({ ...record, acceptedAtMs: 2_000 })).toEqual(orderedBytes(record));
    const others: Record[] = [
      { ...record, number: 8 },
      { ...record, session: sessionNo(2) },
      { ...record, counter: 4 },
      { ...record, names: 3 },
      { ...record, files: [fileNo(1)] },
      { ...record, sealed: sealed.slice().fill(1) },
    ];
    for (const other of others) expect(orderedBytes(other)).not.toEqual(orderedBytes(record));
  });

  test("a seal's header differs by room, kind, files and everything that the rules read", () => {
    const header = sealHeader(ROUTE, record);
    expect(sealHeader(routeIdOf(new Uint8Array(16).fill(2)), record)).not.toEqual(header);
    expect(sealHeader(ROUTE, { ...postRecord(), counter: 4 })).not.toEqual(header);
    expect(sealHeader(ROUTE, { ...postRecord(), names: 4 })).not.toEqual(header);
    expect(sealHeader(ROUTE, { ...postRecord(), files: [fileNo(1)] })).not.toEqual(header);
    expect(sealHeader(ROUTE, { ...postRecord(), session: sessionNo(2) })).not.toEqual(header);
    expect(sealHeader(ROUTE, { ...postRecord(), sealed: sealed.slice().fill(9) })).toEqual(header);
  });

  test("a re-founding's header leaves out the sessions, which relays unite", () => {
    const refounding = { epochName: new Uint8Array(16), epoch: 1n, reached: 1, sessions: [] };
    const open = {
      kind: "open",
      session: sessionNo(1),
      rules: 1,
      policy,
      refounding,
      sealed,
    } as const;
    const united = {
      ...open,
      refounding: { ...refounding, sessions: [sessionNo(1), sessionNo(2)] },
    };
    expect(sealHeader(ROUTE, united)).toEqual(sealHeader(ROUTE, open));
    const place = { number: 1, acceptedAtMs: 0 };
    expect(orderedBytes({ ...united, ...place })).not.toEqual(orderedBytes({ ...open, ...place }));
  });
});

test("a frame of every kind is among those drawn", () => {
  const kinds = new Set(
    fc.sample(anyClientFrame, { numRuns: 500, seed: 1 }).map((f: ClientFrame) => f.kind),
  );
  expect(kinds.size).toBe(10);
  const others = new Set(fc.sample(anyServerFrame, { numRuns: 500, seed: 1 }).map((f) => f.kind));
  expect(others.size).toBe(13);
});
