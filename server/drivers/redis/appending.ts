/** Proposing: candidates are judged on the copy here, tried in Redis, and judged again where that was ahead. */
import type { Bytes } from "../../../shared/bytes.ts";
import { INCARNATION_BYTES, incarnationOf } from "../../../shared/ids.ts";
import type { Appended, Candidate } from "../../ports/log.ts";
import { callAppend } from "./append-call.ts";
import type { Follower, FollowerDeps } from "./follower.ts";
import { judgeAhead, type Judged } from "./judged.ts";
import type { Life } from "./life.ts";
import { lookUp, type Seen } from "./look-up.ts";

/** Guards that fail again and again: somebody else is quicker each time. */
const MOST_ROUNDS = 32;

export interface AppendingDeps extends Pick<FollowerDeps, "link" | "names" | "judge"> {
  readonly follower: Follower;
  /** Fresh random bytes of that length. */
  readonly random: (length: number) => Bytes;
}

type Attempt =
  | Appended
  /** Refused by the copy here; `head` is what Redis had then, null where the copy is known to be new enough. */
  | { readonly kind: "doubtful"; readonly verdict: Refused; readonly head: number | null }
  /** Its verdict depends on one that is under way. */
  | { readonly kind: "later" }
  /** The copy here lacks what Redis has, up to `head`. */
  | { readonly kind: "behind"; readonly head: number };

type Refused = Extract<Judged, { kind: "refused" }>;

/** One call at a time; see `RoomLog.append`. */
export function createAppending(
  deps: AppendingDeps,
): (candidates: readonly Candidate[]) => Promise<readonly Appended[]> {
  const { link, names, judge, follower } = deps;

  async function attempt(
    candidate: Candidate,
    judged: Judged,
    looks: Map<Candidate, Seen>,
  ): Promise<Attempt> {
    if (judged.kind === "later") return judged;
    if (judged.kind === "refused") {
      const life = follower.course()?.life ?? null;
      const look = looks.get(candidate);
      if (look !== undefined && isAsNew(life, look)) {
        return { kind: "doubtful", verdict: judged, head: null };
      }
      const seen = await lookUp(link, names);
      looks.set(candidate, seen);
      if (seen.incarnation !== (life?.incarnation ?? null)) return strayed();
      return { kind: "doubtful", verdict: judged, head: seen.head };
    }
    const { proposal, groupInfo } = candidate;
    const life = follower.course()?.life ?? null;
    const next = incarnationOf(deps.random(INCARNATION_BYTES));
    const answer = await callAppend(link, names, { candidate, judged, life, next });
    if (answer.kind === "guard") return { kind: "behind", head: answer.head };
    if (answer.kind === "other") return strayed();
    const { number, acceptedAtMs } = answer;
    // The answer comes before the channel's copy: that saves a hop.
    follower.came({ ...proposal, number, acceptedAtMs }, groupInfo, life?.incarnation ?? next);
    return { kind: "accepted", number };
  }

  /** The room ended, began or was lost while this relay looked the other way. */
  async function strayed(): Promise<Attempt> {
    const seen = await lookUp(link, names);
    const here = follower.course()?.life.incarnation ?? null;
    if (here !== null && here !== seen.incarnation) follower.lose();
    else follower.compare(seen);
    return { kind: "behind", head: seen.head };
  }

  async function round(
    open: readonly Candidate[],
    looks: Map<Candidate, Seen>,
  ): Promise<readonly Attempt[]> {
    if (follower.isOver()) throw new Error("this room is not served any more");
    const life = follower.course()?.life ?? null;
    const headThen = life?.head() ?? 0;
    const judged = judgeAhead(judge, life?.fields ?? null, open);
    const attempts = open.flatMap((candidate, i) => {
      const verdict = judged[i];
      return verdict === undefined ? [] : [attempt(candidate, verdict, looks)];
    });
    return settleDoubts(await Promise.all(attempts), headThen);
  }

  return async (candidates) => {
    const results = new Map<Candidate, Appended>();
    /** How far Redis was when asked for a refused candidate: a copy that has all of that may refuse it. */
    const looks = new Map<Candidate, Seen>();
    let open = candidates;
    for (let rounds = 0; open.length > 0 && rounds < MOST_ROUNDS; rounds++) {
      const attempts = await round(open, looks);
      let reached = 0;
      for (const [i, candidate] of open.entries()) {
        const answer = attempts[i];
        if (answer === undefined || answer.kind === "later" || answer.kind === "doubtful") continue;
        if (answer.kind === "behind") reached = Math.max(reached, answer.head);
        else results.set(candidate, answer);
        if (answer.kind === "accepted") reached = Math.max(reached, answer.number);
      }
      open = open.filter((candidate) => !results.has(candidate));
      await follower.caughtUp(reached);
    }
    return candidates.map((candidate) => {
      const result = results.get(candidate);
      if (result === undefined) throw new Error("no verdict held");
      return result;
    });
  };
}

/** True for a copy that has at least what a look saw. */
function isAsNew(life: Life | null, look: Seen): boolean {
  return look.incarnation === (life?.incarnation ?? null) && (life?.head() ?? 0) >= look.head;
}

/**
 * Whatever one round asks goes over one connection in order: so a refusal holds where Redis had, besides
 * what the copy had, just what was accepted of the candidates before it; and it was judged as if all of
 * those were accepted, so it falls with any that was not.
 */
function settleDoubts(attempts: readonly Attempt[], headThen: number): readonly Attempt[] {
  let expected = headThen;
  let isSound = true;
  return attempts.map((answer): Attempt => {
    if (answer.kind === "accepted") expected += 1;
    if (answer.kind === "behind") isSound = false;
    if (answer.kind !== "doubtful") return answer;
    const { verdict, head } = answer;
    return isSound && (head === null || head === expected)
      ? verdict
      : { kind: "behind", head: head ?? 0 };
  });
}
