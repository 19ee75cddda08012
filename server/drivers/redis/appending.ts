/** Proposing: candidates are judged on the copy here, tried in Redis, and judged again where that was ahead. */
import type { Bytes } from "../../../shared/bytes.ts";
import { INCARNATION_BYTES, incarnationOf } from "../../../shared/ids.ts";
import type { Appended, Candidate } from "../../ports/log.ts";
import { callAppend } from "./append-call.ts";
import type { Follower, FollowerDeps } from "./follower.ts";
import { judgeAhead, type Judged } from "./judged.ts";
import { lookUp } from "./look-up.ts";

/** Guards that fail again and again: somebody else is quicker each time. */
const MOST_ROUNDS = 32;

export interface AppendingDeps extends Pick<FollowerDeps, "link" | "names" | "judge"> {
  readonly follower: Follower;
  /** Fresh random bytes of that length. */
  readonly random: (length: number) => Bytes;
}

type Attempt =
  | Appended
  /** Its verdict depends on one that is under way. */
  | { readonly kind: "later" }
  /** The copy here lacks what Redis has, up to `head`. */
  | { readonly kind: "behind"; readonly head: number };

/** One call at a time; see `RoomLog.append`. */
export function createAppending(
  deps: AppendingDeps,
): (candidates: readonly Candidate[]) => Promise<readonly Appended[]> {
  const { link, names, judge, follower } = deps;

  async function attempt(candidate: Candidate, judged: Judged): Promise<Attempt> {
    if (judged.kind === "later") return judged;
    if (judged.kind === "refused") return refuse(judged);
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

  /** A refusal holds only if this copy is the newest: it may lack what another relay has just let in. */
  async function refuse(verdict: Extract<Judged, { kind: "refused" }>): Promise<Attempt> {
    const life = follower.course()?.life ?? null;
    const headThen = life?.head() ?? 0;
    const { incarnation, head } = await lookUp(link, names);
    if (incarnation !== (life?.incarnation ?? null)) return strayed();
    return head > headThen ? { kind: "behind", head } : verdict;
  }

  /** The room ended, began or was lost while this relay looked the other way. */
  async function strayed(): Promise<Attempt> {
    const seen = await lookUp(link, names);
    const here = follower.course()?.life.incarnation ?? null;
    if (here !== null && here !== seen.incarnation) follower.lose();
    else follower.compare(seen);
    return { kind: "behind", head: seen.head };
  }

  async function round(open: readonly Candidate[]): Promise<readonly Attempt[]> {
    if (follower.isOver()) throw new Error("this room is not served any more");
    const judged = judgeAhead(judge, follower.course()?.life.fields ?? null, open);
    const pairs = open.flatMap((candidate, i) => {
      const verdict = judged[i];
      return verdict === undefined ? [] : [attempt(candidate, verdict)];
    });
    return Promise.all(pairs);
  }

  return async (candidates) => {
    const results = new Map<Candidate, Appended>();
    let open = candidates;
    for (let rounds = 0; open.length > 0 && rounds < MOST_ROUNDS; rounds++) {
      const attempts = await round(open);
      let reached = 0;
      for (const [i, candidate] of open.entries()) {
        const answer = attempts[i];
        if (answer === undefined || answer.kind === "later") continue;
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
