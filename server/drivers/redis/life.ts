/**
 * One life of a room as this relay holds it: a copy of the state in Redis, kept in step by applying each
 * record with the same rules that let it in.
 */
import { parseUtf8, type Bytes } from "../../../shared/bytes.ts";
import { decodeRecord } from "../../../shared/codec/records.ts";
import { INCARNATION_BYTES, incarnationOf, type Incarnation } from "../../../shared/ids.ts";
import { parseHex } from "../../../shared/bytes.ts";
import { isPolicy, type Policy } from "../../../shared/policy.ts";
import type { Record } from "../../../shared/protocol.ts";
import type { Effect, Judge, Standing } from "../../ports/log.ts";
import { createKeptSizes } from "./kept-sizes.ts";

export interface Life {
  readonly incarnation: Incarnation;
  readonly fields: ReadonlyMap<string, number>;
  head(): number;
  policy(): Policy;
  standing(nowMs: number): Standing;
  /**
   * Applies the next record: "applied", "ended" if the room ends by it, or "strange" where the rules
   * here refuse what was accepted there, so that this copy cannot be right.
   */
  apply(record: Record, groupInfo: Bytes | null, nowMs: number): "applied" | "ended" | "strange";
}

export interface LifeStart {
  readonly incarnation: Incarnation;
  readonly fields: Map<string, number>;
  readonly head: number;
  readonly policy: Policy;
  readonly openedAtMs: number;
  readonly open: Record | null;
  readonly last: { readonly record: Record; readonly groupInfo: Bytes } | null;
}

export function createLife(judge: Judge, start: LifeStart): Life {
  const { incarnation, policy, openedAtMs, fields } = start;
  const sizes = createKeptSizes();
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
    head: () => head,
    policy: () => policy,
    standing(nowMs) {
      if (last === null) throw new Error("a room without its open");
      const keptBytes = sizes.bytes(nowMs);
      return { incarnation, policy, openedAtMs, state: fields, open, head, keptBytes, last };
    },
    apply(record, groupInfo, nowMs) {
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
      sizes.add("sealed" in record ? record.sealed.length : 0, nowMs + policy.messageTtlMs);
      return verdict.ends ? "ended" : "applied";
    },
  };
}

/** A life that `open`, the first record, begins. */
export function beginLife(judge: Judge, incarnation: Incarnation, record: Record): Life | null {
  if (record.kind !== "open" || record.number !== 1) return null;
  return createLife(judge, {
    incarnation,
    fields: new Map(),
    head: 0,
    policy: record.policy,
    openedAtMs: record.acceptedAtMs,
    open: null,
    last: null,
  });
}

/** A life as the `LOAD` script tells it; null: no room stands; undefined: what is there is not ours. */
export function parseLife(judge: Judge, reply: unknown): Life | null | undefined {
  if (!Array.isArray(reply)) return undefined;
  if (reply.length === 0) return null;
  const [hash, lastBytes, infoBytes, openBytes] = reply as unknown[];
  const meta = new Map<string, string>();
  const fields = new Map<string, number>();
  if (!Array.isArray(hash)) return undefined;
  for (let i = 0; i + 1 < hash.length; i += 2) {
    const [field, value] = [textOf(hash[i]), textOf(hash[i + 1])];
    if (field.startsWith("@")) meta.set(field, value);
    else if (/^\d{1,16}$/.test(value)) fields.set(field, Number(value));
    else return undefined;
  }
  const incarnation = parseHex(meta.get("@incarnation") ?? "");
  const policy = parsePolicy(meta.get("@policy") ?? "");
  const last = recordOf(lastBytes);
  if (incarnation?.length !== INCARNATION_BYTES || policy === null || last === null)
    return undefined;
  const groupInfo = last.kind === "open" ? last.sealed : bytesOf(infoBytes);
  if (groupInfo === null) return undefined;
  return createLife(judge, {
    incarnation: incarnationOf(incarnation),
    fields,
    head: Number(meta.get("@head")),
    policy,
    openedAtMs: Number(meta.get("@opened")),
    open: recordOf(openBytes),
    last: { record: last, groupInfo },
  });
}

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

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? (parseUtf8(value) ?? "") : "";
}

function bytesOf(value: unknown): Bytes | null {
  return value instanceof Uint8Array ? new Uint8Array(value) : null;
}

function recordOf(value: unknown): Record | null {
  return value instanceof Uint8Array ? decodeRecord(value) : null;
}
