/** How proposals for one room get into the order where Kafka keeps it: produced, applied, answered. */
import { randomBytes } from "node:crypto";
import { equal, type Bytes } from "../../../shared/bytes.ts";
import { orderedBytes } from "../../../shared/codec/records.ts";
import type { Incarnation, RouteId, SessionId } from "../../../shared/ids.ts";
import type { Proposal } from "../../../shared/protocol.ts";
import type { Appended, Candidate } from "../../ports/log.ts";
import type { Follower } from "../redis/follower.ts";
import type { RoomNames } from "../redis/keys.ts";
import type { RedisLink } from "../redis/link.ts";
import { lookUp } from "../redis/look-up.ts";
import type { WayIn } from "../redis/redis-room.ts";
import { textOf } from "../redis/reply.ts";
import { openedAtMsOf } from "./incarnations.ts";
import {
  parseRegionName,
  RECORD_ID_BYTES,
  recordIdOf,
  type MeantFor,
  type Proposed,
  type RegionName,
  type Silence,
} from "./partition-records.ts";
import type { Places } from "./places.ts";
import type { ProposalAnswer, Proposals } from "./proposals.ts";
import { homeField } from "./steps.ts";

export interface WayInParts {
  /** The link as this room uses it. */
  readonly link: RedisLink;
  readonly names: RoomNames;
  readonly routeId: RouteId;
  readonly partition: number;
  readonly region: RegionName;
  /** This relay's id. */
  readonly relay: string;
  readonly places: Places;
  readonly proposals: Proposals;
  /** To the relays of other regions; it may get lost. */
  readonly noteFarther: (note: Bytes) => void;
}

const UNKNOWN: Appended = { kind: "unknown" };
const NO_ROOM: Appended = { kind: "refused", reason: "no-room", detail: 0 };

/** One call at a time. */
export function createWayIn(parts: WayInParts, follower: Follower): WayIn {
  const { link, names, routeId, partition, region, relay, places, proposals } = parts;
  const asking = () => ({
    id: recordIdOf(randomBytes(RECORD_ID_BYTES)),
    region,
    relay,
    routeId,
  });

  /** Undefined: another region sees to this leave. @throws where Redis is away. */
  async function silenceFor(proposal: Proposal): Promise<Silence | null | undefined> {
    if (proposal.kind !== "leave") return null;
    const home = await homeOf(proposal.session);
    if (home === null || home === region) return null;
    const silence = places.silenceOf(partition, home);
    const graceMs = follower.course()?.life.policy().graceMs ?? 0;
    if (silence === null || silence.knownMs < graceMs) return undefined;
    return { region: home, heartbeat: silence.heartbeat };
  }

  async function homeOf(session: SessionId): Promise<RegionName | null> {
    return parseRegionName(textOf(await link.command("HGET", names.state, homeField(session))));
  }

  /** What an answer means; a refusal of what stands in the log twice may be about the second. */
  async function settle(
    candidate: Candidate,
    { outcome, wasRepeated }: ProposalAnswer,
    headThen: number,
  ): Promise<Appended> {
    switch (outcome?.kind) {
      case "accepted":
        await follower.caughtUp(outcome.number);
        return outcome;
      case "refused": {
        const number = wasRepeated ? await findAccepted(candidate.proposal, headThen) : null;
        return number === null ? outcome : { kind: "accepted", number };
      }
      case "void": {
        const seen = await lookUp(link, names);
        return seen.incarnation === null ? NO_ROOM : UNKNOWN;
      }
      case "purged":
      case undefined:
        return UNKNOWN;
    }
  }

  /** The number of a record since then that is this very proposal. */
  async function findAccepted(proposal: Proposal, headThen: number): Promise<number | null> {
    const course = follower.course();
    if (course === null) return null;
    const seen = await lookUp(link, names);
    const records = await course.stored.read(headThen + 1, seen.head);
    const found = records.find((record) => {
      const { number, acceptedAtMs } = record;
      return equal(orderedBytes(record), orderedBytes({ ...proposal, number, acceptedAtMs }));
    });
    if (found !== undefined) await follower.caughtUp(found.number);
    return found?.number ?? null;
  }

  /** Candidates that can go into the log together: none depends on what another of them begins. */
  function together(candidates: readonly Candidate[]): number {
    const first = candidates.findIndex(({ proposal }) => proposal.kind === "open");
    if (first === -1) return candidates.length;
    return first === 0 ? 1 : first;
  }

  function meantFor(proposal: Proposal): MeantFor | null {
    const life = places.lifeOf(partition);
    if (proposal.kind === "open") return life === null ? null : { life };
    const incarnation = follower.course()?.life.incarnation;
    return incarnation === undefined ? null : { incarnation };
  }

  async function appendTogether(candidates: readonly Candidate[]): Promise<Appended[]> {
    if (follower.isOver()) throw new Error("this room is not served any more");
    if (places.lifeOf(partition) === null) throw new Error("this region lacks the order");
    const headThen = follower.course()?.life.head() ?? 0;
    const silences = await Promise.all(candidates.map(({ proposal }) => silenceFor(proposal)));
    const records = candidates.map((candidate, i): Proposed | null => {
      const [of, silence] = [meantFor(candidate.proposal), silences[i]];
      if (of === null || silence === undefined) return null;
      return { kind: "proposal", ...asking(), of, candidate, silence };
    });
    const produced = records.filter((record) => record !== null);
    const answers = await proposals.propose(partition, produced);
    if (produced.length > 0 && answers.every(({ outcome }) => outcome === null)) {
      throw new Error("Kafka is away");
    }
    const byId = new Map(produced.map(({ id }, i) => [id, answers[i]]));
    const settled: Appended[] = [];
    for (const [i, candidate] of candidates.entries()) {
      const record = records[i] ?? null;
      const answer = record === null ? undefined : byId.get(record.id);
      if (answer !== undefined) settled.push(await settle(candidate, answer, headThen));
      else settled.push(silences[i] === undefined ? UNKNOWN : NO_ROOM);
    }
    return settled;
  }

  return {
    async append(candidates) {
      const results: Appended[] = [];
      for (let at = 0; at < candidates.length;) {
        const rest = candidates.slice(at);
        const count = together(rest);
        results.push(...(await appendTogether(rest.slice(0, count))));
        at += count;
      }
      return results;
    },
    async purge(incarnation: Incarnation) {
      const [answer] = await proposals.propose(partition, [
        { kind: "purge", ...asking(), incarnation },
      ]);
      if (answer?.outcome?.kind !== "purged") throw new Error("Kafka is away");
      follower.ended(incarnation);
    },
    noteFarther: parts.noteFarther,
    isAhead: (incarnation) => openedAtMsOf(incarnation) > places.timeMsOf(partition),
  };
}
