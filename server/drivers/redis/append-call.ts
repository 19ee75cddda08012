/** One candidate as one call of the append script, and what its answer means. */
import type { Bytes } from "../../../shared/bytes.ts";
import { encodeRecord } from "../../../shared/codec/records.ts";
import type { Incarnation } from "../../../shared/ids.ts";
import type { Policy } from "../../../shared/policy.ts";
import type { Candidate } from "../../ports/log.ts";
import type { Judged } from "./judged.ts";
import type { RoomNames } from "./keys.ts";
import { isCommitRecord, keptMs, policyText } from "./life.ts";
import type { RedisLink } from "./link.ts";
import { APPEND, APPEND_WHEN_FULL } from "./scripts.ts";

/** All keys of a room live so much longer than anyone may be away; serving relays renew it. */
export const SPARE_MS = 60_000;
/** `number` and `acceptedAtMs` stand before a record's proposal; the script writes them. */
const PLACE_BYTES = 16;

export type AppendAnswer =
  | { readonly kind: "ok"; readonly number: number; readonly acceptedAtMs: number }
  /** A guard no longer holds; the head as it is now. */
  | { readonly kind: "guard"; readonly head: number }
  /** Another life of the room stands, or none. */
  | { readonly kind: "other" };

export interface AppendCall {
  readonly candidate: Candidate;
  readonly judged: Extract<Judged, { kind: "try" }>;
  /** The life that the verdict is about; null: no room, so the candidate is an `open`. */
  readonly life: { readonly incarnation: Incarnation; policy(): Policy } | null;
  /** Of the life that an `open` is to begin. */
  readonly next: Incarnation;
}

/** @throws where Redis is away or does not answer in time: then it may have been carried out or not. */
export async function callAppend(
  link: RedisLink,
  names: RoomNames,
  { candidate, judged, life, next }: AppendCall,
): Promise<AppendAnswer> {
  const { proposal, groupInfo } = candidate;
  const policy = proposal.kind === "open" ? proposal.policy : life?.policy();
  if (policy === undefined) throw new Error("a proposal without a room");
  const record = encodeRecord({ ...proposal, number: 1, acceptedAtMs: 0 });
  const script = proposal.kind === "leave" ? APPEND_WHEN_FULL : APPEND;
  const reply = await link.scriptOfRun(script, names.state, [
    life?.incarnation ?? "",
    life === null ? next : "",
    policyText(policy),
    names.lives,
    names.channel,
    keptMs(policy, isCommitRecord(proposal)),
    policy.graceMs + SPARE_MS,
    bufferOf(record.subarray(PLACE_BYTES)),
    groupInfo === null ? "" : bufferOf(groupInfo),
    judged.ends ? "1" : "",
    judged.guards.length,
    ...judged.guards.flatMap(({ field, value }) => [field, value ?? ""]),
    ...judged.effects.flatMap(({ field, value }) => [
      field,
      value === "number" ? "#" : (value ?? ""),
    ]),
  ]);
  const [answer, number, atMs] = Array.isArray(reply) ? (reply as unknown[]) : [];
  switch (String(answer)) {
    case "ok":
      return { kind: "ok", number: Number(number), acceptedAtMs: Number(atMs) };
    case "guard":
      return { kind: "guard", head: Number(number) };
    case "other":
      return { kind: "other" };
    default:
      throw new Error("an answer that the script does not give");
  }
}

function bufferOf(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
