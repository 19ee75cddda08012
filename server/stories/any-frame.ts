/** Any frame that either end may send, for property tests. */
import fc from "fast-check";
import type { Bytes } from "../../shared/bytes.ts";
import { CHALLENGE_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "../../shared/entry.ts";
import { fileIdOf, incarnationOf, routeIdOf, sessionIdOf } from "../../shared/ids.ts";
import * as limits from "../../shared/limits.ts";
import { GRANT_REFUSALS, isSealedSize } from "../../shared/media.ts";
import {
  REFUSALS,
  type ClientFrame,
  type Offer,
  type Record,
  type ServerFrame,
} from "../../shared/protocol.ts";

const bytes = (length: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Uint8Array.from(array));

/** Of a bucket size; filled from a few drawn bytes, since drawing 64 KiB each time takes too long. */
const sealed = (most: number): fc.Arbitrary<Bytes> =>
  fc
    .tuple(fc.constantFrom(...limits.BUCKETS_BYTES.filter((size) => size <= most)), bytes(8))
    .map(([size, pattern]) => Uint8Array.from({ length: size }, (_, i) => pattern[i % 8] ?? 0));

const count = fc.maxSafeNat();
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const session = bytes(16).map(sessionIdOf);
const sessions = fc
  .uniqueArray(session, { maxLength: limits.MAX_MEMBER_CAP, size: "+1" })
  .map((ids) => ids.toSorted());
const file = bytes(16).map(fileIdOf);
const totalBytes = fc
  .integer({ min: 17, max: limits.MAX_FILE_CHUNKS * limits.CHUNK_BYTES })
  .filter(isSealedSize);
const incarnation = bytes(8).map(incarnationOf);
const cursor = fc.record({ incarnation, number: positive });
const policy = fc.record({
  messageTtlMs: fc.integer({ min: limits.MIN_MESSAGE_TTL_MS, max: limits.MAX_MESSAGE_TTL_MS }),
  memberCap: fc.integer({ min: limits.MIN_MEMBER_CAP, max: limits.MAX_MEMBER_CAP }),
  graceMs: fc.integer({ min: limits.MIN_GRACE_MS, max: limits.MAX_GRACE_MS }),
  lifetimeMs: fc.integer({ min: limits.MIN_LIFETIME_MS, max: limits.MAX_LIFETIME_MS }),
});
const refounding = fc.record({
  epochName: bytes(16),
  epoch: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  reached: positive,
  sessions,
});
const u16 = fc.integer({ min: 0, max: 0xffff });
const ref = fc.integer({ min: 0, max: 0xffff_ffff });
const kind = <K extends string>(name: K) => fc.constant(name);

const commitFields = {
  kind: kind("commit"),
  follows: positive,
  removes: sessions,
  groupInfoHash: bytes(32),
  sealed: sealed(limits.MAX_COMMIT_BYTES),
};
const postFields = {
  kind: kind("post"),
  counter: positive,
  names: positive,
  files: fc
    .uniqueArray(file, { maxLength: limits.MAX_POST_FILES })
    .map((files) => files.toSorted()),
  sealed: sealed(limits.MAX_FRAME_BYTES),
};
const groupInfo = sealed(limits.MAX_GROUP_INFO_BYTES);
const placed = { number: positive, acceptedAtMs: count };

export const anyRecord: fc.Arbitrary<Record> = fc.oneof(
  fc.record({
    ...placed,
    kind: kind("open"),
    session,
    rules: u16,
    policy,
    refounding: fc.option(refounding),
    sealed: groupInfo,
  }),
  fc.record({ ...placed, ...commitFields, session }),
  fc.record({ ...placed, kind: kind("arrive"), session, connections: positive }),
  fc.record({ ...placed, ...postFields, session }),
  fc.record({ ...placed, kind: kind("leave"), session, arrival: positive }),
);

const commitOffer: fc.Arbitrary<Offer> = fc.record({ ...commitFields, ref, groupInfo });
const otherOffer: fc.Arbitrary<Offer> = fc.oneof(
  fc.record({ ...postFields, ref }),
  fc.record({ kind: kind("leave"), ref, arrival: positive }),
);
const offers = fc.oneof(
  fc.array(otherOffer, { minLength: 1, maxLength: 5 }),
  fc
    .tuple(fc.array(otherOffer, { maxLength: 2 }), commitOffer)
    .map(([some, one]) => [...some, one]),
);

export const anyClientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({
    kind: kind("enter"),
    version: fc.integer({ min: 0, max: 255 }),
    routeId: bytes(16).map(routeIdOf),
    doorKey: bytes(PUBLIC_KEY_BYTES),
    sessionKey: bytes(PUBLIC_KEY_BYTES),
    doorSignature: bytes(SIGNATURE_BYTES),
    sessionSignature: bytes(SIGNATURE_BYTES),
    connections: positive,
    cursor: fc.option(cursor),
  }),
  fc.record({ kind: kind("found"), rules: u16, policy, sealed: groupInfo }),
  fc.record({ kind: kind("refound"), rules: u16, policy, refounding, sealed: groupInfo }),
  fc.record({ kind: kind("ask-turn") }),
  fc.record({ kind: kind("arrive"), cursor }),
  fc.record({ kind: kind("propose"), offers }),
  fc.record({ kind: kind("signal"), sealed: sealed(limits.MAX_SIGNAL_BYTES) }),
  fc.record({ kind: kind("ask-upload"), ref, file, totalBytes }),
  fc.record({ kind: kind("ask-reading"), ref }),
  fc.record({ kind: kind("ping") }),
);

const seated = fc.array(
  fc.record({ session, presence: fc.constantFrom("present" as const, "away" as const) }),
  { maxLength: 20 },
);

export const anyServerFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  fc.record({ kind: kind("challenge"), challenge: bytes(CHALLENGE_BYTES) }),
  fc.record({ kind: kind("no-room") }),
  fc.record({ kind: kind("founded"), incarnation, open: anyRecord }),
  fc.record({ kind: kind("turn"), incarnation, last: anyRecord, groupInfo }),
  fc.record({ kind: kind("turn-over") }),
  fc.record({
    kind: kind("welcome"),
    incarnation,
    arrival: positive,
    counter: count,
    first: positive,
    head: positive,
    nowMs: count,
    seated,
  }),
  fc.record({ kind: kind("records"), records: fc.array(anyRecord, { maxLength: 5 }) }),
  fc.record({
    kind: kind("refused"),
    refusals: fc.array(fc.record({ ref, reason: fc.constantFrom(...REFUSALS), detail: count }), {
      maxLength: 20,
    }),
  }),
  fc.record({ kind: kind("presence"), changes: seated }),
  fc.record({
    kind: kind("signals"),
    signals: fc.array(fc.record({ session, sealed: sealed(limits.MAX_SIGNAL_BYTES) }), {
      maxLength: 5,
    }),
  }),
  fc.record({
    kind: kind("granted"),
    ref,
    grant: fc.integer({ min: 0, max: limits.MAX_GRANT_BYTES }).chain(bytes),
    validMs: ref,
    heldChunks: ref,
  }),
  fc.record({ kind: kind("not-granted"), ref, reason: fc.constantFrom(...GRANT_REFUSALS) }),
  fc.record({ kind: kind("pong") }),
);
