/**
 * One life of a room as this relay holds it: a copy of the state in Redis, kept in step by applying each
 * record with the same rules that let it in.
 */
import { parseHex, type Bytes } from "../../../shared/bytes.ts";
import { decodeRecord } from "../../../shared/codec/records.ts";
import { INCARNATION_BYTES, incarnationOf, type Incarnation } from "../../../shared/ids.ts";
import { isPolicy, type Policy } from "../../../shared/policy.ts";
import type { Record } from "../../../shared/protocol.ts";
import type { Effect, Judge, Standing } from "../../ports/log.ts";
import { createKeptSizes } from "./kept-sizes.ts";
import { textOf } from "./reply.ts";

export interface Life {
  readonly incarnation: Incarnation;
  readonly fields: ReadonlyMap<string, number>;
  /** When the policy's lifetime is over, by the clock handed in; by Redis's time, not by the wall here. */
  readonly endsAtMs: number;
  head(): number;
  policy(): Policy;
  standing(nowMs: number): Standing;
  /** Counts what was kept before this relay came: bytes and expiry of each record, by that clock. */
  weigh(kept: readonly { readonly bytes: number; readonly expiresAtMs: number }[]): void;
  /**
   * Applies the next record: "applied", "ended" if the room ends by it, or "strange" where the rules
   * here refuse what was accepted there, so that this copy cannot be right.
   */
  apply(record: Record, groupInfo: Bytes | null, nowMs: number): "applied" | "ended" | "strange";
}

interface LifeStart {
  readonly incarnation: Incarnation;
  readonly fields: Map<string, number>;
  readonly head: number;
  readonly policy: Policy;
  readonly openedAtMs: number;
  /** How long ago that was. */
  readonly ageMs: number;
  readonly open: Record | null;
  readonly last: { readonly record: Record; readonly groupInfo: Bytes } | null;
}

function createLife(judge: Judge, start: LifeStart, nowMs: number): Life {
  const { incarnation, policy, openedAtMs, fields } = start;
  const begunMs = nowMs - start.ageMs;
  const openUntilMs = begunMs + keptMs(policy, true);
  // Each expires in order within itself.
  const sizes = {
    commits: createKeptSizes(),
    others: createKeptSizes(),
    before: createKeptSizes(),
  };
  let { head, last, open } = start;

  function write(effects: readonly Effect[], number: number): void {
    for (const { field, value } of effects) {
      if (value === undefined) fields.delete(field);
      else fields.set(field, value === "number" ? number : value);
    }
  }

  return {
    incarnation,
    fields,
    endsAtMs: begunMs + policy.lifetimeMs,
    head: () => head,
    policy: () => policy,
    standing(atMs) {
      if (last === null) throw new Error("a room without its open");
      const lanes = [sizes.commits, sizes.others, sizes.before];
      const keptBytes = lanes.reduce((sum, lane) => sum + lane.bytes(atMs), 0);
      if (atMs >= openUntilMs) open = null;
      return { incarnation, policy, openedAtMs, state: fields, open, head, keptBytes, last };
    },
    weigh(kept) {
      for (const { bytes, expiresAtMs } of kept.toSorted((a, b) => a.expiresAtMs - b.expiresAtMs)) {
        sizes.before.add(bytes, expiresAtMs);
      }
    },
    apply(record, groupInfo, atMs) {
      const verdict = judge(head === 0 ? null : fields, record);
      if (verdict.kind === "refused" || record.number !== head + 1) return "strange";
      head = record.number;
      write(verdict.effects, head);
      if (record.kind === "open") {
        open = record;
        last = { record, groupInfo: record.sealed };
      } else if (record.kind === "commit") {
        if (groupInfo === null) return "strange";
        last = { record, groupInfo };
      }
      const isCommit = isCommitRecord(record);
      const bytes = "sealed" in record ? record.sealed.length : 0;
      (isCommit ? sizes.commits : sizes.others).add(bytes, atMs + keptMs(policy, isCommit));
      return verdict.ends ? "ended" : "applied";
    },
  };
}

/** `open` or commit: whoever resumes needs it to follow the keys. */
export function isCommitRecord({ kind }: { readonly kind: Record["kind"] }): boolean {
  return kind === "open" || kind === "commit";
}

/** How long a record is kept. */
export function keptMs({ messageTtlMs, graceMs }: Policy, isCommit: boolean): number {
  return messageTtlMs + (isCommit ? graceMs : 0);
}

/** A life that `open`, the first record, begins now. */
export function beginLife(
  judge: Judge,
  incarnation: Incarnation,
  record: Record,
  nowMs: number,
): Life | null {
  if (record.kind !== "open" || record.number !== 1) return null;
  const start: LifeStart = {
    incarnation,
    fields: new Map(),
    head: 0,
    policy: record.policy,
    openedAtMs: record.acceptedAtMs,
    ageMs: 0,
    open: null,
    last: null,
  };
  return createLife(judge, start, nowMs);
}

/** A life as the `LOAD` script tells it; null: no room stands; undefined: what is there is not ours. */
export function parseLife(judge: Judge, reply: unknown, nowMs: number): Life | null | undefined {
  if (!Array.isArray(reply)) return undefined;
  if (reply.length === 0) return null;
  const [hash, lastBytes, infoBytes, openBytes, redisMs] = reply as unknown[];
  const { meta, fields } = parseFields(hash) ?? {};
  if (meta === undefined || fields === undefined) return undefined;
  const incarnation = parseHex(meta.get("@incarnation") ?? "");
  const policy = parsePolicy(meta.get("@policy") ?? "");
  const last = recordOf(lastBytes);
  const [head, openedAtMs] = [parseCount(meta.get("@head")), parseCount(meta.get("@opened"))];
  if (
    incarnation?.length !== INCARNATION_BYTES ||
    policy === null ||
    last === null ||
    head === null
  )
    return undefined;
  const groupInfo = last.kind === "open" ? last.sealed : bytesOf(infoBytes);
  if (groupInfo === null || openedAtMs === null || last.number > head) return undefined;
  const start: LifeStart = {
    incarnation: incarnationOf(incarnation),
    fields,
    head,
    policy,
    openedAtMs,
    ageMs: Math.max(Number(redisMs) - openedAtMs, 0) || 0,
    open: recordOf(openBytes),
    last: { record: last, groupInfo },
  };
  return createLife(judge, start, nowMs);
}

interface Fields {
  readonly meta: Map<string, string>;
  readonly fields: Map<string, number>;
}

function parseFields(hash: unknown): Fields | null {
  const meta = new Map<string, string>();
  const fields = new Map<string, number>();
  if (!Array.isArray(hash)) return null;
  for (let i = 0; i + 1 < hash.length; i += 2) {
    const [field, value] = [textOf(hash[i]), textOf(hash[i + 1])];
    const count = parseCount(value);
    if (field.startsWith("@")) meta.set(field, value);
    else if (count !== null) fields.set(field, count);
    else return null;
  }
  return { meta, fields };
}

/** A whole number that is safe to count with, or null. */
export function parseCount(text: string | undefined): number | null {
  const count = /^\d{1,16}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : null;
}

/** How the state holds a policy. */
export function policyText(policy: Policy): string {
  const { messageTtlMs, memberCap, graceMs, lifetimeMs } = policy;
  return [messageTtlMs, memberCap, graceMs, lifetimeMs].join(" ");
}

function parsePolicy(text: string): Policy | null {
  const [messageTtlMs = 0, memberCap = 0, graceMs = 0, lifetimeMs = 0] = text
    .split(" ")
    .map(Number);
  const policy = { messageTtlMs, memberCap, graceMs, lifetimeMs };
  return isPolicy(policy) ? policy : null;
}

function bytesOf(value: unknown): Bytes | null {
  return value instanceof Uint8Array ? new Uint8Array(value) : null;
}

function recordOf(value: unknown): Record | null {
  return value instanceof Uint8Array ? decodeRecord(value) : null;
}
