/** Judges several candidates before any of them is accepted: each on the state as if those before it were. */
import type { Candidate, Effect, Guard, Judge, State } from "../../ports/log.ts";
import type { Refusal } from "../../../shared/protocol.ts";

export type Judged =
  | { readonly kind: "refused"; readonly reason: Refusal; readonly detail: number }
  | {
      readonly kind: "try";
      readonly guards: readonly Guard[];
      readonly effects: readonly Effect[];
      readonly ends: boolean;
    }
  /** It depends on a number that an earlier one has still to get: ask again once that is there. */
  | { readonly kind: "later" };

/** Fields whose value is a number to come read as this; whoever read it must wait. */
const TO_COME = -1;

/** One verdict for each candidate, in order; after a "later" all are "later". */
export function judgeAhead(
  judge: Judge,
  fields: Pick<State, "get"> | null,
  candidates: readonly Candidate[],
): readonly Judged[] {
  const ahead = new Map<string, number | undefined>();
  let readToCome = false;
  let isStanding = fields !== null;
  let mustWait = false;
  const view: Pick<State, "get"> = {
    get(field) {
      const value = ahead.has(field) ? ahead.get(field) : fields?.get(field);
      if (value === TO_COME) readToCome = true;
      return value;
    },
  };
  return candidates.map(({ proposal }): Judged => {
    readToCome = false;
    const verdict = judge(isStanding ? view : null, proposal);
    if (mustWait || readToCome) {
      mustWait = true;
      return { kind: "later" };
    }
    if (verdict.kind === "refused") return verdict;
    // What founds or ends a room stands alone.
    mustWait = verdict.ends || !isStanding;
    isStanding = true;
    for (const { field, value } of verdict.effects) {
      ahead.set(field, value === "number" ? TO_COME : value);
    }
    return { ...verdict, kind: "try" };
  });
}
