/**
 * Keeps this relay's copy of one room in step with Redis: what the channel brings, what it lost and is read
 * instead, how lives begin and end. It delivers dense and in order, whatever happens on the way.
 */
import type { Bytes } from "../../../shared/bytes.ts";
import type { Clock, Stop } from "../../../shared/clock.ts";
import type { Incarnation } from "../../../shared/ids.ts";
import type { Record } from "../../../shared/protocol.ts";
import type { Judge, LogListener } from "../../ports/log.ts";
import type { RoomNames } from "./keys.ts";
import { beginLife, parseLife, type Life } from "./life.ts";
import type { RedisLink } from "./link.ts";
import type { Seen } from "./look-up.ts";
import { createMilestones } from "./milestones.ts";
import { LOAD, PURGED_AT_ONCE } from "./scripts.ts";
import { createSequence, type Arrived, type Sequence } from "./sequence.ts";
import { storedRecords, type StoredRecords } from "./stored-records.ts";

export interface FollowerDeps {
  readonly link: RedisLink;
  readonly names: RoomNames;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly listener: LogListener;
  /** Nothing is followed any more. */
  readonly closed: () => void;
  /** The policy's lifetime is over. */
  readonly outlived: () => void;
}

/** The life that stands, and how it is followed. */
export interface Course {
  readonly life: Life;
  readonly sequence: Sequence;
  readonly stored: StoredRecords;
}

export interface Follower {
  course(): Course | null;
  isOver(): boolean;
  /** Takes the room as it stands, without telling. @throws where Redis is away or holds what no relay wrote. */
  load(): Promise<void>;
  /** A record arrived, on whatever way. */
  came(record: Record, groupInfo: Bytes | null, incarnation: Incarnation): void;
  /** That life ended. */
  ended(incarnation: Incarnation): void;
  /** A look at Redis said this. */
  compare(seen: Seen): void;
  /** Resolves once this copy has reached that number, or has ended. */
  caughtUp(number: number): Promise<void>;
  lose(): void;
  finish(): void;
}

/** Follows nothing yet. */
export function createFollower(deps: FollowerDeps): Follower {
  const { link, names, clock, judge, listener } = deps;
  const milestones = createMilestones();
  let course: Course | null = null;
  /** The life that ended last: whatever still comes of it is late. */
  let gone: string | null = null;
  let isOver = false;
  let hasStrayed = false;
  let stopLifetime: Stop = () => undefined;

  function begin(life: Life): Course {
    const stored = storedRecords(link, names, life.incarnation);
    const begun: Course = {
      life,
      stored,
      sequence: createSequence({
        head: () => life.head(),
        read: (from, until) => readArrived(stored, from, until),
        take: (arrived) => take(begun, arrived),
        // Expired before this relay saw it: those who are served here must learn of the gap.
        gone: lose,
      }),
    };
    stopLifetime();
    stopLifetime = clock.after(Math.max(life.endsAtMs - clock.now(), 0), deps.outlived);
    return begun;
  }

  function take(of: Course, arrived: readonly Arrived[]): void {
    const told: Record[] = [];
    let outcome: ReturnType<Life["apply"]> = "applied";
    for (const { record, groupInfo } of arrived) {
      outcome = of.life.apply(record, groupInfo, clock.now());
      if (outcome !== "strange") told.push(record);
      if (outcome !== "applied") break;
    }
    if (told.length > 0) listener.records(told);
    milestones.reached(of.life.head());
    if (outcome === "strange") lose();
    else if (outcome === "ended") ended(of.life.incarnation);
  }

  function came(record: Record, groupInfo: Bytes | null, incarnation: Incarnation): void {
    if (isOver || incarnation === gone) return;
    if (course === null) {
      const life = beginLife(judge, incarnation, record, clock.now());
      if (life === null) return void adopt(incarnation, record.number);
      course = begin(life);
    }
    // Founded anew while this relay did not look.
    if (course.life.incarnation !== incarnation) lose();
    else course.sequence.add({ record, groupInfo });
  }

  /** A room stands whose beginning was missed: followed from its `open` on, if that is still kept. */
  async function adopt(incarnation: Incarnation, number: number): Promise<void> {
    try {
      const [open] = await storedRecords(link, names, incarnation).read(1, 1);
      if (course !== null || isOver || incarnation === gone) return;
      if (open?.kind !== "open") return lose();
      came(open, null, incarnation);
      fillTo(incarnation, number);
    } catch {
      // Away: the next look tells again.
    }
  }

  function fillTo(incarnation: Incarnation, number: number): void {
    if (course?.life.incarnation === incarnation) course.sequence.fillTo(number);
  }

  function ended(incarnation: Incarnation): void {
    const of = course;
    if (of === null || of.life.incarnation !== incarnation) return;
    gone = incarnation;
    course = null;
    hasStrayed = false;
    stopLifetime();
    of.sequence.close();
    milestones.giveUp();
    if (!isOver) listener.ended();
    // The newest went with the room; each relay sees to the rest, since one may die at it.
    void of.stored.drop(of.life.head() - PURGED_AT_ONCE);
  }

  function finish(): boolean {
    if (isOver) return false;
    isOver = true;
    stopLifetime();
    course?.sequence.close();
    milestones.giveUp();
    deps.closed();
    return true;
  }

  function lose(): void {
    if (finish()) listener.lost();
  }

  return {
    course: () => course,
    isOver: () => isOver,
    async load() {
      const reply = await link.scriptOfRun(LOAD, names.state, [names.lives]);
      const life = parseLife(judge, reply, clock.now());
      if (life === undefined) throw new Error("a room's keys hold what no relay wrote");
      if (life === null || isOver) return;
      const loaded = begin(life);
      const kept = await loaded.stored.sizes(life.head());
      life.weigh(kept.map(({ bytes, leftMs }) => ({ bytes, expiresAtMs: clock.now() + leftMs })));
      course = loaded;
    },
    came,
    ended,
    compare(seen) {
      if (isOver) return;
      if (course === null) {
        if (seen.incarnation !== null && seen.incarnation !== gone)
          void adopt(seen.incarnation, seen.head);
        return;
      }
      const isSame = seen.incarnation === course.life.incarnation;
      if (isSame) course.sequence.fillTo(seen.head);
      // Once may be an answer from before a record that has come meanwhile.
      else if (hasStrayed) lose();
      hasStrayed = !isSame;
    },
    caughtUp(number) {
      if (isOver || course === null || number <= course.life.head()) return Promise.resolve();
      const reached = milestones.wait(number);
      course.sequence.fillTo(number);
      return reached;
    },
    lose,
    finish: () => void finish(),
  };
}

async function readArrived(
  stored: StoredRecords,
  from: number,
  until: number,
): Promise<readonly Arrived[]> {
  const records = await stored.read(from, until);
  const needsInfo = records.some(({ kind }) => kind === "commit");
  // Only the newest commit's is kept; for an older one, which nobody needs, it stands in.
  const groupInfo = needsInfo ? await stored.groupInfo() : null;
  return records.map((record) => ({ record, groupInfo }));
}
